"""What may follow what, written down once more from the promise and not from the program."""

from __future__ import annotations

import datetime as dt
from typing import Literal

# What is told later, from what means least to what means most.
TOLD = ("accepted", "deferred", "delivered", "dropped", "bounced", "complained")
FINAL = ("skipped", "rejected", "suppressed", "expired", "abandoned")
WAITING = ("planned", "composed", "retry")
VISIBLE = (*WAITING, "sending", "uncertain")
# An event about one of these is news of its mail; about any other it is too early to be true.
SENT = ("sending", "retry", "uncertain")

FOLLOWS: dict[str, tuple[str, ...]] = {
    "": ("planned",),
    "planned": ("composed", "skipped", "suppressed", "expired"),
    "composed": ("sending", "suppressed", "expired"),
    "sending": ("retry", "rejected", "suppressed", "uncertain", *TOLD),
    "retry": ("sending", "suppressed", "expired", *TOLD),
    "uncertain": ("retry", "abandoned", *TOLD),
    "accepted": TOLD[1:],
    "deferred": TOLD[2:],
    "delivered": TOLD[3:],
    "dropped": TOLD[4:],
    "bounced": TOLD[5:],
    "complained": (),
    **dict.fromkeys(FINAL, ()),
}

# How an event is named in the program's nouns, and what it makes of its delivery.
EVENTS: dict[str, str] = {
    "processed": "accepted",
    "deferred": "deferred",
    "delivered": "delivered",
    "dropped": "dropped",
    "soft_bounce": "bounced",
    "hard_bounce": "bounced",
    "complaint": "complained",
    "unsubscribe": "",
    "unknown": "",
}
CAUSES = {"hard_bounce": "bounce", "complaint": "complaint", "unsubscribe": "unsubscribe"}

# After these the provider, or the provider's word for it, had the mail and could not bring it.
NOT_RECEIVED = ("dropped", "bounced")

Mode = Literal["hold", "resend"]
GIVE_UP = dt.timedelta(hours=48)
SOFT_COUNT, SOFT_DAYS = 2, 1
WINDOW = 2


def told(state: str, event: str) -> str:
    """The state after an event of a delivery in `state`."""
    after = EVENTS[event]
    if not after:
        return state
    if state in SENT:
        return after
    if state in TOLD:
        return TOLD[max(TOLD.index(state), TOLD.index(after))]
    return state
