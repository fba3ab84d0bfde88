"""BibTeX and BibLaTeX in, entries out: as BibDesk, JabRef, Mendeley, Zotero, Google Scholar, DBLP and
Semantic Scholar write it. Reads no macro of TeX but accents and letters; runs nothing.

`bibtexparser` reads one block at a time (what stands between two `@` at a line's beginning), so that a broken
entry costs nobody else theirs and a large file no memory.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from digest.libraries.entry import Entry, Fault, entry, names
from digest.libraries.lines import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bibtexparser.library import Library

_BLOCK = re.compile(r"\s*@\s*(\w+)\s*[{(]")
_NO_PAPER = frozenset(("comment", "preamble", "set", "xdata", "control"))
_MOST_MACROS = 5000
_LONGEST_MACRO = 5000  # characters; macros of macros could fill a memory
_LONGEST = 100_000  # of a value
_ADDED = ("date-added", "dateadded", "timestamp", "creationdate", "added-at", "urldate", "accessed")
_HINTS = (
    "url", "journal", "journaltitle", "note", "howpublished", "number", "pages", "volume", "booktitle",
    "series", "annote", "addendum", "file", "ee", "biburl", "bdsk-url-1", "link", "publisher", "institution",
)  # fmt: skip


def parse(text: str) -> Iterator[Entry | Fault]:
    """The entries of a file and what is wrong with it, in its order."""
    macros: dict[str, str] = {}  # @string is known from where it stands on
    for line, block in _blocks(text):
        found = _BLOCK.match(block)
        if found and found[1].lower() not in _NO_PAPER:
            yield from _read(block, line, macros)


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """What stands from one `@kind{` at a line's beginning to the next, and its first line's number."""
    start, held = 1, list[str]()
    for number, line in numbered(text):
        if _BLOCK.match(line) and held:
            yield start, "\n".join(held)
            start, held = number, []
        held.append(line)
    yield start, "\n".join(held)


def _read(block: str, line: int, macros: dict[str, str]) -> Iterator[Entry | Fault]:
    library = _parser()(block, parse_stack=[])
    for macro in library.strings:
        if len(macros) < _MOST_MACROS:
            macros[macro.key.lower()] = _value(str(macro.value), macros)[:_LONGEST_MACRO]
    for failed in library.failed_blocks:
        kept = failed.ignore_error_block  # of a field or a name that is there twice
        if kept is not None and isinstance(kept, _entry_kind()):
            library.add(kept, fail_on_duplicate_key=False)
        else:
            why = " ".join(str(getattr(failed.error, "abort_reason", failed.error)).split())
            yield Fault(line=line, words=f"this entry is broken: {why[:200] or 'it cannot be read'}")
    for one in library.entries:
        fields = {field.key.lower(): _value(str(field.value), macros) for field in reversed(one.fields)}
        yield _entry(fields, line=line)


def _value(raw: str, macros: Mapping[str, str]) -> str:
    """A field's words: what braces or quotes hold, numbers, macros written out, and `#` between such."""
    raw = raw[:_LONGEST]
    pieces = _pieces(raw) if "#" in raw else [raw]
    return "".join(_piece(piece.strip(), macros) for piece in pieces)[:_LONGEST]


def _pieces(raw: str) -> list[str]:
    """What stands between the `#` that are in no braces and no quotes."""
    pieces, start, depth, quoted = [], 0, 0, False
    for at, letter in enumerate(raw):
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
        elif letter == '"' and depth == 0:
            quoted = not quoted
        elif letter == "#" and depth == 0 and not quoted:
            pieces.append(raw[start:at])
            start = at + 1
    return [*pieces, raw[start:]]


def _piece(piece: str, macros: Mapping[str, str]) -> str:
    if len(piece) > 1 and piece[0] + piece[-1] in ("{}", '""'):
        return piece[1:-1]
    return macros.get(piece.lower(), piece)


def _entry(fields: Mapping[str, str], *, line: int) -> Entry | Fault:
    eprint, archive = fields.get("eprint", ""), fields.get("archiveprefix") or fields.get("eprinttype") or ""
    is_arxiv = not archive or "arxiv" in archive.lower()
    old_style = f"{archive}/{eprint}" if archive and eprint.isdecimal() else ""  # archivePrefix = hep-th
    subtitle = fields.get("subtitle", "")
    title = fields.get("title", "")
    return entry(
        title=f"{title}: {subtitle}" if title and subtitle else title,
        authors=names(fields.get("author", "")),
        year=fields.get("year") or fields.get("date", ""),
        doi=fields.get("doi", ""),
        arxiv_id=fields.get("arxivid") or fields.get("arxiv") or (eprint if is_arxiv else old_style),
        hints=[fields[name] for name in _HINTS if name in fields],
        added=next((fields[name] for name in _ADDED if fields.get(name)), ""),
        line=line,
    )


@functools.cache
def _parser() -> Callable[..., Library]:
    """bibtexparser, which is imported when there is a file for it. It logs what it also returns."""
    import logging

    from bibtexparser.entrypoint import parse_string

    logger = logging.getLogger("bibtexparser")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return parse_string


@functools.cache
def _entry_kind() -> type[object]:
    from bibtexparser.model import Entry as Block

    return Block
