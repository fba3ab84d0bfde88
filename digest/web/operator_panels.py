"""What the operator's page is made of: a panel with a message, a picture and a table; cells in words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

NOTHING = Markup()  # in the place of a picture without anything on it


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Words, and where they lead ("": nowhere)."""

    words: str
    path: str = ""
    is_number: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One message, its picture and its figures."""

    name: str  # of its CSV
    heading: str
    picture: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def newest_first(days: Sequence[dt.date]) -> list[tuple[int, dt.date]]:
    return sorted(enumerate(days), reverse=True)


def day_cell(day: dt.date) -> Cell:
    return Cell(words=f"{day.day} {day:%b %Y}")


def count_cell(count: float, *, path: str) -> Cell:
    return Cell(words=f"{count:,.0f}", path=path if count else "", is_number=True)


def share(rate: float) -> str:
    """Per cent, with as many digits as say something.

    >>> share(0), share(0.001), share(0.05), share(0.1234), share(0.00004)
    ('0 %', '0.1 %', '5 %', '12.3 %', 'less than 0.01 %')
    """
    percent = 100 * rate
    if 0 < percent < 0.01:
        return "less than 0.01 %"
    digits = 2 if percent < 1 else 1
    return f"{percent:.{digits}f}".rstrip("0").rstrip(".") + " %"
