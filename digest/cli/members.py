"""A membership in, the words or the object that a command prints out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from digest.cli.output import one_line
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Subscriber, SuppressionCause
    from digest.store.members import Membership


def to_json(member: Membership, causes: Sequence[SuppressionCause]) -> dict[str, Any]:
    """A reader as one object: preferences as the configuration file spells them. `causes`: why the address
    is suppressed, if it is."""
    reader = member.subscriber
    return {
        "email": reader.email,
        "name": reader.name,
        "status": member.status,
        "suppressed": causes,
        "origin": member.origin,
        "timezone": reader.timezone,
        "send_at": f"{reader.send_at:%H:%M}",
        "cadence": cadence(reader),
        "max_papers": reader.max_papers,
        "trending": reader.trending,
        "outside": reader.outside,
        "topics": [dataclasses.asdict(topic) for topic in reader.topics],
        "agreed_at": member.agreed_at,
        "agreed_where": member.agreed_where,
        "left_at": member.left_at,
    }


def cadence(reader: Subscriber) -> str:
    """How often, as the configuration file spells it."""
    from digest.config import format_cadence

    return format_cadence(reader.cadence)


def agreed(member: Membership) -> str:
    """When and where the person agreed."""
    if member.agreed_at is None:
        return member.agreed_where or "not recorded"
    return f"{member.agreed_at:%Y-%m-%d %H:%M} UTC {member.agreed_where}".rstrip()


def since_words(member: Membership) -> str:
    """Since when a reader has left, or until when they pause; "" for anybody else."""
    if member.left_at is not None:
        return f" since {member.left_at:%Y-%m-%d}"
    if member.status == "paused" and member.paused_until is not None:
        return f" until {member.paused_until:%Y-%m-%d %H:%M} UTC"
    return ""


def no_such_reader(email: str) -> UsageError:
    """The error for an address that no reader has, whatever was typed."""
    return UsageError(f"{one_line(email)}: no such subscriber; `digest subscribers list` shows all of them")
