"""Double opt-in: a wish to join, kept until its address confirms it.

    ask (a form) ──▶ a note with a link ──▶ look (GET) ──▶ confirm (POST) ──▶ a reader

The caller of `confirm` answers a POST only: scanners open every link, and some run scripts.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.membership import answers
from digest.membership.house import CONFIRM
from digest.membership.limits import checked
from digest.store.confirmations import Standing, Wish
from digest.store.members import READER

if TYPE_CHECKING:
    import datetime as dt

    from digest.membership.house import House
    from digest.model import Subscriber
    from digest.store.confirmations import Confirmation


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link is about. `standing` "open": it can be confirmed; else why not (`store.confirmations`).
    `reader`: what would be, or was, agreed to; None where nothing is kept of it. A move is `kind` "move", and
    its `email` the new address."""

    id: int
    kind: str
    email: str
    standing: Standing
    asked_at: dt.datetime
    reader: Subscriber | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What came of confirming: `standing` "open" means that it was done now. `subscriber_id` is theirs who
    confirmed (now or before) and still have the address: their preferences may be offered."""

    standing: Standing
    subscriber_id: int | None = None

    @property
    def is_new(self) -> bool:
        """Whether this very call did it."""
        return self.standing == "open"


def ask(house: House, subscriber: Subscriber, *, where: str, shown: str, now: dt.datetime) -> None:
    """Keep the wish of whoever typed this address, with the evidence (`where` from, what was `shown`), and
    let the note wait that it leads to. The same happens, and takes as long, whatever is known of the address.
    Raises Refused for a reader whom no settings would allow."""
    reader = checked(dataclasses.replace(subscriber, id=0))
    wish = Wish(
        kind="join",
        email=reader.email,
        body=READER.dump_python(reader, mode="json"),
        where=where,
        shown=shown,
        at=now,
    )
    house.store.confirmations.ask(wish, decide=lambda addressee: answers.joining(addressee, at=now))
    house.poke()


def look(house: House, token: str, *, now: dt.datetime) -> Asked | None:
    """What the link is about, changing nothing; None for a token that was not made here, or of a wish that
    is kept no longer."""
    confirmation_id = house.signer.read(CONFIRM, token)
    wish = None if confirmation_id is None else house.store.confirmations.get(confirmation_id)
    if wish is None or not wish.email:
        return None
    return Asked(
        id=wish.id,
        kind=wish.kind,
        email=wish.email,
        standing=house.store.confirmations.standing(wish.id, now=now),
        asked_at=wish.asked_at,
        reader=READER.validate_python(wish.body) if wish.kind == "join" else None,
    )


def confirm(house: House, token: str, *, where: str, now: dt.datetime) -> Confirmed:
    """Join, once: a link that is used again, is too old, or was overtaken by a later one or by leaving,
    changes nothing, and `standing` says so."""
    confirmation_id = house.signer.read(CONFIRM, token)
    if confirmation_id is None:
        return Confirmed(standing="unknown")

    def evidence(wish: Confirmation) -> str:
        return (
            f"on the web: asked {wish.asked_at:%Y-%m-%d %H:%M:%S} UTC from {wish.asked_where or 'unknown'}, "
            f"confirmed by the link mailed to the address {now:%Y-%m-%d %H:%M:%S} UTC from "
            f"{where or 'unknown'}; shown: {wish.shown}"
        )

    verdict = house.store.joining.join(confirmation_id, evidence=evidence, now=now)
    if verdict.standing == "open":
        house.tell("reader.joined", confirmation=confirmation_id)
    return Confirmed(standing=verdict.standing, subscriber_id=verdict.subscriber_id)


def token_of(house: House, confirmation_id: int) -> str:
    """The token that confirms a wish: for the note to its address alone."""
    return house.signer.token(CONFIRM, confirmation_id)
