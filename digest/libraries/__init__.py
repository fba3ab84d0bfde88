"""Libraries that people keep elsewhere: a file's bytes in, its entries out, and what could not be read.

    bibtex · ris · csl · zotero · semantic_scholar · arxiv_sanity · columns (CSV) · lists

Knows no network and no database: which papers the entries are is `pipeline.importing`'s to find out. A
format is known by what a file holds, not by its name.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.libraries import arxiv_sanity, bibtex, columns, lists, objects, ris, zotero
from digest.libraries.entry import Entry, Fault
from digest.libraries.lines import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LARGEST", "MOST_ENTRIES", "Entry", "Library", "read_library"]

LARGEST = 64 * 1024 * 1024  # bytes of a file
MOST_ENTRIES = 20_000
MOST_FAULTS = 200  # told one by one

_HEAD = 8192
_RIS = re.compile(r"^\s*TY\s{1,2}-", re.MULTILINE)
_BIBTEX = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]", re.MULTILINE)
_HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_OTHER = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (or an Office document)"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"{\\rtf", "a document in RTF"),
    (b"\x7fELF", "a program"),
)
_KNOWN = "BibTeX, RIS, CSL-JSON, Zotero RDF or CSV, JSON of Semantic Scholar, or a list of ids and titles"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What a file holds: entries in its order, each paper once; `repeated` were there again. `faults` are
    sentences, the first of them; `broken` counts what could not be read."""

    kind: str
    entries: tuple[Entry, ...]
    repeated: int = 0
    broken: int = 0
    faults: tuple[str, ...] = ()


def read_library(raw: bytes, *, name: str, owner: str = "") -> Library:
    """Read a file of whatever known format. `name` is what it is called in sentences, `owner` whose part of
    it is wanted where it holds several people's (arxiv-sanity's databases). UsageError for a file that is
    none."""
    if len(raw) > LARGEST:
        raise UsageError(
            f"{name}: is larger than {LARGEST // 1024**2} MB, and no library of papers alone; "
            "export it without files and notes, or in parts"
        )
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UsageError(f"{name}: is empty; export the library again, as {_KNOWN}")
    try:
        return _read(raw, name, owner)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from error


def _read(raw: bytes, name: str, owner: str) -> Library:
    for magic, what in _OTHER:
        if raw.startswith(magic):
            raise UsageError(f"is {what}, not a library; export it as {_KNOWN}")
    if raw.startswith(arxiv_sanity.MAGIC):
        return _gathered("arxiv-sanity", arxiv_sanity.parse_database(raw, owner=owner))
    text, said = decoded(raw)
    head = text[:_HEAD]
    start = head.lstrip()[:1]
    if start == "<":
        if zotero.NAMESPACE in head or "<rdf:RDF" in head:
            return _gathered("Zotero RDF", zotero.parse(raw))
        what = "a web page" if _HTML.match(head) else "XML, and not Zotero's RDF"
        raise UsageError(f"is {what}; export the library as {_KNOWN}")
    if head.count("\0"):
        raise UsageError(f"is no text; export the library as {_KNOWN}")
    found: tuple[str, Iterable[Entry | Fault]]
    if start in ("{", "["):
        found = "JSON", objects.parse(text)
    elif columns.separator(text) is not None:
        found = "CSV", columns.parse(text)
    elif _RIS.search(text):
        found = "RIS", ris.parse(text)
    elif _BIBTEX.search(text):
        found = "BibTeX", bibtex.parse(text)
    elif name.lower().endswith((".csv", ".tsv")):
        raise UsageError(f"has no column of titles, DOIs, links or arXiv ids; it has: {columns.seen(text)}")
    else:
        found = "list", lists.parse(text)
    return _gathered(*found, said=said)


def _gathered(kind: str, found: Iterable[Entry | Fault], *, said: str = "") -> Library:
    entries: dict[str, Entry] = {}
    faults: list[str] = [said] if said else []
    repeated = broken = 0
    for one in found:
        if isinstance(one, Fault):
            broken += 1
            if broken <= MOST_FAULTS:
                faults.append(str(one))
        elif one.key in entries:
            repeated += 1
        elif len(entries) == MOST_ENTRIES:
            faults.append(f"only the first {MOST_ENTRIES} entries are taken; import it in parts")
            break
        else:
            entries[one.key] = one
    if broken > MOST_FAULTS:
        faults.append(f"… and {broken - MOST_FAULTS} more that could not be read")
    return Library(
        kind=kind, entries=tuple(entries.values()), repeated=repeated, broken=broken, faults=tuple(faults)
    )
