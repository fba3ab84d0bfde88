"""A membership in, what the page of its unsubscribe link says and offers out. Reads nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.web.rhythm import rhythm_words
from digest.web.standing import masked, standing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from digest.model import SuppressionCause
    from digest.store.members import Membership

STATUS = {
    "paused": "You have paused.",
    "resumed": "You go on.",
    "weekly": "From now on, one mail a week, on Mondays.",
    "back": "Welcome back.",
}
"""What was done, by the key that stands in the address; any other key says nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeaveWords:
    """What the page says, and which buttons it has."""

    headline: str
    sentence: str
    may_leave: bool = False
    may_go_on: bool = False
    may_go_weekly: bool = False
    may_come_back: bool = False
    rhythm: str = ""


def leave_words(
    member: Membership | None, causes: Collection[SuppressionCause], *, now: dt.datetime
) -> LeaveWords:
    """The words for that reader; None: one who was erased."""
    if member is None:
        return LeaveWords(
            headline="You get no mail",
            sentence="What was known about you was erased, and no mail is sent to you any more.",
        )
    reader = member.subscriber
    stands = standing(member, causes, now=now)
    if stands.kind == "left":
        return LeaveWords(
            headline="You have left",
            sentence=f"No more mail is sent to {masked(reader.email)}. One may be on its way already; "
            "it is the last.",
            may_come_back=True,
        )
    rhythm = rhythm_words(reader)
    return LeaveWords(
        headline="Leave, or get less?",
        sentence=f"The digest comes to {masked(reader.email)} {rhythm}. {stands.sentence}",
        may_leave=True,
        may_go_on=stands.kind == "paused",
        may_go_weekly=reader.cadence.kind in ("daily", "weekdays") and stands.kind == "active",
        rhythm=f"one mail {rhythm}",
    )
