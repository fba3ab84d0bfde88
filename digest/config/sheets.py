"""A spreadsheet's text in, its rows by the names of their columns out, and back. Opens no file.

Commas, semicolons or tabs between the cells; quotes as spreadsheets write them. A cell that a spreadsheet
would run as a formula (it starts with = + - @) is written with an apostrophe before it, which is taken off
again when it is read (OWASP, *CSV injection*).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from digest.config.faults import unknown_key
from digest.config.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CsvError = csv.Error
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_LONGEST_CELL = 200_000


def records(text: str, columns: Sequence[str], faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number (the header is row 1) and cells by column name; empty cells are left out, empty rows too.

    Faults are added to `faults`, one sentence each; where the header has one, there are no rows. Raises
    CsvError where the text is not a CSV at all.
    """
    text = text.removeprefix("\ufeff")
    skipped = 0
    if text[:4].lower() == "sep=":  # Excel's own first line
        text, skipped = text.partition("\n")[2], 1
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = [cell.strip().lower() for cell in next(rows, [])]
    if "email" not in header:
        faults.append(f'no column "email"; the first row names the columns: {", ".join(columns)}')
        return
    for column in header:
        if column and column not in columns:
            faults.append(f"column {shown(column)}: {unknown_key(column, columns)}")
        elif column and header.count(column) > 1 and f"column {shown(column)}: is there twice" not in faults:
            faults.append(f"column {shown(column)}: is there twice")
    if faults:  # a column that nobody understands would be missing from every row
        return
    for number, row in enumerate(rows, start=2 + skipped):
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(header) :]):
            faults.append(
                f"row {number}: {len(row)} cells under {len(header)} columns; "
                "put a cell that holds the separator into quotes"
            )
            continue
        cells = zip(header, map(_unquoted, row), strict=False)
        yield number, {column: cell for column, cell in cells if cell.strip() and column in columns}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The CSV that `records` reads back as the same cells; CRLF at the ends of lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return out.getvalue()


def parse_moment(cell: str) -> dt.datetime:
    """A day (its midnight in UTC), or a time with an offset; in UTC. ValueError for anything else."""
    text = cell.strip()
    expected = f'expected a day or a time with an offset such as "2026-04-21T07:00:00Z", got {shown(cell)}'
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None and len(text) == len("2026-04-21"):
            moment = moment.replace(tzinfo=dt.UTC)
        utc = moment.astimezone(dt.UTC) if moment.tzinfo else None
    except (ValueError, OverflowError) as error:
        raise ValueError(expected) from error
    if utc is None:
        raise ValueError(expected)
    return utc


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0].lower()
    names = {mark: [cell.strip(' "\r') for cell in first.split(mark)] for mark in ",;\t"}
    return next((mark for mark, cells in names.items() if "email" in cells and len(cells) > 1), ",")


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
