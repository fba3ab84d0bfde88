"""A list of addresses that get no mail in, rows and faults out, and back. Opens no file.

Two forms: a CSV with the columns email (the one that must be there), cause, at and evidence, in any order;
or bare addresses, one a line.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, get_args

from digest.config.addresses import address_key, parse_address
from digest.config.sheets import CsvError, parse_moment, records, table
from digest.config.values import nearest, parse_optional_line, shown
from digest.model import SuppressionCause

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

COLUMNS = ("email", "cause", "at", "evidence")
CAUSES: tuple[SuppressionCause, ...] = get_args(SuppressionCause)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An address of the list, and None for what it leaves open. `number` is the line's or the spreadsheet's
    row."""

    number: int
    email: str
    cause: SuppressionCause | None = None
    at: dt.datetime | None = None
    evidence: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The rows that can be used, and a sentence for each fault of the others, `row 3: …`."""

    rows: tuple[Row, ...]
    faults: tuple[str, ...]


def parse(text: str) -> Parsed:
    """The addresses of a list. Never raises.

    >>> [(row.email, row.cause) for row in parse("email,cause\\nada@example.org,bounce\\n").rows]
    [('ada@example.org', 'bounce')]
    >>> [row.email for row in parse("ada@example.org\\nbo@example.org\\n").rows]
    ['ada@example.org', 'bo@example.org']
    """
    faults: list[str] = []
    rows: list[Row] = []
    seen: dict[tuple[str, str | None], int] = {}
    try:
        for number, cells in _lines(text) if _is_bare(text) else records(text, COLUMNS, faults):
            row, found = _row(number, cells)
            if row is not None:
                key = (address_key(row.email), row.cause)
                if key in seen:
                    found.append(f"email: {shown(row.email)} is that of row {seen[key]} already")
                seen.setdefault(key, number)
                if not found:
                    rows.append(row)
            faults += [f"row {number}: {fault}" for fault in found]
    except CsvError as error:
        faults.append(f"not a CSV file: {error}")
    return Parsed(rows=tuple(rows), faults=tuple(faults))


def format(rows: Iterable[Row]) -> str:  # noqa: A001 - suppressions.format reads well where it is called
    """The CSV that `parse` reads back as the same rows; CRLF at the ends of lines."""
    return table(
        COLUMNS,
        [
            (row.email, row.cause or "", row.at.isoformat() if row.at else "", row.evidence or "")
            for row in rows
        ],
    )


def parse_cause(word: str) -> SuppressionCause:
    """A cause by its name; ValueError with the known ones for any other."""
    for cause in CAUSES:
        if word.strip().lower() == cause:
            return cause
    near = nearest(word, CAUSES)
    hint = f'; did you mean "{near}"?' if near else f"; known: {', '.join(CAUSES)}"
    raise ValueError(f"unknown {shown(word)}{hint}")


def _is_bare(text: str) -> bool:
    """Whether the first line that is not empty has one cell, and that is not the name of a column."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    first = next((line for line in lines if line), "").lower()
    is_header = first.strip('"') == "email" or first.startswith("sep=")
    return first != "" and not is_header and not any(mark in first for mark in ",;\t")


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line.strip():
            yield number, {"email": line}


def _row(number: int, cells: Mapping[str, str]) -> tuple[Row | None, list[str]]:
    found: list[str] = []
    email, cause, at, evidence = "", None, None, None
    try:
        email = parse_address(cells.get("email", ""))
    except ValueError as error:
        found.append(f"email: {error}")
    try:
        cause = parse_cause(cells["cause"]) if "cause" in cells else None
    except ValueError as error:
        found.append(f"cause: {error}")
    try:
        at = parse_moment(cells["at"]) if "at" in cells else None
    except ValueError as error:
        found.append(f"at: {error}")
    try:
        evidence = str(parse_optional_line(cells["evidence"])) if "evidence" in cells else None
    except ValueError as error:
        found.append(f"evidence: {error}")
    if not email:
        return None, found
    return Row(number=number, email=email, cause=cause, at=at, evidence=evidence), found
