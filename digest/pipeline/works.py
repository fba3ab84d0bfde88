"""All that a run works with, in one frozen piece."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import time
from typing import TYPE_CHECKING, Literal

from digest.store.bounces import SoftBounces
from digest.store.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.links import Signer
    from digest.mail.site import Site
    from digest.mail.templates import Templates
    from digest.pipeline.gists import GistRules
    from digest.pipeline.meaning import Meaning
    from digest.ports import Mailer, Source
    from digest.store import Store


def never() -> bool:
    """Nobody asks for the end."""
    return False


def quietly(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def unlabelled(_label: str) -> None:
    """Nobody counts the steps."""


def untold(_event: str, **_keys: object) -> None:
    """Nobody keeps a log."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRules:
    """How deliveries are handed over.

    `window` deliveries may be in flight, and so uncertain after one kill. `uncertain` says what becomes of
    those: held for a person, or sent again. After `give_up` a delivery that could not leave has expired.
    In `shunned_minutes` of an hour nothing leaves.
    """

    window: int = 8
    uncertain: Literal["hold", "resend"] = "hold"
    give_up: dt.timedelta = dt.timedelta(hours=48)
    soft_bounces: SoftBounces = dataclasses.field(default_factory=SoftBounces)
    limits: Limits = dataclasses.field(default_factory=Limits)
    shunned_minutes: frozenset[int] = frozenset()


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
    half_life: dt.timedelta = dt.timedelta(days=720)  # of what a reader likes
    keep_days: int = 400  # what is older is taken away; 0: nothing is
    delivery: DeliveryRules = dataclasses.field(default_factory=DeliveryRules)
    meaning: Meaning | None = None  # a model that turns papers into vectors, if there is one
    gists: GistRules | None = None  # a model that writes a sentence on each paper, if there is one
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random  # from 0 to 1
    should_stop: Callable[[], bool] = never  # asked between two windows: a wish to end gracefully
    progress: Callable[[str, int, int], None] = quietly  # stage, done, total
    tell: Callable[..., None] = untold  # a line of the log: event and its keys
    step: Callable[[str], None] = unlabelled  # called between every two effects: where a crash may strike
