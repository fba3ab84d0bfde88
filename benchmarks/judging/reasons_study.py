"""Our ranker in; whether the words that it names carry the score, and what variety does to a list, out.

Fidelity: of each paper among a reader's first ten, the words that its reasons name (three at most) are
deleted from title and abstract, and it is ranked again among the same candidates; beside it the same with as
many words of the paper at random, and with three.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy as np

from digest.core.text import stem_plural
from judging import judge
from judging.judge import Figure
from judging.tasks import Text, best

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from judging.ours import Ours
    from judging.tasks import Reader, Task

SAMPLE = 100  # readers
TOP = 10
SHOWN = 5  # papers of a mail
NAMED = 3  # words
AT_ONCE = 400  # changed papers
_WORD = re.compile(r"[^\W_]+")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """Shares of the papers (a mean a reader) that leave the first ten without the words named, without as
    many at random, without three at random; and how many were looked at, how many of them named no word."""

    papers: int
    silent: int
    named: Figure
    random: Figure
    three: Figure


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Variety:
    """The mean cosine between the papers of a list of five, by score and as a mail shows it; and nDCG."""

    readers: int
    likeness: tuple[Figure, Figure]
    ndcg: tuple[Figure, Figure]


def sample(readers: Sequence[Reader]) -> list[int]:
    """The places of a hundred readers, seeded."""
    if len(readers) <= SAMPLE:
        return list(range(len(readers)))
    return sorted(np.random.default_rng(0).choice(len(readers), SAMPLE, replace=False).tolist())


def fidelity(task: Task, ours: Ours) -> Fidelity:
    """Of a sample of readers."""
    readers = [task.readers[place] for place in sample(task.readers)]
    signs = ours.signs(readers)
    orders = [best(row)[: TOP + 1] for row in signs]
    orders = [order[row[order] > 0] for order, row in zip(orders, signs, strict=True)]
    dice = np.random.default_rng(0)
    cases: list[tuple[int, bool]] = []  # whose, and whether words were named
    changed: list[Text] = []
    for number, (reader, order) in enumerate(zip(readers, orders, strict=True)):
        if len(order) <= TOP:
            continue  # nothing stands below the tenth, to take its place
        named = ours.named(reader, order[:TOP].tolist())
        for place, some in zip(order[:TOP], named, strict=True):
            text = task.papers[task.candidates[place]]
            parts = {stem for one in some[:NAMED] for stem in _stems(one)}
            others = sorted(set(_stems(f"{text.title} {text.abstract}")) - parts)
            drawn = dice.permutation(others).tolist() if others else []
            cases.append((number, bool(parts)))
            changed += [
                without(text, parts),
                without(text, drawn[: len(parts)]),
                without(text, drawn[:NAMED]),
            ]
    again = _again(ours, readers, changed)
    gone = np.zeros((len(cases), 3), dtype=np.bool_)
    for case, (number, _) in enumerate(cases):
        start = 3 * case
        gone[case] = again[number, start : start + 3] < signs[number, orders[number][TOP]]
    owner = np.array([number for number, _ in cases])
    by_reader = [gone[owner == number].mean(axis=0) for number in np.unique(owner)]
    named_gone, random, three = (Figure.of([one[column] for one in by_reader]) for column in range(3))
    silent = sum(not is_named for _, is_named in cases)
    return Fidelity(papers=len(cases), silent=silent, named=named_gone, random=random, three=three)


def _again(ours: Ours, readers: Sequence[Reader], texts: Sequence[Text]) -> NDArray[np.float64]:
    """Readers × texts: the signs that each is wanted, ranked among the candidates."""
    known = ours.know(readers)
    at_once = min(AT_ONCE, max(1, len(ours.candidates) // 2))
    blocks = [texts[start : start + at_once] for start in range(0, len(texts), at_once)]
    return np.hstack([ours.instead(some).rank(known)[:, : len(some)] for some in blocks])


def variety(task: Task, ours: Ours) -> Variety:
    """Of a sample of readers."""
    places = sample(task.readers)
    readers = [task.readers[place] for place in places]
    relevant = judge.held(task)
    held = [relevant[place] for place in places]
    plain = [best(row)[:SHOWN] for row in ours.signs(readers)]
    shown = [np.array(order, dtype=np.int64) for order in ours.shown(readers, papers=SHOWN)]
    kept = [number for number, order in enumerate(shown) if len(order) == SHOWN]
    pairs = [[orders[number] for number in kept] for orders in (plain, shown)]
    likeness = [Figure.of([_likeness(ours, order) for order in orders]) for orders in pairs]
    ndcg = [Figure.of(judge.judged(orders, [held[number] for number in kept]).ndcg) for orders in pairs]
    return Variety(readers=len(kept), likeness=(likeness[0], likeness[1]), ndcg=(ndcg[0], ndcg[1]))


def _likeness(ours: Ours, order: NDArray[np.int64]) -> float:
    rows = ours.window.rows[order]
    cosines = (rows @ rows.T).toarray()
    return float(cosines[np.triu_indices(len(order), k=1)].mean())


def without(text: Text, parts: Collection[str]) -> Text:
    """A paper without the words of these stems, however they are written; a hyphen parts words.

    >>> without(Text(id="1", title="Graph-based nets", abstract="A net of graphs."), {"graph", "net"}).title
    '-based '
    """
    if not parts:
        return text

    def kept(found: re.Match[str]) -> str:
        return "" if stem_plural(found[0].lower()) in parts else found[0]

    return dataclasses.replace(
        text, title=_WORD.sub(kept, text.title), abstract=_WORD.sub(kept, text.abstract)
    )


def _stems(words: str) -> list[str]:
    return [stem_plural(one.lower()) for one in _WORD.findall(words)]
