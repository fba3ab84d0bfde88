"""Papers × profiles in, signs out: every paper of the window against a block of profiles at a time.

Reads nothing, remembers nothing. What a sign is, and the score that they make: `core.signs`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from digest.core import signs
from digest.core.likeness import Weigher, likenesses
from digest.core.meaning import add_meaning
from digest.core.people import People
from digest.core.terms import terms_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.core.concordance import Hits
    from digest.core.features import Window
    from digest.core.keywords import Keyword
    from digest.core.learned import Learned
    from digest.core.profiles import Profile
    from digest.core.taught import Taught

BLOCK = 1024  # profiles ranked at once
BEST = 0.02  # of the background: as like as these passes on its own
CAUTION = 0.3  # by how much more a paper must be like what a single like of today taught
FEW = 200  # papers: a smaller background tells little of its best, and this is the floor (at least):
LIKED_FROM = 0.06
LOWEST = 0.02  # of any floor
_NOWHERE = np.zeros(0, dtype=np.int64)


def rank(
    window: Window,
    profiles: Sequence[Profile],
    *,
    people: People | None = None,
    strict: bool = True,
    weigher: Weigher | None = None,
) -> NDArray[np.float64]:
    """How many signs there are that each paper is wanted: profiles × papers, at least 0, never NaN.

    0: not wanted. What is wanted has `signs.PASS` or more. Not `strict`: also papers whose likeness to a text
    does not pass on its own count a little, for comparing rankings.

    A paper that holds an excluded phrase, stands outside the topic's categories, or is itself one of its
    examples has no signs, whatever else it has.
    """
    table = np.zeros((len(profiles), len(window.papers)))
    if not table.size:
        return table
    _add_keywords(window, profiles, table)
    _add_authors(people or People.of(window.papers), profiles, table)
    weigher = weigher or weigher_of(window, profiles)
    likes = likenesses(window, profiles, strict=strict, weigher=weigher)
    for row, profile, like in zip(table, profiles, likes, strict=True):
        row += signs.text_signs(like.text) + signs.LIKE * like.examples
        if profile.anywhere:
            row += signs.CATEGORY
        row += signs.LIKE * like.gist * ((row > 0) | (not strict))
    _add_learned(window, profiles, table, strict=strict)
    if window.sight is not None:
        looks = [None if one.taught is None else one.taught.direction for one in profiles]
        add_meaning(table, window.sight.scores(looks), strict=strict)
    _take_out(window, profiles, table)
    # Equal but for the order of additions is equal.
    return np.round(table, 6)


def _add_keywords(window: Window, profiles: Sequence[Profile], table: NDArray[np.float64]) -> None:
    numbered, hits = _find(window, [profile.keywords for profile in profiles])
    begins = hits.bounds(len(numbered))
    found = np.zeros(len(numbered))
    for one, index in numbered.items():
        if begins[index + 1] > begins[index]:
            found[index] = rarity(window, one, int(begins[index + 1] - begins[index]))
    strength = signs.keyword_signs(found[hits.phrase], hits.in_title, hits.times)
    for row, profile in zip(table, profiles, strict=True):
        ranges = [
            np.arange(begins[index], begins[index + 1])
            for index in (numbered[one.spellings] for one in profile.keywords)
            if begins[index + 1] > begins[index]
        ]
        if ranges:
            where = np.concatenate(ranges)
            total = np.bincount(hits.paper[where], strength[where], minlength=len(row))
            strongest = np.zeros(len(row))
            np.maximum.at(strongest, hits.paper[where], strength[where])
            row += signs.FURTHER * total + (1 - signs.FURTHER) * strongest


def _find(
    window: Window, wanted: Sequence[Sequence[Keyword]]
) -> tuple[Mapping[tuple[tuple[str, ...], ...], int], Hits]:
    numbered: dict[tuple[tuple[str, ...], ...], int] = {}
    for some in wanted:
        for one in some:
            numbered.setdefault(one.spellings, len(numbered))
    return numbered, window.concordance.find(list(numbered))


def rarity(window: Window, spellings: tuple[tuple[str, ...], ...], found: int) -> float:
    """How rare a keyword is, 0 to 1: by its rarest word or pair in the library, or by the `found` papers of
    the window that hold the whole of it, whichever says rarer."""
    statistics = window.statistics
    parts = [signs.rarity(statistics.frequency(term), statistics.papers) for term in terms_of(spellings[0])]
    return max(*parts, signs.rarity(found, len(window.papers)), 0.0)


def _add_authors(people: People, profiles: Sequence[Profile], table: NDArray[np.float64]) -> None:
    for row, profile in zip(table, profiles, strict=True):
        for paper, names in people.of_profile(profile).items():
            row[paper] += signs.author_signs(len(names))


def _add_learned(
    window: Window, profiles: Sequence[Profile], table: NDArray[np.float64], *, strict: bool
) -> None:
    """What the reader's likes say. Alone they make a match from their floor on; they order what matched, and
    take no match of the topic's own words away."""
    for number, likeness in learned_likeness(window, profiles).items():
        row, own = table[number], signs.learned_signs(likeness)
        matched = row >= signs.PASS
        if strict:
            own[~matched & (likeness < 1)] = 0
        # Of a match that is unlike what is liked the less is left the more it is so: it sinks, in order.
        sunk = matched & (own < 0)
        row[sunk] = signs.PASS + (row[sunk] - signs.PASS) * np.exp2(own[sunk])
        row[~sunk] = np.maximum(0.0, row[~sunk] + own[~sunk])


def learned_likeness(window: Window, profiles: Sequence[Profile]) -> dict[int, NDArray[np.float64]]:
    """How like each paper is to what a profile's reader likes, in floors of that profile, by its place."""
    found: list[tuple[int, Taught, Learned]] = []
    for number, profile in enumerate(profiles):
        taught = profile.taught
        if taught is not None and taught.learned is not None and taught.floor > 0:
            found.append((number, taught, taught.learned))
    if not found:
        return {}
    likeness = window.field.scores([learned for _, _, learned in found])
    return {number: _in_floors(taught, row) for (number, taught, _), row in zip(found, likeness, strict=True)}


def _in_floors(taught: Taught, likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    if taught.evidence >= 0:
        return likeness / floor(taught)
    # What is unlike all that was disliked is not liked for that.
    return np.minimum(likeness, 0.0) / (taught.floor * (1 - CAUTION / taught.evidence))


def weigher_of(window: Window, profiles: Sequence[Profile]) -> Weigher:
    """What weighs these profiles, with the terms that go with what each of them says."""
    taught = ((profile.gist, profile.taught) for profile in profiles)
    related = {gist: one.related for gist, one in taught if one is not None and one.related}
    return Weigher(window=window, related=related)


def floor(taught: Taught) -> float:
    """The likeness from which a paper passes on its own: that of the best of the background, more where
    little was liked, 1.3 times as much for a single like of today. None passes where all was disliked."""
    if taught.evidence < 0:
        return math.inf
    return taught.floor * (1 + CAUTION / max(taught.evidence, 1e-6))


def floor_of(background: Window, learned: Learned, *, taught_by: Collection[int] = ()) -> float:
    """The likeness that the best of a background have, without the papers that it was learned from
    (`taught_by`, by number), which are like themselves. Where nothing was liked: the likeness to what was
    disliked."""
    likeness = background.field.scores([learned])[0]
    if learned.evidence <= 0 and max(learned.terms.values(), default=0.0) <= 0:
        likeness = -likeness
    likeness = np.delete(likeness, background.places(taught_by))
    is_small = len(likeness) < FEW
    if not len(likeness) or (is_small and not len(learned.rest)):
        return LIKED_FROM
    # Along directions all papers of a small library are somewhat alike.
    return max(LIKED_FROM if is_small else LOWEST, float(np.quantile(likeness, 1 - BEST)))


def excluded(window: Window, profiles: Sequence[Profile]) -> NDArray[np.bool_]:
    """Profiles × papers: whether the paper holds a phrase that the profile excludes."""
    table = np.zeros((len(profiles), len(window.papers)), dtype=np.bool_)
    numbered, hits = _find(window, [profile.excluded for profile in profiles])
    begins = hits.bounds(len(numbered))
    for row, profile in zip(table, profiles, strict=True):
        for index in (numbered[one.spellings] for one in profile.excluded):
            row[hits.paper[begins[index] : begins[index + 1]]] = True
    return table


def _take_out(window: Window, profiles: Sequence[Profile], table: NDArray[np.float64]) -> None:
    table[excluded(window, profiles)] = 0
    for row, profile in zip(table, profiles, strict=True):
        for known in profile.example_ids:
            row[window.of_arxiv.get(known, _NOWHERE)] = 0
        if profile.categories:
            outside = np.ones(len(row), dtype=np.bool_)
            for category in profile.categories:
                outside[window.categories.get(category, _NOWHERE)] = False
            row[outside] = 0
