"""All that a run works with, in one frozen piece."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.links import Signer
    from digest.mail.site import Site
    from digest.mail.templates import Templates
    from digest.ports import Mailer, Source
    from digest.store import Store


def never() -> bool:
    """Nobody asks for the end."""
    return False


def quietly(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def untold(_event: str, **_keys: object) -> None:
    """Nobody keeps a log."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """All that a run works with. `clock` is the real time: leases and backoff keep to it, whatever
    *now* a run is given."""

    store: Store
    sources: tuple[Source, ...]
    mailer: Mailer
    templates: Templates
    site: Site
    signer: Signer
    window_days: int = 7
    when_empty: Literal["skip", "send"] = "skip"
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    should_stop: Callable[[], bool] = never  # asked between two windows: a wish to end gracefully
    progress: Callable[[str, int, int], None] = quietly  # stage, done, total
    tell: Callable[..., None] = untold  # a line of the log: event and its keys
