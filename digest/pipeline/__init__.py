"""The story of a morning: collect, plan, compose, deliver.

    run = collect (listings → papers) → plan (readers whose hour has come → slots)
        → compose (papers × topics → editions, frozen) → deliver (editions → messages → outcomes)

Each step commits what it has done before the next begins, and each can be repeated: a run that was
killed anywhere is finished by the next one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.errors import StoreError, UsageError
from digest.pipeline.collect import Reading, collect
from digest.pipeline.deliver import deliver
from digest.pipeline.editions import at_once, compose, plan
from digest.pipeline.ground import has_directions, renew
from digest.pipeline.meaning import after_mail, before_mail
from digest.pipeline.prune import prune
from digest.pipeline.takeover import take_over
from digest.pipeline.works import Works
from digest.store.ledger import OPEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from digest.model import DeliveryState

# A provider may tell that a mail has arrived before the run is over.
ACCEPTED: tuple[DeliveryState, ...] = ("accepted", "deferred", "delivered", "complained")

__all__ = ["Reading", "Report", "Works", "collect", "run"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did.

    due = accepted + skipped + rejected + suppressed + expired + failed + waiting + uncertain, where `failed`
    are those of which a provider told, while the run lasted, that they did not arrive after all.
    """

    at: dt.datetime
    sources: dict[str, Reading]
    due: int
    composed: int
    accepted: int
    skipped: int
    rejected: int
    suppressed: int
    expired: int
    failed: int
    waiting: int
    uncertain: int
    uncertain_total: int
    stopped: str = ""  # why the provider was not asked any further
    elsewhere: int = 0  # of those waiting: being sent by another process, which lives
    accepted_ids: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs another try or a person. (A suppressed delivery needs neither.)"""
        failed_sources = any(reading.status == "failed" for reading in self.sources.values())
        waiting = self.waiting - self.elsewhere
        lost = self.rejected + self.expired + self.failed
        return not (failed_sources or lost or waiting or self.uncertain or self.stopped)


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
    if email is not None and only is None:
        raise UsageError(f"{email}: no such subscriber; `digest subscribers list` shows all of them")
    only_id = None if only is None else only.subscriber.id
    with store.own() as owner:
        works.step("run.begun")
        handled = set(store.deliveries.open_ids(subscriber_id=only_id))
        handled |= take_over(works, owner, at=now)
        works.step("run.taken_over")
        readings = collect(works, works.sources, now=now) if collecting else {}
        works.step("run.collected")
        before_mail(works.meaning)
        handled |= set(
            store.deliveries.expire(
                at=now, now=works.clock(), give_up=works.delivery.give_up, subscriber_id=only_id
            )
        )
        works.step("run.expired")
        handled |= set(plan(works, now=now, email=email, delay=delay))
        works.step("run.planned")
        if not has_directions(works.store):
            renew(works, now=now)
        composed = compose(works, now=now, subscriber_id=only_id)
        works.step("run.composed")
        delivered = deliver(works, owner=owner.id, subscriber_id=only_id)
        works.step("run.delivered")
        # What another process planned while this one was starting, and this one sent, is in its report too.
        handled |= delivered.ids
        if only_id is not None:
            # What dead processes left is judged for everybody; the report is of this reader.
            found = store.deliveries.by_id(sorted(handled))
            handled = {one for one in handled if one in found and found[one].subscriber_id == only_id}
        report = _report(
            works, handled, at=now, readings=readings, composed=composed, stopped=delivered.stopped
        )
        if email is None:
            after_mail(works.meaning)
            renew(works, now=now)
            prune(works, now=now)
            _note_tick(works)
        return report


def _note_tick(works: Works) -> None:
    """Leave word that this run came to its end. All mail has left by then: a full disk ends no run here."""
    try:
        works.store.facts.note_tick(works.clock())
    except StoreError as error:
        works.tell("run.unnoted", error=str(error))


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
        accepted=count(*ACCEPTED),
        skipped=count("skipped"),
        rejected=count("rejected"),
        suppressed=count("suppressed"),
        expired=count("expired"),
        failed=count("dropped", "bounced", "abandoned"),
        waiting=count(*OPEN),
        uncertain=count("uncertain"),
        uncertain_total=deliveries.count("uncertain"),
        # This run's own are settled by now, and a dead process's were at its beginning.
        elsewhere=count("sending"),
        stopped=stopped,
        accepted_ids=tuple(one for one in sorted(found) if found[one].state in ACCEPTED),
    )
