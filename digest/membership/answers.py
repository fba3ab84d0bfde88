"""What is known of an address in, the note that it gets out. Pure: reads no clock and no database.

Whoever asks, an address gets at most NOTES_A_DAY notes a day, so that nobody can be bombed with them; one
that left is asked whether it wants to come back at most once in ONCE_IN.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.store.confirmations import Answer, lifted

if TYPE_CHECKING:
    from digest.store.confirmations import Addressee

NOTES_A_DAY = 3
DAY = dt.timedelta(days=1)
ONCE_IN = dt.timedelta(days=7)

SUPPRESSED = "the address is suppressed"
TOO_MANY = f"this address got {NOTES_A_DAY} notes within a day"
ASKED_ALREADY = "the address has left, and was asked within a week"
NO_READER = "the address is no reader's"


def joining(addressee: Addressee, *, at: dt.datetime) -> Answer:
    """To who would join: the link that confirms; to who is a reader, the way to their preferences."""
    if _reads(addressee):
        return _limited(Answer(kind="known", why_not=_refusal(addressee, "link")), addressee, at=at)
    answer = Answer(kind="confirm", why_not=_refusal(addressee, "join"))
    left = addressee.causes.get("unsubscribe")
    since = max(left.at, at - ONCE_IN) if left is not None else at
    asked = any(kind == "confirm" and when > since for kind, when in addressee.posted)
    if asked and not answer.why_not:
        return Answer(kind="confirm", why_not=ASKED_ALREADY)
    return _limited(answer, addressee, at=at)


def moving(addressee: Addressee, *, at: dt.datetime) -> Answer:
    """To where a reader would move: the link that confirms; to another reader, that they are one."""
    if _reads(addressee):
        return _limited(Answer(kind="known", why_not=_refusal(addressee, "link")), addressee, at=at)
    why_not = _refusal(addressee, "move")
    if addressee.member is not None and not why_not:
        why_not = "the address was another reader's"
    return _limited(Answer(kind="move", why_not=why_not), addressee, at=at)


def losing(addressee: Addressee, *, at: dt.datetime) -> Answer:
    """To a reader who lost their link: the way to their preferences."""
    why_not = _refusal(addressee, "link") if _reads(addressee) else NO_READER
    return _limited(Answer(kind="link", why_not=why_not), addressee, at=at)


def _reads(addressee: Addressee) -> bool:
    return addressee.member is not None and addressee.member.status in ("active", "paused")


def _refusal(addressee: Addressee, wish: str) -> str:
    causes = addressee.causes
    allowed = set() if wish == "link" else lifted(wish, causes)
    return "" if set(causes) <= allowed else SUPPRESSED


def _limited(answer: Answer, addressee: Addressee, *, at: dt.datetime) -> Answer:
    today = sum(when > at - DAY for _, when in addressee.posted)
    if not answer.why_not and today >= NOTES_A_DAY:
        return Answer(kind=answer.kind, why_not=TOO_MANY)
    return answer
