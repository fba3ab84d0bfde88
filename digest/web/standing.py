"""A membership in, what its pages say of how it stands out: no mail, again from a day on, or the next one.

Reads nothing: what is suppressed is told to it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from digest.core.due import due_slot
from digest.mail.words import zone_words
from digest.web.pauses import day_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from digest.model import SuppressionCause
    from digest.store.members import Membership

Kind = Literal["active", "paused", "left", "unlisted", "refused"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a reader stands, and the sentence that says so. refused: mail came back, or they complained."""

    kind: Kind
    sentence: str


def standing(member: Membership, causes: Collection[SuppressionCause], *, now: dt.datetime) -> Standing:
    """How that reader stands at `now`."""
    zone = member.subscriber.timezone
    if member.status == "left":
        since = f" since {day_words(member.left_at, timezone=zone)}" if member.left_at else ""
        return Standing(kind="left", sentence=f"You get no mail{since}.")
    refused = [cause for cause in causes if cause != "unsubscribe"]
    if refused:
        why = "a mail to your address was reported as spam" if "complaint" in refused else "mail came back"
        return Standing(
            kind="refused",
            sentence=f"No mail is sent to your address, because {why}. Write to us to have it sent again.",
        )
    if member.status == "unlisted":
        return Standing(kind="unlisted", sentence="You get no mail: whoever runs this site took you off it.")
    if member.status == "paused":
        if member.paused_until is None:
            return Standing(kind="paused", sentence="You have paused. No mail comes until you go on.")
        day = day_words(member.paused_until, timezone=zone)
        return Standing(kind="paused", sentence=f"You have paused. Mail comes again from {day} on.")
    return Standing(kind="active", sentence=f"Your next mail is due on {next_words(member, now=now)}.")


def next_words(member: Membership, *, now: dt.datetime) -> str:
    """Monday 23 November at 07:00, Berlin time."""
    reader = member.subscriber
    slot = due_slot(reader.cadence, timezone=reader.timezone, send_at=reader.send_at, now=now)
    local = slot.next_at.astimezone(ZoneInfo(reader.timezone))
    day = day_words(slot.next_at, timezone=reader.timezone).rsplit(" ", 1)[0]
    return f"{day} at {local:%H:%M}, {zone_words(reader.timezone)}"


def masked(address: str) -> str:
    """An address that its owner knows again, and nobody else learns: a…@example.org.

    >>> masked("ada@example.org")
    'a…@example.org'
    """
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}"
