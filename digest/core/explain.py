"""A selected paper in, the reasons for it out, strongest first. Looks at selected papers only, one at a time.

Tells what made the score, and nothing else: the same weights are added up here that `rank` multiplied.
"""

from __future__ import annotations

import dataclasses
import functools
import heapq
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core import signs
from digest.core.liked import likest
from digest.core.likeness import ALONE, SHARED, words_in
from digest.core.rank import floor, rarity
from digest.core.spoken import is_unit, spelt, spoken
from digest.core.terms import stems, terms_of
from digest.model import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from digest.core.features import Window
    from digest.core.keywords import Keyword
    from digest.core.likeness import Weigher
    from digest.core.people import People
    from digest.core.profiles import Profile
    from digest.core.spoken import Texts
    from digest.model import Paper

LIMIT = 4  # reasons of a paper
TOLD = 0.05  # signs: what likes add is told from here on
ANY = 0.02  # of what the first of its words adds: likes speak by many words, of which none is all
LESSER = 0.9  # of what was learned, told after the liked paper: both tell of the same signs
COMMON = 0.2  # of the library: a word that more papers hold is no subject
WEIGHED = 6  # words of a paper that are looked at for what was learned, and for what goes with a topic
ROOT = 6  # letters that two words have in common at their beginning, to be of one root
_ROUNDING = 1e-5  # what 32 bits may have lost where a cosine was compared before


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A paper as it was ranked: its stems, blanks around, and its row's weights."""

    title: str
    abstract: str
    row: Mapping[str, float]


@dataclasses.dataclass(slots=True, kw_only=True)
class Explainer:
    """Reasons for the papers of one window. What was told once is remembered: many readers share a topic."""

    window: Window
    people: People
    weigher: Weigher
    reads: dict[int, _Read] = dataclasses.field(default_factory=dict)
    texts: dict[int, Texts] = dataclasses.field(default_factory=dict)
    rare: dict[tuple[tuple[str, ...], ...], float] = dataclasses.field(default_factory=dict)
    told: dict[tuple[int, int], tuple[Reason, ...]] = dataclasses.field(default_factory=dict)
    wanted: dict[int, dict[int, dict[str, None]]] = dataclasses.field(default_factory=dict)
    liked: dict[int, Any] = dataclasses.field(default_factory=dict)

    def reasons(self, profile: Profile, place: int, *, number: int) -> tuple[Reason, ...]:
        """Why the paper at `place` of the window is wanted by `profile`, whose `number` is its own."""
        if (number, place) not in self.told:
            if number not in self.wanted:
                self.wanted[number] = self.people.of_profile(profile)
            read = self._read(place)
            gist = _shares(self.weigher.gist(profile), read.row)
            found = [
                *self._keywords(profile, read, gist),
                *_authors(self.wanted[number].get(place, {})),
                *self._text(profile, place, gist),
                *self._examples(profile, read),
                *self._learned(profile, place, number),
            ]
            if profile.anywhere:
                found.append((signs.CATEGORY, _category(profile, self.window.papers[place])))
            found.sort(key=lambda one: -one[0])
            found = _without_echo(found)
            found += self._related(place, gist, found)
            found.sort(key=lambda one: -one[0])
            self.told[number, place] = tuple(reason for _, reason in found[:LIMIT])
        return self.told[number, place]

    def _keywords(
        self, profile: Profile, read: _Read, gist: Mapping[str, float]
    ) -> list[tuple[float, Reason]]:
        found = []
        for keyword in profile.keywords:
            titled = _times(keyword, read.title)
            times = titled + _times(keyword, read.abstract)
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
        if keyword.spellings not in self.rare:
            hits = self.window.concordance.find([keyword.spellings])
            self.rare[keyword.spellings] = rarity(self.window, keyword.spellings, len(hits.paper))
        return signs.keyword_signs(self.rare[keyword.spellings], titled, times)

    def _text(self, profile: Profile, place: int, gist: Mapping[str, float]) -> list[tuple[float, Reason]]:
        row = self._read(place).row
        best: tuple[float, Mapping[str, float], str] = (0.0, {}, "")
        for passage in profile.wanted:
            asked = self.weigher.text(passage)
            parts = _shares(asked, row)
            need = min(SHARED, words_in(asked))
            alone = max(parts.values(), default=0.0) > ALONE * sum(parts.values()) + _ROUNDING
            if words_in(parts) >= need and not (alone and need > 1):
                best = max(best, (sum(parts.values()), parts, passage), key=lambda one: one[0])
        cosine, shared, likest = best
        spared = (sum(_shares(self.weigher.text(one), row).values()) for one in profile.unwanted)
        if cosine < signs.TEXT_FROM - _ROUNDING or max(spared, default=0.0) > cosine:
            return []
        own = signs.LIKE * sum(share for term, share in gist.items() if term in shared)
        words = ", ".join(spoken(_as_typed(shared, likest, self._read(place)), self._texts(place)))
        return [(signs.text_signs(cosine) + own, Reason(kind="text", words=words))]

    def _related(
        self, place: int, gist: Mapping[str, float], found: list[tuple[float, Reason]]
    ) -> list[tuple[float, Reason]]:
        """Where nothing is told of a text: the words of the paper that go with what the topic says, but for
        what its keywords tell."""
        if len(found) >= LIMIT or any(reason.kind == "text" for _, reason in found):
            return []
        said = {stem for _, reason in found if reason.kind == "keyword" for stem in stems(reason.words)}
        heaviest = heapq.nsmallest(2 * WEIGHED, gist.items(), key=lambda one: (-one[1], one[0]))
        others = dict([one for one in heaviest if not said.issuperset(one[0].split())][:WEIGHED])
        counted = signs.LIKE * sum(others.values())
        # What carries the score is told: not what adds less than another reason does by itself.
        if counted < max([TOLD, *(weight for weight, _ in found)]):
            return []
        return [(counted, Reason(kind="text", words=", ".join(spoken(others, self._texts(place)))))]

    def _examples(self, profile: Profile, read: _Read) -> list[tuple[float, Reason]]:
        likest, title = max(
            (
                (sum(_shares(self.weigher.paper(one), read.row).values()), one.title)
                for one in profile.examples
            ),
            default=(0.0, ""),
        )
        if likest < signs.EXAMPLE_FROM - _ROUNDING:
            return []
        return [(signs.LIKE * likest, Reason(kind="example", words=title))]

    def _learned(self, profile: Profile, place: int, number: int) -> list[tuple[float, Reason]]:
        """The liked paper that this one resembles most, and the words of it that likes speak for."""
        taught = profile.taught
        if taught is None or taught.learned is None or taught.floor <= 0:
            return []
        likeness, parts = self.window.field.losses(place, taught.learned)
        counted = float(signs.learned_signs(np.array([likeness / floor(taught)]))[0])
        if counted < TOLD:
            return []
        found = []
        if number not in self.liked:
            self.liked[number] = self.window.packed.rows(taught.liked)
        nearest, cosine = likest(self.liked[number], self.window.rows[place])
        if cosine >= signs.EXAMPLE_FROM:
            one = taught.liked[nearest]
            found.append((counted, Reason(kind="liked", words=one.title, when=one.on)))
        texts = self._texts(place)
        subjects = {
            word: part for word, part in parts.items() if self._is_subject(word) and not is_unit(word, texts)
        }
        told = spoken(_paired(subjects, self._read(place)), texts, telling=ANY)
        words = ", ".join(told)
        if words:
            found.append((counted * LESSER, Reason(kind="learned", words=words)))
        return found

    def _is_subject(self, word: str) -> bool:
        """Not a word that a fifth of all papers hold, nor a symbol of a formula."""
        statistics = self.window.statistics
        is_symbol = len(word) == 1 and (word.isascii() or "\u0370" <= word <= "\u03ff")
        return not is_symbol and statistics.frequency(word) <= COMMON * statistics.papers + 1

    def _texts(self, place: int) -> Texts:
        if place not in self.texts:
            self.texts[place] = spelt(self.window.papers[place])
        return self.texts[place]

    def _read(self, place: int) -> _Read:
        if place not in self.reads:
            paper, rows, terms = self.window.papers[place], self.window.rows, self.window.terms
            part = slice(rows.indptr[place], rows.indptr[place + 1])
            row = zip(rows.indices[part].tolist(), rows.data[part].tolist(), strict=True)
            self.reads[place] = _Read(
                title=f" {' '.join(stems(paper.title))} ",
                abstract=f" {' '.join(stems(paper.abstract))} ",
                row={terms[column]: weight for column, weight in row},
            )
        return self.reads[place]


def _paired(parts: Mapping[str, float], read: _Read) -> dict[str, float]:
    """The words that speak for a paper, with the pairs of them that it holds, which are told as one."""
    heaviest = {word: part for word, part in list(parts.items())[:WEIGHED] if part > 0}
    pairs = (term for term in read.row if " " in term)
    return heaviest | {pair: 0.0 for pair in pairs if set(pair.split()) <= heaviest.keys()}


def _as_typed(shared: Mapping[str, float], passage: str, read: _Read) -> dict[str, float]:
    """The terms of a passage that a paper has, with pairs of the passage that the paper writes too: "weak
    lensing" is one thing to a reader, though no other paper may say it."""
    pairs = (pair for pair in _pairs(passage) if pair not in shared)
    return dict(shared) | {
        pair: 0.0
        for pair in pairs
        if not shared.keys().isdisjoint(pair.split())
        and (f" {pair} " in read.title or f" {pair} " in read.abstract)
    }


@functools.lru_cache(maxsize=4096)
def _pairs(passage: str) -> tuple[str, ...]:
    return tuple(term for term in terms_of(stems(passage)) if " " in term)


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
    """Without a text's words that the keywords say, and without learned words that either says."""
    kinds = {reason.kind for _, reason in found}
    said = {stem for _, reason in found if reason.kind == "keyword" for stem in stems(reason.words)}
    for kind in (one for one in ("text", "learned") if one in kinds):
        found = [
            (counted, fresh)
            for counted, reason in found
            if (fresh := _unsaid(reason, said) if reason.kind == kind else reason) is not None
        ]
        said |= {stem for _, reason in found if reason.kind == kind for stem in stems(reason.words)}
    return found


def _unsaid(reason: Reason, said: Set[str]) -> Reason | None:
    words = [
        word for word in reason.words.split(", ") if not all(_is_said(stem, said) for stem in stems(word))
    ]
    return Reason(kind=reason.kind, words=", ".join(words)) if words else None


def _is_said(stem: str, said: Set[str]) -> bool:
    """Also by a word of the same root: "reason" by "reasoning", "neutrino" by "neutrinoless"."""
    return stem in said or any(
        min(len(stem), len(other)) >= ROOT and (stem.startswith(other) or other.startswith(stem))
        for other in said
    )
