"""A CSV of readers in, rows and faults out, and back. Opens no file, knows no library.

Columns, in any order: email (the one that must be there), name, timezone, send_at, cadence, topics (the
notation of `digest.config.topics`), agreed_at and agreed_where (when and where the person said yes),
max_papers, trending. Commas, semicolons or tabs between them; quotes as spreadsheets write them.

A cell that a spreadsheet would run as a formula (it starts with = + - @) is written with an apostrophe
before it, which is taken off again when it is read (OWASP, *CSV injection*).
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from typing import TYPE_CHECKING

from pydantic import ValidationError

from digest.config import checks
from digest.config.addresses import address_key
from digest.config.faults import sentences, unknown_key, written
from digest.config.readers import SubscriberSettings
from digest.config.settings import DigestSettings
from digest.config.times import format_cadence
from digest.config.topics import format_topics, parse_topics
from digest.config.values import parse_optional_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.model import Subscriber

COLUMNS = (
    "email", "name", "timezone", "send_at", "cadence", "topics", "agreed_at", "agreed_where",
    "max_papers", "trending",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_LONGEST_CELL = 200_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A reader of the file. `number` is the spreadsheet's; the header is row 1. `agreed_at` is in UTC."""

    number: int
    subscriber: Subscriber
    said: frozenset[str] = dataclasses.field(default=frozenset(), compare=False)  # columns with a value
    agreed_at: dt.datetime | None = None
    agreed_where: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The rows that can be used, and a sentence for each fault of the others, `row 3: …`."""

    rows: tuple[Row, ...]
    faults: tuple[str, ...]


def parse(text: str, defaults: DigestSettings | None = None) -> Parsed:
    """The readers of a CSV; what a cell leaves open is as `defaults` say. Never raises."""
    defaults = defaults or DigestSettings()
    faults: list[str] = []
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        for number, cells in _records(text, faults):
            row, found = _row(number, cells, defaults)
            if row is not None:
                key = address_key(row.subscriber.email)
                if key in seen:
                    found.append(f"email: {shown(row.subscriber.email)} is that of row {seen[key]} already")
                seen.setdefault(key, number)
            faults.extend(f"row {number}: {fault}" for fault in found)
            if row is not None and not found:
                rows.append(row)
    except csv.Error as error:
        faults.append(f"not a CSV file: {error}")
    return Parsed(rows=tuple(rows), faults=tuple(faults))


def format(rows: Iterable[Row]) -> str:  # noqa: A001 - csv.format reads well where it is called
    """The CSV that `parse` reads back as the same rows; CRLF at the ends of lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        reader = row.subscriber
        cells = (
            reader.email,
            reader.name,
            reader.timezone,
            f"{reader.send_at:%H:%M}",
            format_cadence(reader.cadence),
            format_topics(reader.topics),
            row.agreed_at.isoformat() if row.agreed_at else "",
            row.agreed_where,
            str(reader.max_papers),
            "yes" if reader.trending else "no",
        )
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def _records(text: str, faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number and cells by column name; empty cells are left out, empty rows too."""
    text = text.removeprefix("\ufeff")
    skipped = 0
    if text[:4].lower() == "sep=":  # Excel's own first line
        text, skipped = text.partition("\n")[2], 1
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = [cell.strip().lower() for cell in next(records, [])]
    if "email" not in header:
        faults.append(f'no column "email"; the first row names the columns: {", ".join(COLUMNS)}')
        return
    for column in header:
        if column and column not in COLUMNS:
            faults.append(f"column {shown(column)}: {unknown_key(column, COLUMNS)}")
        elif column and header.count(column) > 1 and f"column {shown(column)}: is there twice" not in faults:
            faults.append(f"column {shown(column)}: is there twice")
    if faults:  # a column that nobody understands would be missing from every row
        return
    for number, record in enumerate(records, start=2 + skipped):
        if not any(cell.strip() for cell in record):
            continue
        if any(cell.strip() for cell in record[len(header) :]):
            faults.append(
                f"row {number}: {len(record)} cells under {len(header)} columns; "
                "put a cell that holds the separator into quotes"
            )
            continue
        cells = zip(header, map(_unquoted, record), strict=False)
        yield number, {column: cell for column, cell in cells if cell.strip() and column in COLUMNS}


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0].lower()
    names = {mark: [cell.strip(' "\r') for cell in first.split(mark)] for mark in ",;\t"}
    return next((mark for mark, cells in names.items() if "email" in cells and len(cells) > 1), ",")


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _row(number: int, cells: Mapping[str, str], defaults: DigestSettings) -> tuple[Row | None, list[str]]:
    found: list[str] = []
    values: dict[str, object] = {
        column: cell.strip() for column, cell in cells.items() if column in SubscriberSettings.model_fields
    }
    agreed_at, agreed_where = None, ""
    try:
        values["topics"] = parse_topics(cells.get("topics", ""))
    except ValueError as error:
        values["topics"] = []
        found.append(f"topics: {error}")
    try:
        agreed_at = _moment(cells["agreed_at"]) if "agreed_at" in cells else None
    except ValueError as error:
        found.append(f"agreed_at: {error}")
    try:
        agreed_where = str(parse_optional_line(cells.get("agreed_where", "")))
    except ValueError as error:
        found.append(f"agreed_where: {error}")
    between = list(checks.topic_faults(values, ()))
    try:
        reader = SubscriberSettings.model_validate(values)
    except ValidationError as error:
        told = [*sentences(error, SubscriberSettings), *between]
        return None, found + [f"{written(place)}: {why}" for place, why in told]
    found += [f"{written(place)}: {why}" for place, why in between]
    return (
        Row(
            number=number,
            subscriber=reader.to_model(defaults),
            said=frozenset(cells),
            agreed_at=agreed_at,
            agreed_where=agreed_where,
        ),
        found,
    )


def _moment(cell: str) -> dt.datetime:
    """A day (its midnight in UTC), or a time with an offset."""
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
