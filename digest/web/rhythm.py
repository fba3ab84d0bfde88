"""How often, when, where and how much: a form's fields in, a reader's preferences out, and in words.

Reads no clock and no library.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.config.times import format_cadence, parse_cadence, parse_send_at, parse_timezone, suggest_timezone
from digest.mail.words import BRIEF, WEEKDAYS, zone_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from digest.model import Cadence, Subscriber
    from digest.web.forms import Fields

MOST_PAPERS = 200

FIELDS = ("cadence", "send_at", "timezone", "max_papers", "trending", "outside")
"""The fields, and the names of the preferences that they set."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a reader gets mail, and how much."""

    cadence: Cadence
    send_at: dt.time
    timezone: str
    max_papers: int
    trending: bool
    outside: bool

    def of(self, reader: Subscriber) -> Subscriber:
        """The reader, with this rhythm."""
        return dataclasses.replace(
            reader,
            cadence=self.cadence,
            send_at=self.send_at,
            timezone=self.timezone,
            max_papers=self.max_papers,
            trending=self.trending,
            outside=self.outside,
        )


def read(fields: Fields) -> Rhythm | None:
    """The rhythm that the fields say; None where one of them has a fault."""
    cadence = fields.parsed("cadence", parse_cadence, fault="Choose how often.")
    send_at = fields.parsed("send_at", parse_send_at, fault="Write the hour as 07:00, from 00:00 to 23:59.")
    zone = fields.parsed("timezone", _zone, fault="Choose a time zone.")
    if zone is None and (typed := fields.typed["timezone"]):
        near = suggest_timezone(typed[:60])
        hint = f"; did you mean {near}?" if near else "; choose one of the list."
        fields.faults["timezone"] = f"There is no time zone “{BRIEF[typed]}”{hint}"
    papers = fields.count("max_papers", most=MOST_PAPERS)
    trending, outside = fields.ticked("trending"), fields.ticked("outside")
    if cadence is None or send_at is None or zone is None or papers is None:
        return None
    return Rhythm(
        cadence=cadence,
        send_at=send_at,
        timezone=zone,
        max_papers=papers,
        trending=trending,
        outside=outside,
    )


def typed(reader: Subscriber) -> Mapping[str, str]:
    """What stands in the fields for a reader."""
    return {
        "cadence": format_cadence(reader.cadence),
        "send_at": f"{reader.send_at:%H:%M}",
        "timezone": reader.timezone,
        "max_papers": str(reader.max_papers),
        "trending": "on" if reader.trending else "",
        "outside": "on" if reader.outside else "",
    }


def _zone(text: str) -> str:
    return str(parse_timezone(text))


CADENCES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Often", (("daily", "Every day"), ("weekdays", "Monday to Friday"))),
    ("Once a week", tuple((f"weekly:{day[:3].lower()}", f"Every {day}") for day in WEEKDAYS)),
    ("Once a month", tuple((f"monthly:{day}", f"On day {day} of each month") for day in range(1, 29))),
)
"""What can be chosen: a heading, and under it what the form sends and what it says."""


def cadence_words(cadence: Cadence) -> str:
    """daily → "every day"; weekly on 4 → "every Friday"."""
    match cadence.kind:
        case "daily":
            return "every day"
        case "weekdays":
            return "Monday to Friday"
        case "weekly":
            return f"every {WEEKDAYS[cadence.weekday]}"
        case "monthly":
            return f"on day {cadence.month_day} of each month"


def rhythm_words(reader: Subscriber) -> str:
    """In a sentence's middle: every Friday at 07:00, Berlin time."""
    return f"{cadence_words(reader.cadence)} at {reader.send_at:%H:%M}, {zone_words(reader.timezone)}"
