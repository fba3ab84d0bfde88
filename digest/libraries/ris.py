"""RIS in, entries out: as EndNote, Mendeley, Zotero, Google Scholar and most publishers write it.

`rispy` reads one record at a time, so that a broken one costs nobody else theirs and a large file no memory.
https://en.wikipedia.org/wiki/RIS_(file_format)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from digest.libraries.entry import Entry, Fault, entry
from digest.libraries.lines import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TAG = re.compile(r"\s*([A-Z][A-Z0-9])\s{1,2}-(?:\s|$)")
_LONGEST = 5000  # lines of a record
_TITLES = ("title", "primary_title", "translated_title")
_HINTS = (
    "urls", "journal_name", "alternate_title3", "alternate_title2", "secondary_title", "number", "volume",
    "note", "custom7", "accession_number", "publisher", "notes", "file_attachments1", "id",
)  # fmt: skip


def parse(text: str) -> Iterator[Entry | Fault]:
    """The records of a file and what is wrong with it, in its order."""
    held: list[str] = []
    start = 0
    for number, line in numbered(text):
        found = _TAG.match(line)
        tag = found[1] if found else ""
        if tag == "TY":
            if start > 0:
                yield _unended(start, f"the next one begins on line {number}")
            start, held = number, []
        elif not start:
            if tag and tag != "ER":
                yield Fault(line=number, words=f"{tag} stands outside of any record; one begins with TY")
                start = -1  # told once for all of its lines
            continue
        elif start < 0 and tag == "ER":
            start = 0
            continue
        if start > 0 and len(held) < _LONGEST:
            held.append(f"{tag}  - {line[found.end() :]}" if found else line)
        if tag == "ER" and start > 0:
            yield _read(held, start)
            start, held = 0, []
    if start > 0:
        yield _unended(start, "the file ends")


def _unended(start: int, where: str) -> Fault:
    return Fault(line=start, words=f"the record that begins here has no end (ER): {where}")


def _read(lines: Sequence[str], start: int) -> Entry | Fault:
    import rispy

    try:
        (record,) = rispy.RisParser(skip_unknown_tags=True).parse_lines(iter(lines))
    except (ValueError, KeyError, TypeError, AttributeError) as why:  # rispy names no errors of its own
        return Fault(line=start, words=f"this record is broken: {type(why).__name__} {why}"[:200])
    return _entry(record, line=start)


def _entry(record: Mapping[str, Any], *, line: int) -> Entry | Fault:
    return entry(
        title=next((text for name in _TITLES if (text := _text(record.get(name)))), ""),
        authors=[str(name) for name in record.get("authors") or record.get("first_authors") or ()],
        year=_text(record.get("year")) or _text(record.get("publication_year")) or _text(record.get("date")),
        doi=_text(record.get("doi")),
        hints=[_text(record.get(name)) for name in _HINTS],
        added=_text(record.get("access_date")),
        line=line,
    )


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
