"""Terms that matched in, words for a reader out, as the paper writes them."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING

from digest.core.terms import stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.model import Paper

    Texts = list["Spelt"]

TERMS = 3  # told of a text that matched
TELLING = 0.2  # of what the first of them adds, at least: the rest made no score
_PART = re.compile(r"[^-‐‑–/]+")
_EDGES = ".,;:!?()[]{}\"'“”‘’`$*_-‐‑–/"
_BREAK = re.compile(r"[,;:!?()\[\]{}\"“”]|\.\s")  # no words reach across
_BEFORE, _AFTER = re.compile(r"(?:\w+[-‐‑]){1,2}$"), re.compile(r"(?:[-‐‑]\w+){1,2}")
_POSSESSIVE = re.compile(r"['’]s$")
_OPENING = re.compile(r"(?:^|[.:?!]\s+)[\"“(]*$")  # a sentence begins: its capital means nothing
_SHORT = 3  # letters of a unit at most


@functools.lru_cache(maxsize=50_000)
def _stems(piece: str) -> tuple[str, ...]:
    return tuple(stems(piece))


@dataclasses.dataclass(slots=True)
class Spelt:
    """A text, its stems in order, and where each is written (-1: nowhere by itself): read when it is first
    asked for. Three flat lists: a thousand papers of tuples would keep the garbage collector busy."""

    text: str
    is_title: bool = False
    _stems: list[str] = dataclasses.field(default_factory=list)
    _starts: list[int] = dataclasses.field(default_factory=list)
    _ends: list[int] = dataclasses.field(default_factory=list)

    @property
    def stems(self) -> list[str]:
        """The stems of the text."""
        if not self._stems and self.text:
            self._read()
        return self._stems

    def written(self, run: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Where the run of stems stands: the first and the last character of each place."""
        stems, first, at = self.stems, run[0], -1
        while True:
            try:
                at = stems.index(first, at + 1)
            except ValueError:
                return
            if len(run) > 1 and tuple(stems[at : at + len(run)]) != run:
                continue
            if self._starts[at] >= 0:
                yield self._starts[at], self._ends[at + len(run) - 1]

    def _read(self) -> None:
        text, end = self.text, 0
        for piece in text.split():
            begin = text.index(piece, end)
            end = begin + len(piece)
            whole = _stems(piece)
            if len(whole) == 1:
                self._add(whole[0], begin, end)
                continue
            for part in _PART.finditer(piece) if whole else ():
                inner = _stems(part[0])
                if len(inner) == 1:
                    self._add(inner[0], begin + part.start(), begin + part.end())
                else:
                    # Spelt in a way of its own, or a script without blanks: told as they are stemmed.
                    for stem in inner:
                        self._add(stem, -1, -1)

    def _add(self, stem: str, start: int, end: int) -> None:
        self._stems.append(stem)
        self._starts.append(start)
        self._ends.append(end)


def spelt(paper: Paper) -> Texts:
    """The paper's abstract and title with where each stem is written: once a paper, for `spoken`."""
    return [Spelt(paper.abstract), Spelt(paper.title, is_title=True)]


def spoken(parts: Mapping[str, float], texts: Texts, *, telling: float = TELLING) -> list[str]:
    """The heaviest of the terms (words, pairs of words) with their shares, at most `TERMS`.

    Pairs that overlap are told as one (`test time` and `time adaptation` as "test-time adaptation"), and what
    is told within a pair is not told again, nor what adds less than `telling` of the first. The abstract's
    spelling is preferred: a title's capitals mean nothing, nor a sentence's first.
    """
    shares = {run: _share(run, parts) for run in _runs(parts)}
    told: list[tuple[str, ...]] = []
    for run in sorted(shares, key=lambda run: (-shares[run], run)):
        is_telling = not told or shares[run] >= telling * shares[told[0]]
        if is_telling and not any(set(run) <= set(other) for other in told):
            told.append(run)
    return list(dict.fromkeys(_written(run, texts) for run in told[:TERMS]))


def is_unit(word: str, texts: Texts) -> bool:
    """Whether a stem stands in these texts as a unit alone: short, and always after a number ("0.41 eV").

    >>> is_unit("ev", [Spelt("Below 0.4 eV or 3 eV.")]), is_unit("ev", [Spelt("An eV-scale mass of 1 eV.")])
    (True, False)
    """
    if len(word) > _SHORT:
        return False
    before = [one.text[:start].rstrip() for one in texts for start, _ in one.written((word,))]
    return bool(before) and all(text[-1:].isdigit() for text in before)


def _runs(parts: Mapping[str, float]) -> list[tuple[str, ...]]:
    """Pairs joined where one ends as another begins; words that stand in no pair, alone."""
    runs = [tuple(term.split()) for term in parts if " " in term]
    within = {word for run in runs for word in run}
    joined = True
    while joined:
        joined = False
        for one in runs:
            other = next((run for run in runs if run is not one and run[0] == one[-1]), None)
            if other and not set(one[:-1]) & set(other):
                runs = [run for run in runs if run is not one and run is not other] + [one + other[1:]]
                joined = True
                break
    return runs + [(term,) for term in parts if " " not in term and term not in within]


def _share(run: tuple[str, ...], parts: Mapping[str, float]) -> float:
    pairs = (" ".join(run[at : at + 2]) for at in range(len(run) - 1))
    return sum(parts.get(word, 0.0) for word in run) + sum(parts.get(pair, 0.0) for pair in pairs)


def _written(run: tuple[str, ...], texts: Texts) -> str:
    """Where the run stands by itself; else with what is hyphenated to it ("step distillation" as "one-step
    distillation"); else as much of it as stands together."""
    within = alone = ""
    for one in texts:
        text = one.text
        for start, end in one.written(run):
            words = text[start:end].strip(_EDGES)
            if end <= start or _BREAK.search(words):
                continue
            whole = _whole(text, start, end).strip(_EDGES)
            if whole != words:
                within = within or whole
            elif (
                one.is_title or _OPENING.search(text, max(0, start - 4), start) or text.startswith(" (", end)
            ):
                # "Graph Networks (GNs)" has its capitals from the letters that follow.
                alone = alone or words
            else:
                return _POSSESSIVE.sub("", words)
    if alone or within:
        return _uncapitalised(_POSSESSIVE.sub("", alone or within))
    if len(run) == 1:
        return run[0]
    # A run that the paper writes nowhere in one go: `language models (MLLMs)`.
    return _written(run[:-1], texts) if len(run) > 2 else " ".join(_written((word,), texts) for word in run)


def _whole(text: str, start: int, end: int) -> str:
    """`text[start:end]` with the words that are hyphenated to it, two on each side at most."""
    before, after = _BEFORE.search(text, max(0, start - 60), start), _AFTER.match(text, end)
    return text[before.start() if before else start : after.end() if after else end]


def _uncapitalised(words: str) -> str:
    """`Graph Networks` as graph networks; `LLMs`, `ImageNet` and `3D` as they are."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0].lower() if word[0][1:].islower() else word[0], words)
