"""Terms that matched in, words for a reader out, as the paper writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.core.terms import stems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.model import Paper

    Texts = list[tuple[str, list[tuple[str, int, int]]]]

TERMS = 3  # told of a text that matched
TELLING = 0.2  # of what the first of them adds, at least: the rest made no score
_PIECE = re.compile(r"\S+")
_PART = re.compile(r"[^-‐‑–/]+")
_EDGES = ".,;:!?()[]{}\"'“”‘’`$*_-‐‑–/"
_BREAK = re.compile(r"[,;:!?()\[\]{}\"“”]|\.\s")  # no words reach across
_BEFORE, _AFTER = re.compile(r"(?:\w+[-‐‑]){1,2}$"), re.compile(r"(?:[-‐‑]\w+){1,2}")
_POSSESSIVE = re.compile(r"['’]s$")


def spelt(paper: Paper) -> Texts:
    """The paper's abstract and title with where each stem is written: once a paper, for `spoken`."""
    return [(text, _spans(text)) for text in (paper.abstract, paper.title)]


def spoken(parts: Mapping[str, float], texts: Texts) -> list[str]:
    """The heaviest of the terms (words, pairs of words) with their shares, at most `TERMS`.

    Pairs that overlap are told as one (`test time` and `time adaptation` as "test-time adaptation"), and what
    is told within a pair is not told again, nor what adds less than `TELLING` of the first. The abstract's
    spelling is preferred: a title's capitals mean nothing.
    """
    shares = {run: _share(run, parts) for run in _runs(parts)}
    told: list[tuple[str, ...]] = []
    for run in sorted(shares, key=lambda run: (-shares[run], run)):
        telling = not told or shares[run] >= TELLING * shares[told[0]]
        if telling and not any(set(run) <= set(other) for other in told):
            told.append(run)
    return list(dict.fromkeys(_written(run, texts) for run in told[:TERMS]))


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


def _spans(text: str) -> list[tuple[str, int, int]]:
    """Each stem of `text` with where it is written."""
    found: list[tuple[str, int, int]] = []
    for piece in _PIECE.finditer(text):
        whole = stems(piece[0])
        spans = [piece.span()] if len(whole) == 1 else []
        if len(whole) > 1:
            offset = piece.start()
            spans = [(offset + part.start(), offset + part.end()) for part in _PART.finditer(piece[0])]
        for start, end in spans:
            one = stems(text[start:end])
            if len(one) == 1:
                found.append((one[0], start, end))
            else:
                # Spelt in a way of its own, or a script without blanks: one by one, told as they are stemmed.
                found.extend((stem, -1, -1) for stem in one)
    return found


def _written(run: tuple[str, ...], texts: Texts) -> str:
    """Where the run stands by itself; else with what is hyphenated to it ("step distillation" as "one-step
    distillation"); else as much of it as stands together."""
    within = ""
    for text, spans in texts:
        stems_here = [stem for stem, _, _ in spans]
        for at in range(len(spans) - len(run) + 1):
            if tuple(stems_here[at : at + len(run)]) != run or spans[at][1] < 0:
                continue
            start, end = spans[at][1], spans[at + len(run) - 1][2]
            words = text[start:end].strip(_EDGES)
            if end <= start or _BREAK.search(words):
                continue
            whole = _whole(text, start, end).strip(_EDGES)
            if whole == words:
                return _uncapitalised(_POSSESSIVE.sub("", words))
            within = within or whole
    if within:
        return _uncapitalised(_POSSESSIVE.sub("", within))
    if len(run) == 1:
        return run[0]
    # A run that the paper writes nowhere in one go: `language models (MLLMs)`.
    return _written(run[:-1], texts) if len(run) > 2 else " ".join(_written((one,), texts) for one in run)


def _whole(text: str, start: int, end: int) -> str:
    """`text[start:end]` with the words that are hyphenated to it, two on each side at most."""
    before, after = _BEFORE.search(text, max(0, start - 60), start), _AFTER.match(text, end)
    return text[before.start() if before else start : after.end() if after else end]


def _uncapitalised(words: str) -> str:
    """`Graph Networks` as graph networks; `LLMs`, `ImageNet` and `3D` as they are."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0].lower() if word[0][1:].islower() else word[0], words)
