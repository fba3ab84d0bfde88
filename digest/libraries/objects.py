"""JSON in, entries out: CSL-JSON, Zotero's and Better BibTeX's, Semantic Scholar's, arxiv-sanity's tags, a
plain list of ids; also one object a line. Items are read one at a time, so that a broken end costs nobody
the rest.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from digest.libraries import arxiv_sanity, csl, lists, semantic_scholar, zotero
from digest.libraries.entry import Entry, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = ("items", "data", "papers", "recommendedPapers", "references", "entries", "library", "results")
_MOST_VALUES = 5_000_000
_GAP = re.compile(r"[\s,]*")


def parse(text: str) -> Iterator[Entry | Fault]:
    """What the values of a file say, in its order."""
    if sum(map(text.count, "{[,")) > _MOST_VALUES:  # each costs a multiple of its letters
        yield Fault(line=0, words="the JSON holds too many values to be of papers")
        return
    for item, at in _values(text):
        if isinstance(item, Fault):
            yield item
            return
        yield from _read(item, text, at)


def _read(item: Any, text: str, at: int) -> Iterator[Entry | Fault]:
    line = text.count("\n", 0, at) + 1 if at < 200_000 else 0  # counting costs, and far down nobody looks
    if isinstance(item, str):
        for found in lists.parse(item):
            yield Fault(line=line, words=found.words) if isinstance(found, Fault) else found
    elif not isinstance(item, dict):
        yield Fault(line=line, words=f"{str(item)[:40]!r} is no paper")
    elif zotero.is_own(item):
        note = zotero.read(item, line=line)
        if note is not None:
            yield note
    elif semantic_scholar.is_own(item):
        yield semantic_scholar.read(item, line=line)
    elif name := next((name for name in _LISTS if isinstance(item.get(name), list)), None):
        for one in item[name]:
            yield from _read(one, text, at)
    elif item and "title" not in item and all(isinstance(value, list) for value in item.values()):
        yield from arxiv_sanity.of_tags(item)
    else:
        yield csl.read(item, line=line)


def _values(text: str) -> Iterator[tuple[Any, int]]:
    """The elements of an array, or the values that follow one another, with where they begin."""
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip())
    is_array = text.startswith("[", at)
    at += is_array
    while True:
        at = _GAP.match(text, at).end()  # type: ignore[union-attr] # matches anywhere
        if at >= len(text) or (is_array and text[at] == "]"):
            if is_array and at >= len(text):
                yield Fault(line=text.count("\n") + 1, words="the JSON ends before its list does"), at
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as why:
            words = f"the JSON is broken there, and nothing behind it could be read: {why.msg}"
            yield Fault(line=why.lineno, words=words), at
            return
        except RecursionError:
            line = text.count("\n", 0, at) + 1
            yield Fault(line=line, words="the JSON is nested too deeply to be of papers"), at
            return
        yield value, at
        at = end
