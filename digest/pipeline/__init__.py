"""The story of a morning: collect, plan, compose, deliver.

    run = collect (listings → papers) → plan (readers whose hour has come → slots)
        → compose (papers × topics → editions, frozen) → deliver (editions → messages → outcomes)

Each step commits what it has done before the next begins, and each can be repeated: a run that was
killed anywhere is finished by the next one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.pipeline.collect import Reading, collect
from digest.pipeline.deliver import deliver
from digest.pipeline.editions import at_once, compose, plan
from digest.pipeline.works import Works
from digest.store.deliveries import OPEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from digest.model import DeliveryState

__all__ = ["Reading", "Report", "Works", "collect", "run"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did. due = accepted + skipped + failed + waiting + uncertain."""

    at: dt.datetime
    sources: dict[str, Reading]
    due: int
    composed: int
    accepted: int
    skipped: int
    failed: int
    waiting: int
    uncertain: int
    uncertain_total: int
    stopped: str = ""  # why the provider was not asked any further
    elsewhere: int = 0  # of those waiting: being sent by another process, which lives
    accepted_ids: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs another try or a person."""
        failed_sources = any(reading.status == "failed" for reading in self.sources.values())
        waiting = self.waiting - self.elsewhere
        return not (failed_sources or self.failed or waiting or self.uncertain or self.stopped)


def run(
    works: Works,
    *,
    now: dt.datetime,
    email: str | None = None,
    collecting: bool = True,
    delay: Callable[[int], dt.timedelta] = at_once,
) -> Report:
    """One tick, for all readers or for the one of that address. `delay` says how long after its hour a
    reader's slot may wait, so that not all leave at once."""
    store = works.store
    only = store.subscribers.find(email) if email is not None else None
    only_id = None if only is None else only.subscriber.id
    with store.own() as owner:
        begun = [delivery.id for delivery in store.deliveries.waiting(OPEN, subscriber_id=only_id)]
        store.deliveries.settle_abandoned(owner.is_alive, now=works.clock())
        readings = collect(works, works.sources, now=now) if collecting else {}
        store.deliveries.expire(at=now, now=works.clock(), subscriber_id=only_id)
        planned = plan(works, now=now, email=email, delay=delay)
        composed = compose(works, now=now, subscriber_id=only_id)
        stopped = deliver(works, owner=owner.id, subscriber_id=only_id)
        # What another process planned while this one was starting, and this one sent, is in its report too.
        handled = {*begun, *planned, *store.deliveries.owned(owner.id)}
        return _report(works, handled, at=now, readings=readings, composed=composed, stopped=stopped)


def _report(
    works: Works,
    ids: set[str],
    *,
    at: dt.datetime,
    readings: dict[str, Reading],
    composed: int,
    stopped: str,
) -> Report:
    deliveries = works.store.deliveries
    found = deliveries.by_id(sorted(ids))
    states = [delivery.state for delivery in found.values()]

    def count(*wanted: DeliveryState) -> int:
        return sum(state in wanted for state in states)

    return Report(
        at=at,
        sources=readings,
        due=len(states),
        composed=composed,
        accepted=count("accepted"),
        skipped=count("skipped"),
        failed=count("rejected", "suppressed", "expired"),
        waiting=count(*OPEN),
        uncertain=count("uncertain"),
        uncertain_total=deliveries.count("uncertain"),
        # This run's own are settled by now, and a dead process's were at its beginning.
        elsewhere=count("sending"),
        stopped=stopped,
        accepted_ids=tuple(one for one in sorted(found) if found[one].state == "accepted"),
    )
