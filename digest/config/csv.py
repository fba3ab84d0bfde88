"""A CSV of readers in, rows and faults out, and back. Opens no file, knows no library.

Columns, in any order: email (the one that must be there), name, timezone, send_at, cadence, topics (the
notation of `digest.config.topics`), agreed_at and agreed_where (when and where the person said yes),
max_papers, trending, outside. How cells are parted and quoted is `digest.config.sheets`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pydantic import ValidationError

from digest.config import checks
from digest.config.addresses import address_key
from digest.config.faults import sentences, written
from digest.config.readers import SubscriberSettings
from digest.config.settings import DigestSettings
from digest.config.sheets import CsvError, parse_moment, records, table
from digest.config.times import format_cadence
from digest.config.topics import format_topics, parse_topics
from digest.config.values import parse_optional_line, shown

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from digest.model import Subscriber

COLUMNS = (
    "email", "name", "timezone", "send_at", "cadence", "topics", "agreed_at", "agreed_where",
    "max_papers", "trending", "outside",
)  # fmt: skip


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
        for number, cells in records(text, COLUMNS, faults):
            row, found = _row(number, cells, defaults)
            if row is not None:
                key = address_key(row.subscriber.email)
                if key in seen:
                    found.append(f"email: {shown(row.subscriber.email)} is that of row {seen[key]} already")
                seen.setdefault(key, number)
            faults.extend(f"row {number}: {fault}" for fault in found)
            if row is not None and not found:
                rows.append(row)
    except CsvError as error:
        faults.append(f"not a CSV file: {error}")
    return Parsed(rows=tuple(rows), faults=tuple(faults))


def format(rows: Iterable[Row]) -> str:  # noqa: A001 - csv.format reads well where it is called
    """The CSV that `parse` reads back as the same rows; CRLF at the ends of lines."""
    return table(COLUMNS, (_cells(row) for row in rows))


def _cells(row: Row) -> tuple[str, ...]:
    reader = row.subscriber
    return (
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
        "yes" if reader.outside else "no",
    )


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
        agreed_at = parse_moment(cells["agreed_at"]) if "agreed_at" in cells else None
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
