"""How far one arXiv category has been read, as marks of a Position. Remembers days and one batch, no papers.

The mark `cs.CV` is the last announcement that, with all before it, was wholly read; a person may read it.
`cs.CV:also` are later ones that were read beyond a gap; `cs.CV:batch` the ids and versions of the last feed
that was wholly read, as a hash, and its day; `cs.CV:etag`, `:modified` and `:stands_for` belong to the last
body that a conditional request may be about.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model import Position


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One category's watermark. `stands_for` is "batch" or "empty": what a 304 would mean."""

    read: dt.date | None = None
    also: frozenset[dt.date] = frozenset()
    batch: str = ""
    batch_day: dt.date | None = None
    etag: str = ""
    modified: str = ""
    stands_for: str = ""

    @classmethod
    def of(cls, position: Position, category: str) -> Mark:
        """The category's marks in a position; what cannot be read counts as not there."""
        marks = dict(position.marks)
        batch, _, batch_day = marks.get(f"{category}:batch", "").partition(" ")
        days = (_day(text) for text in marks.get(f"{category}:also", "").split())
        return cls(
            read=_day(marks.get(category, "")),
            also=frozenset(day for day in days if day),
            batch=batch,
            batch_day=_day(batch_day),
            etag=marks.get(f"{category}:etag", ""),
            modified=marks.get(f"{category}:modified", ""),
            stands_for=marks.get(f"{category}:stands_for", ""),
        )

    def has(self, day: dt.date) -> bool:
        """Whether that announcement was wholly read."""
        return (self.read is not None and day <= self.read) or day in self.also

    def kept_in(self, position: Position, category: str) -> Position:
        """The position with these marks in place of the category's earlier ones."""
        values = {
            "": self.read.isoformat() if self.read else "",
            ":also": " ".join(day.isoformat() for day in sorted(self.also)),
            ":batch": f"{self.batch} {self.batch_day}" if self.batch and self.batch_day else "",
            ":etag": self.etag,
            ":modified": self.modified,
            ":stands_for": self.stands_for,
        }
        marks = {f"{category}{suffix}": value for suffix, value in values.items()}
        old = {key: value for key, value in position.marks if key not in marks}
        new = {key: value for key, value in marks.items() if value}
        return dataclasses.replace(position, marks=tuple(sorted({**old, **new}.items())))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
