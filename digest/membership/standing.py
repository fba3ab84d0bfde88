"""How a reader stands: pause, resume, leave, come back, be erased. Each by their own wish, at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.membership.refusals import Refused

if TYPE_CHECKING:
    from digest.membership.house import House
    from digest.store.members import Membership

LONGEST = dt.timedelta(days=366)
GONE = "There is no such reader any more."
HAS_LEFT = "You have left; come back first."


def reader(house: House, subscriber_id: int, *, staying: bool = True) -> Membership:
    """The membership; Refused where it was erased, and, if `staying`, where it has ended."""
    member = house.store.subscribers.by_id([subscriber_id]).get(subscriber_id)
    if member is None:
        raise Refused(GONE)
    if staying and member.status == "left":
        raise Refused(HAS_LEFT)
    return member


def pause(
    house: House, subscriber_id: int, *, until: dt.date | None = None, now: dt.datetime
) -> dt.datetime | None:
    """No mail until that day begins where the reader is, or until they resume; returns that moment. Raises
    Refused (`until`) for a day that is not to come, or is more than a year away."""
    member = reader(house, subscriber_id)
    moment: dt.datetime | None = None
    if until is not None:
        zone = ZoneInfo(member.subscriber.timezone)
        today = now.astimezone(zone).date()
        if until <= today:
            raise Refused({"until": "Choose a day that is still to come."})
        if until - today > LONGEST:
            raise Refused({"until": "Choose a day within a year, or pause until you resume."})
        moment = dt.datetime.combine(until, dt.time(), zone).astimezone(dt.UTC)
    if not house.store.pauses.pause(subscriber_id, until=moment):
        raise Refused(HAS_LEFT)
    house.tell("reader.paused", reader=subscriber_id)
    return moment


def resume(house: House, subscriber_id: int, *, now: dt.datetime) -> bool:
    """Mail again from the next slot on; False for one who did not pause. Raises Refused for one who left."""
    reader(house, subscriber_id)
    is_back = house.store.pauses.resume(subscriber_id, at=now)
    if is_back:
        house.tell("reader.resumed", reader=subscriber_id)
    return is_back


def leave(house: House, subscriber_id: int, *, evidence: str, now: dt.datetime) -> bool:
    """No mail ever again; False for one who had left, or is not there any more. Never raises for either: a
    link to leave works for ever, and twice."""
    has_left = house.store.subscribers.leave(subscriber_id, at=now, evidence=evidence)
    if has_left:
        house.tell("reader.left", reader=subscriber_id)
    return has_left


def come_back(house: House, subscriber_id: int, *, where: str, shown: str, now: dt.datetime) -> None:
    """Mail again for one who had left, with their new consent as evidence; nothing for who reads anyway.
    Raises Refused where the address cannot be mailed for another cause."""
    evidence = f"on the web: came back {now:%Y-%m-%d %H:%M:%S} UTC from {where or 'unknown'}; shown: {shown}"
    others = house.store.pauses.come_back(subscriber_id, at=now, evidence=evidence)
    if others is None:
        raise Refused(GONE)
    if others:
        why = {"bounce": "mail to it came back", "complaint": "mail to it was reported as unwanted"}
        said = why.get(others[0], "the operator took it off the list")
        raise Refused(
            f"This address cannot get mail: {said}. Write to {house.site.contact} if that is mended."
        )
    house.tell("reader.back", reader=subscriber_id)


def erase(house: House, subscriber_id: int, *, now: dt.datetime) -> bool:
    """Forget a person, for good; False where nobody was left to forget."""
    member = house.store.subscribers.by_id([subscriber_id]).get(subscriber_id)
    if member is None:
        return False
    was_there = house.store.subscribers.erase(member.subscriber.email, at=now)
    if was_there:
        house.tell("reader.erased")
    return was_there
