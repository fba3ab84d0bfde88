"""Where each word stands in the papers of a window. Stems in; the papers that hold a phrase out.

A dictionary from phrase to topics, looked up paper by paper, turned round: the runs of two words of all
papers are sorted once, and any number of phrases is found by bisection, at no cost for papers that lack them.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_END = 0  # stands between two texts, so that no phrase reaches across


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Phrase `phrase[i]` stands in paper `paper[i]`: in its title or not, `times[i]` times in all. All of
    one length, ordered by phrase and paper, each pair once."""

    phrase: NDArray[np.int64]
    paper: NDArray[np.int64]
    in_title: NDArray[np.bool_]
    times: NDArray[np.int64]

    def bounds(self, phrases: int) -> NDArray[np.int64]:
        """Where the hits of each of `phrases` phrases begin: `bounds[k]` to `bounds[k + 1]`."""
        return np.searchsorted(self.phrase, np.arange(phrases + 1))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concordance:
    """`words` numbers each stem from 1; `text` is all papers' stems, one after the other, 0 between them."""

    words: Mapping[str, int]
    text: NDArray[np.int64]
    paper: NDArray[np.int64]  # of each place of the text
    in_title: NDArray[np.bool_]
    singles: NDArray[np.int64]  # the places, ordered by the word that stands there
    single_codes: NDArray[np.int64]
    pairs: NDArray[np.int64]  # the places, ordered by the pair that begins there
    pair_codes: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Concordance:
        """Of papers given as the stems of their title and of their abstract."""
        words: dict[str, int] = {}
        numbers, lengths = [_END], [1]
        for title, abstract in texts:
            for part in (title, abstract):
                numbers.extend([words.setdefault(stem, len(words) + 1) for stem in part])
                numbers.append(_END)
                lengths.append(len(part) + 1)
        text = np.array(numbers, dtype=np.int64)
        part_of = np.repeat(np.arange(len(lengths)) - 1, lengths)
        codes = text * (len(words) + 1)
        codes[:-1] += text[1:]
        singles, pairs = np.argsort(text, kind="stable"), np.argsort(codes, kind="stable")
        return cls(
            words=words,
            text=text,
            paper=part_of // 2,
            in_title=part_of % 2 == 0,
            singles=singles,
            single_codes=text[singles],
            pairs=pairs,
            pair_codes=codes[pairs],
        )

    def find(self, spellings: Sequence[Sequence[Sequence[str]]]) -> Hits:
        """All hits of phrases, each given as its spellings, each spelling a run of stems."""
        flat = [stems for phrase in spellings for stems in phrase]
        owner = np.repeat(np.arange(len(spellings)), [len(phrase) for phrase in spellings])
        found = [self._short(flat, 1), self._short(flat, 2), self._long(flat)]
        phrase = owner[np.concatenate([one[0] for one in found])]
        place = np.concatenate([one[1] for one in found])
        papers = max(1, int(self.paper[-1]) + 1)
        code = phrase * papers + self.paper[place]
        keys, times = np.unique(code, return_counts=True)
        in_title = np.zeros(len(keys), dtype=np.bool_)
        in_title[np.searchsorted(keys, code[self.in_title[place]])] = True
        return Hits(phrase=keys // papers, paper=keys % papers, in_title=in_title, times=times)

    def _numbered(
        self, phrases: Sequence[Sequence[str]], lengths: range
    ) -> tuple[NDArray[np.int64], list[list[int]]]:
        known: list[int] = []
        numbers: list[list[int]] = []
        for index, phrase in enumerate(phrases):
            if len(phrase) in lengths and all(stem in self.words for stem in phrase):
                known.append(index)
                numbers.append([self.words[stem] for stem in phrase])
        return np.array(known, dtype=np.int64), numbers

    def _short(
        self, phrases: Sequence[Sequence[str]], length: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        known, numbers = self._numbered(phrases, range(length, length + 1))
        rows = np.array(numbers, dtype=np.int64).reshape(-1, length)
        if length == 1:
            return _expand(known, rows[:, 0], self.single_codes, self.singles)
        return _expand(known, self._pair(rows), self.pair_codes, self.pairs)

    def _pair(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return rows[:, 0] * (len(self.words) + 1) + rows[:, 1]

    def _long(self, phrases: Sequence[Sequence[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        longest = max(map(len, phrases), default=0)
        known, numbers = self._numbered(phrases, range(3, longest + 1))
        rows = np.zeros((len(known), max(longest, 2)), dtype=np.int64)
        for row, stems in zip(rows, numbers, strict=True):
            row[: len(stems)] = stems
        index, place = _expand(np.arange(len(known)), self._pair(rows), self.pair_codes, self.pairs)
        for offset in range(2, longest):
            wanted = rows[index, offset]
            there = self.text[np.minimum(place + offset, len(self.text) - 1)]
            kept = (wanted == 0) | (wanted == there)
            index, place = index[kept], place[kept]
        return known[index], place


def _expand(
    index: NDArray[np.int64],
    codes: NDArray[np.int64],
    ordered: NDArray[np.int64],
    places: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every place whose code is one of `codes`, with the index of that code."""
    begin, end = np.searchsorted(ordered, codes), np.searchsorted(ordered, codes, side="right")
    counts = end - begin
    offsets = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(index, counts), places[np.repeat(begin, counts) + offsets]
