"""What membership works with, in one frozen piece."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.links import Signer
    from digest.mail.site import Site
    from digest.store import Store

CONFIRM, PREFERENCES = "confirm", "preferences"  # the purposes of the tokens that are read and made here


def _untold(_event: str, **_keys: object) -> None:
    """Nobody keeps a log."""


def _unpoked() -> None:
    """Nobody waits to be woken."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The database, who sends, who signs. `clock` is the time where a call names none; `tell` takes an event
    and its keys for the log, and never an address; `poke` wakes whoever posts waiting notes."""

    store: Store
    site: Site
    signer: Signer
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    tell: Callable[..., None] = _untold
    poke: Callable[[], None] = _unpoked
