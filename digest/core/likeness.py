"""Papers and profiles in, cosines out: how like each paper is to a text, to examples, to a topic's words.

One sparse product for a block of profiles. Knows what passes as like; knows no score.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.feedback import mixed
from digest.core.signs import EXAMPLE_FROM, TEXT_FROM
from digest.core.stopwords import TRADE
from digest.core.terms import paper_terms, stems
from digest.core.vectors import dot, largest, matrix, text_weights, weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.features import Window
    from digest.core.profiles import Profile
    from digest.model import Paper

CELLS = 4_000_000  # cosines held at once
# One word is not a subject: a passage and a paper share so many words at least, and no one term makes more of
# the cosine than this.
SHARED = 2
ALONE = 0.9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likeness:
    """Cosines of one profile with every paper of the window; `text` and `examples` are 0 where they do not
    pass on their own."""

    text: NDArray[np.float64]
    examples: NDArray[np.float64]
    gist: NDArray[np.float64]


@dataclasses.dataclass(slots=True, kw_only=True)
class Weigher:
    """Texts and example papers, weighed once each. `related`: by the gist of a profile, the terms that go
    with it (`core.feedback`), where they are known."""

    window: Window
    related: Mapping[str, Mapping[str, float]] = dataclasses.field(default_factory=dict)
    texts: dict[str, dict[str, float]] = dataclasses.field(default_factory=dict)
    papers: dict[tuple[int, int, str], dict[str, float]] = dataclasses.field(default_factory=dict)
    gists: dict[tuple[str, tuple[str, ...]], Mapping[str, float]] = dataclasses.field(default_factory=dict)

    def text(self, text: str) -> Mapping[str, float]:
        """The weights of a passage."""
        if text not in self.texts:
            self.texts[text] = text_weights(text, self.window.statistics)
        return self.texts[text]

    def gist(self, profile: Profile) -> Mapping[str, float]:
        """The weights of all that a topic says, and of what goes with it but for words that it rules out."""
        text = profile.gist
        spared = (*profile.unwanted, *(one.typed for one in profile.excluded))
        key = (text, spared)
        if key not in self.gists:
            without = {stem for one in spared for stem in stems(one)}
            self.gists[key] = mixed(self.text(text), self.related.get(text, {}), without=without)
        return self.gists[key]

    def paper(self, paper: Paper) -> Mapping[str, float]:
        """The weights of an example."""
        key = (paper.id, paper.revision, paper.title)
        if key not in self.papers:
            counts = paper_terms(stems(paper.title), stems(paper.abstract))
            self.papers[key] = weights(counts, self.window.statistics)
        return self.papers[key]


def likenesses(
    window: Window,
    profiles: Sequence[Profile],
    *,
    strict: bool = True,
    cells: int = CELLS,
    weigher: Weigher | None = None,
) -> Iterator[Likeness]:
    """The likeness of each profile, in order. Not `strict`: also where it does not pass."""
    weigher = weigher or Weigher(window=window)
    held = _held(window)
    block: list[Profile] = []
    rows = 0
    for profile in profiles:
        more = len(profile.wanted) + len(profile.unwanted) + len(profile.examples) + 1
        if block and (rows + more) * len(window.papers) > cells:
            yield from _block(window, block, weigher, held, strict=strict)
            block, rows = [], 0
        block.append(profile)
        rows += more
    if block:
        yield from _block(window, block, weigher, held, strict=strict)


def words_in(terms: Iterable[str]) -> int:
    """How many words a passage's terms are: single ones, and words of the trade within a pair, which are no
    terms by themselves ("continual learning").

    >>> words_in(["ray", "field", "ray field"]), words_in(["continual", "continual learning"])
    (2, 2)
    """
    return sum(map(_worth, terms))


def _worth(term: str) -> int:
    one, _, other = term.partition(" ")
    return (one in TRADE) + (other in TRADE) if other else 1


def _held(window: Window) -> Any:
    """Papers × terms, 1 where the paper holds the term."""
    rows = window.rows.copy()
    rows.data = np.ones_like(rows.data)
    return rows


def _block(
    window: Window, block: Sequence[Profile], weigher: Weigher, held: Any, *, strict: bool
) -> Iterator[Likeness]:
    rows: list[Mapping[str, float]] = []
    needs: list[int] = []  # words that must be shared; 0 where any likeness will do
    for profile in block:
        for passage in profile.wanted:
            row = weigher.text(passage)
            rows.append(row)
            needs.append(min(SHARED, words_in(row)) if strict else 0)
        rows.extend(map(weigher.text, profile.unwanted))
        rows.extend(map(weigher.paper, profile.examples))
        rows.append(weigher.gist(profile))
        needs.extend([0] * (len(rows) - len(needs)))
    asked = matrix(rows, window.columns)
    cosines = (asked @ window.rows.T).toarray().astype(np.float64)
    if strict:
        where, whom = np.nonzero((cosines >= TEXT_FROM) & (np.array(needs)[:, None] > 0))
        alone = largest(asked, window.rows, (where, whom)) > ALONE * cosines[where, whom]
        columns, which = np.unique(asked.indices, return_inverse=True)
        worth = np.array([_worth(window.terms[column]) for column in columns], dtype=np.float32)
        asked.data = worth[which]
        need = np.array(needs)[where]
        lonely = (dot(asked, held, (where, whom)) < need) | (alone & (need > 1))
        cosines[where[lonely], whom[lonely]] = 0
    start = 0
    for profile in block:
        parts = np.cumsum([start, len(profile.wanted), len(profile.unwanted), len(profile.examples)])
        text, spared, examples = (_best(cosines[a:b]) for a, b in itertools.pairwise(parts))
        # Nearer to a line that says what is not wanted than to any that says what is.
        text[spared > text] = 0
        if strict:
            text[text < TEXT_FROM] = 0
            examples[examples < EXAMPLE_FROM] = 0
        start = int(parts[-1]) + 1
        yield Likeness(text=text, examples=examples, gist=cosines[start - 1])


def _best(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return rows.max(axis=0) if len(rows) else np.zeros(rows.shape[1])
