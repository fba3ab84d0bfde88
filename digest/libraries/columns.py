"""A table in CSV or TSV in, entries out: Zotero's, Semantic Scholar's, Scopus', or anybody's with a column of
titles, DOIs, links or arXiv ids. Columns are known by their names, whatever their order.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from digest.libraries.entry import Entry, Fault, entry, names
from digest.libraries.lines import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "papertitle", "articletitle", "documenttitle"),
    "authors": ("author", "authors", "authornames", "creators", "authorfullnames"),
    "year": ("publicationyear", "year", "date", "published", "publicationdate"),
    "doi": ("doi", "doilink"),
    "arxiv_id": ("arxiv", "arxivid", "arxivnumber", "eprint"),
    "added": ("dateadded", "added", "addedat", "savedat", "accessdate", "dateaccessed"),
}
_HINTS = (
    "url", "link", "links", "paperurl", "pdfurl", "extra", "publicationtitle", "journal", "venue", "number",
    "archivelocation", "archiveid", "notes", "note", "id", "paperid", "externalids",
)  # fmt: skip
_NAMING = frozenset(
    (*_COLUMNS["title"], *_COLUMNS["doi"], *_COLUMNS["arxiv_id"], "url", "link", "paperurl", "pdfurl")
)
_NO_PAPER = frozenset(("attachment", "note", "annotation"))
_LONGEST_HEAD = 20_000


def separator(text: str) -> str | None:
    """What parts the columns of a table whose first line names one of a title, DOI, link or arXiv id; None
    for what is no such table."""
    head = _head(text)
    for mark in (",", "\t", ";", "|"):
        columns = _named(next(csv.reader([head], delimiter=mark), []))
        if len(columns) > 1 and not _NAMING.isdisjoint(columns):
            return mark
    # One column: its name alone on the first line.
    return "," if _named([head])[0] in _NAMING else None


def seen(text: str) -> str:
    """The names of a table's columns, to say what was found in place of those that are known."""
    return ", ".join(filter(None, (name.strip()[:40] for name in re.split(r"[,;\t|]", _head(text))[:12])))


def parse(text: str) -> Iterator[Entry | Fault]:
    """The rows of a table and what is wrong with it, in its order."""
    rows = csv.reader((f"{line}\n" for _, line in numbered(text)), delimiter=separator(text) or ",")
    columns: list[str] = []
    while True:
        start = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as why:
            yield Fault(line=start, words=f"this row is broken: {why}")
            continue
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        if not columns:
            columns = _named(row)
        elif (cells := dict(zip(columns, row, strict=False))).get("itemtype") not in _NO_PAPER:
            yield _entry(cells, line=start)


def _entry(cells: Mapping[str, str], *, line: int) -> Entry | Fault:
    found = {
        field: next((cells[name] for name in known if cells.get(name, "").strip()), "")
        for field, known in _COLUMNS.items()
    }
    return entry(
        title=found["title"],
        authors=names(found["authors"]),
        year=found["year"],
        doi=found["doi"],
        arxiv_id=found["arxiv_id"],
        hints=[cells.get(name, "") for name in _HINTS],
        added=found["added"],
        line=line,
    )


def _head(text: str) -> str:
    return next((line for _, line in numbered(text) if line.strip()), "")[:_LONGEST_HEAD]


def _named(row: list[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in row]
