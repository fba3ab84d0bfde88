"""A reader's change of address: asked on their own pages, confirmed at the new address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.config import address_key, parse_address
from digest.membership import answers
from digest.membership.house import CONFIRM
from digest.membership.join import Confirmed
from digest.membership.refusals import Refused
from digest.membership.standing import reader
from digest.store.confirmations import Wish

if TYPE_CHECKING:
    import datetime as dt

    from digest.membership.house import House


def ask(house: House, subscriber_id: int, email: str, *, where: str, shown: str, now: dt.datetime) -> None:
    """Keep the wish, and let a note to the new address wait. The same happens whether that address is free,
    suppressed or another reader's (who is told that they are one). Raises Refused for what is no address, or
    the one that they have."""
    member = reader(house, subscriber_id)
    try:
        wanted = parse_address(email)
    except ValueError as error:
        raise Refused({"email": f"{str(error)[:1].upper()}{str(error)[1:]}."}) from error
    if address_key(wanted) == address_key(member.subscriber.email):
        raise Refused({"email": "That is the address that you have."})
    wish = Wish(
        kind="move", email=wanted, body={}, where=where, shown=shown, at=now, subscriber_id=subscriber_id
    )
    house.store.confirmations.ask(wish, decide=lambda addressee: answers.moving(addressee, at=now))
    house.poke()


def confirm(house: House, token: str, *, now: dt.datetime) -> Confirmed:
    """Move, once. The old address gets a note that says so, and no mail after it. What `standing` says is as
    for `join.confirm`."""
    confirmation_id = house.signer.read(CONFIRM, token)
    if confirmation_id is None:
        return Confirmed(standing="unknown")
    verdict = house.store.joining.move(confirmation_id, now=now)
    if verdict.standing == "open":
        house.tell("reader.moved", reader=verdict.subscriber_id)
        house.poke()
    return Confirmed(standing=verdict.standing, subscriber_id=verdict.subscriber_id)
