"""A lost link: the answer is the same whether the address is a reader's or not; a reader gets a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.config import parse_address
from digest.membership import answers
from digest.membership.refusals import Refused

if TYPE_CHECKING:
    import datetime as dt

    from digest.membership.house import House


def ask(house: House, email: str, *, now: dt.datetime) -> None:
    """Let a note with the way to the preferences wait, if that is an active or pausing reader's address.
    Raises Refused for what is no address."""
    try:
        wanted = parse_address(email)
    except ValueError as error:
        raise Refused({"email": f"{str(error)[:1].upper()}{str(error)[1:]}."}) from error
    house.store.confirmations.write_to(
        wanted, at=now, decide=lambda addressee: answers.losing(addressee, at=now)
    )
    house.poke()
