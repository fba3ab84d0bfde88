"""A selected paper in, the reasons for it out, strongest first. Looks at selected papers only, one at a time.

Tells what made the score, and nothing else: the same weights are added up here that `rank` multiplied.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from digest.core import signs
from digest.core.likeness import Weigher
from digest.core.rank import rarity
from digest.core.spoken import spoken
from digest.core.terms import stems
from digest.model import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.features import Window
    from digest.core.keywords import Keyword
    from digest.core.people import People
    from digest.core.profiles import Profile
    from digest.model import Paper

LIMIT = 4  # reasons of a paper


@dataclasses.dataclass(slots=True, kw_only=True)
class Explainer:
    """Reasons for the papers of one window. What was told once is remembered: many readers share a topic."""

    window: Window
    people: People
    weigher: Weigher = dataclasses.field(init=False)
    told: dict[tuple[int, int], tuple[Reason, ...]] = dataclasses.field(default_factory=dict)
    wanted: dict[int, dict[int, dict[str, None]]] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.weigher = Weigher(window=self.window)

    def reasons(self, profile: Profile, place: int, *, number: int) -> tuple[Reason, ...]:
        """Why the paper at `place` of the window is wanted by `profile`, whose `number` is its own."""
        if (number, place) not in self.told:
            if number not in self.wanted:
                self.wanted[number] = self.people.of_profile(profile)
            found = [
                *self._keywords(profile, place),
                *_authors(self.wanted[number].get(place, {})),
                *self._text(profile, place),
                *self._examples(profile, place),
            ]
            if profile.anywhere:
                found.append((signs.CATEGORY, _category(profile, self.window.papers[place])))
            found.sort(key=lambda one: -one[0])
            found = _without_echo(found)
            self.told[number, place] = tuple(reason for _, reason in found[:LIMIT])
        return self.told[number, place]

    def _keywords(self, profile: Profile, place: int) -> list[tuple[float, Reason]]:
        paper = self.window.papers[place]
        gist = _shares(self.weigher.text(profile.gist), self._row(place))
        title, abstract = f" {' '.join(stems(paper.title))} ", f" {' '.join(stems(paper.abstract))} "
        found = []
        for keyword in profile.keywords:
            titled, times = _times(keyword, title), _times(keyword, title) + _times(keyword, abstract)
            if times:
                own = 0.0 if keyword.quoted else signs.LIKE * _within(gist, keyword.spellings[0])
                found.append((self._strength(keyword, titled=titled > 0, times=times) + own, keyword))
        found.sort(key=lambda one: -one[0])
        whole = [f" {' '.join(keyword.spellings[0])} " for _, keyword in found]
        return [
            (strength * (signs.FURTHER if rank else 1), Reason(kind="keyword", words=keyword.typed))
            for rank, (strength, keyword) in enumerate(found)
            # "driving" after "autonomous driving" tells nothing.
            if not any(whole[rank] in other for other in whole if other != whole[rank])
        ]

    def _strength(self, keyword: Keyword, *, titled: bool, times: int) -> float:
        here = len(np.unique(self.window.concordance.find([keyword.spellings]).paper))
        rare = np.array([rarity(self.window, keyword.spellings, here)])
        return float(signs.keyword_signs(rare, np.array([titled]), np.array([times]))[0])

    def _text(self, profile: Profile, place: int) -> list[tuple[float, Reason]]:
        row = self._row(place)
        best: tuple[float, dict[str, float]] = (0.0, {})
        for passage in profile.wanted:
            parts = _shares(self.weigher.text(passage), row)
            if sum(parts.values()) > best[0] and len([one for one in parts if " " not in one]) >= min(
                2, len([one for one in self.weigher.text(passage) if " " not in one])
            ):
                best = (sum(parts.values()), parts)
        cosine, parts = best
        spared = max(
            (sum(_shares(self.weigher.text(one), row).values()) for one in profile.unwanted), default=0.0
        )
        if cosine < signs.TEXT_FROM or spared > cosine:
            return []
        words = ", ".join(spoken(parts, self.window.papers[place]))
        gist = _shares(self.weigher.text(profile.gist), row)
        own = signs.LIKE * sum(share for term, share in gist.items() if term in parts)
        return [(signs.text_signs(cosine) + own, Reason(kind="text", words=words))]

    def _examples(self, profile: Profile, place: int) -> list[tuple[float, Reason]]:
        row = self._row(place)
        likest = max(
            ((sum(_shares(self.weigher.paper(one), row).values()), one.title) for one in profile.examples),
            default=(0.0, ""),
        )
        if likest[0] < signs.EXAMPLE_FROM:
            return []
        return [(signs.LIKE * likest[0], Reason(kind="example", words=likest[1]))]

    def _row(self, place: int) -> Mapping[str, float]:
        """The weights of a paper of the window, as it was ranked."""
        rows = self.window.rows
        part = slice(rows.indptr[place], rows.indptr[place + 1])
        terms = self.window.terms
        return {
            terms[column]: float(weight)
            for column, weight in zip(rows.indices[part].tolist(), rows.data[part].tolist(), strict=True)
        }


def _times(keyword: Keyword, text: str) -> int:
    return sum(text.count(f" {' '.join(spelling)} ") for spelling in keyword.spellings)


def _authors(names: Mapping[str, None]) -> list[tuple[float, Reason]]:
    return [
        (signs.FURTHER_AUTHOR if rank else signs.AUTHOR, Reason(kind="author", words=name))
        for rank, name in enumerate(names)
    ]


def _category(profile: Profile, paper: Paper) -> Reason:
    for category in paper.categories:
        name = category.lower()
        archive = name.split(".")[0]
        if {name, archive, f"{archive}.*"} & set(profile.categories):
            return Reason(kind="category", words=category)
    return Reason(kind="category", words=", ".join(profile.categories))


def _shares(asked: Mapping[str, float], row: Mapping[str, float]) -> dict[str, float]:
    """What each common term adds to the cosine."""
    return {term: weight * row[term] for term, weight in asked.items() if term in row}


def _within(shares: Mapping[str, float], run: tuple[str, ...]) -> float:
    return sum(share for term, share in shares.items() if set(term.split()) <= set(run))


def _without_echo(found: list[tuple[float, Reason]]) -> list[tuple[float, Reason]]:
    """Without a text's words where the keywords say the same."""
    said = {stem for _, reason in found if reason.kind == "keyword" for stem in stems(reason.words)}
    return [one for one in found if one[1].kind != "text" or not set(stems(one[1].words)) <= said]
