"""Readers whose hour has come → slots → editions, frozen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.core.due import due_slot
from digest.model import Edition
from digest.pipeline.gists import Gists
from digest.pipeline.ground import ground_of
from digest.pipeline.learning import learn_topics
from digest.store.database import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.core.features import Window
    from digest.core.select import Selection
    from digest.model import Subscriber
    from digest.pipeline.ground import Ground
    from digest.pipeline.works import Works


def at_once(_subscriber_id: int) -> dt.timedelta:
    """No delay: a slot is due from its hour on."""
    return dt.timedelta(0)


def plan(
    works: Works,
    *,
    now: dt.datetime,
    email: str | None = None,
    delay: Callable[[int], dt.timedelta] = at_once,
) -> list[str]:
    """Owe each reader the slot whose hour came last, also those whose pause is over by now; returns the ids
    of new deliveries."""
    store = works.store
    planned: list[str] = []
    store.pauses.wake(now=now)
    for block in parts(store.subscribers.due(now, email=email)):
        slots = [
            (
                reader.id,
                due_slot(
                    reader.cadence,
                    timezone=reader.timezone,
                    send_at=reader.send_at,
                    now=now - delay(reader.id),
                ),
            )
            for reader in (member.subscriber for member in block)
        ]
        planned += store.deliveries.plan(slots, now=works.clock())
        works.step("plan.owed")
    return planned


def compose(works: Works, *, now: dt.datetime, subscriber_id: int | None = None) -> int:
    """Select papers for every planned slot and freeze the editions; returns how many were composed.

    Where no source at all could be read, a slot with nothing to say is no quiet day: it waits for the next
    run (a laptop may wake before its network does), until the slot after it is due.
    """
    store = works.store
    planned = store.deliveries.waiting(("planned",), subscriber_id=subscriber_id)
    if not planned:
        return 0
    cut_off = store.papers.last_sequence()
    readers = sorted({delivery.subscriber_id for delivery in planned})
    ground = ground_of(works, now=now)
    window = open_window(works, readers, now=now, upto=cut_off, ground=ground)
    notices = store.sources.notices(tuple(source.name for source in works.sources))
    is_cut_off = store.sources.all_failed(tuple(source.name for source in works.sources))
    gists = Gists(works)
    composed = done = 0
    for block in parts(planned):
        works.progress("compose", done, len(planned))
        members = store.subscribers.by_id([delivery.subscriber_id for delivery in block])
        wanted = [member.subscriber for member in members.values() if member.status == "active"]
        chosen = gists.told(choose(works, window, wanted, now=now, ground=ground))
        selections = {reader.id: selection for reader, selection in zip(wanted, chosen, strict=True)}
        editions, skipped = [], []
        for delivery in block:
            selection = selections.get(delivery.subscriber_id)
            if selection is None:
                continue
            if not selection.sections and works.when_empty == "skip":
                if not is_cut_off:
                    skipped.append(delivery.id)
                continue
            edition = Edition(
                slot=delivery.slot,
                sections=selection.sections,
                notices=notices,
                considered=selection.considered,
            )
            editions.append((delivery.id, delivery.subscriber_id, edition))
        composed += store.editions.freeze(
            editions,
            skipped=skipped,
            suppressed=[delivery.id for delivery in block if delivery.subscriber_id not in selections],
            cut_off=cut_off,
            made_at=now,
            now=works.clock(),
        )
        works.step("compose.frozen")
        done += len(block)
    works.progress("compose", done, len(planned))
    gists.report()
    return composed


def open_window(
    works: Works, subscriber_ids: Sequence[int], *, now: dt.datetime, upto: int, ground: Ground
) -> Window:
    """The features of all papers that are news to any of these readers: once a paper, not once a reader."""
    from digest.core.features import Window
    from digest.core.select import Candidate

    store = works.store
    cut_offs = store.editions.cut_offs(subscriber_ids)
    first_day = now.date() - dt.timedelta(days=works.window_days)
    after = min((cut_offs.get(subscriber_id, 0) for subscriber_id in subscriber_ids), default=0)
    news = store.papers.news(after=after, upto=upto, first_day=first_day)
    chosen = store.curations.news(first_day=first_day)
    growth = store.counts.growth([one.paper.id for one in news], today=now.date())
    candidates = []
    for one in news:
        if (curated := chosen.get(one.paper.id)) is None:
            candidates.append(
                Candidate(paper=one.paper, sequence=one.sequence, growth=growth.get(one.paper.id))
            )
            continue
        candidates.append(
            Candidate(
                paper=one.paper,
                sequence=one.sequence,
                picked_by=curated.picked_by,
                sentence=curated.sentence,
                hidden=bool(curated.hidden_by),
                growth=growth.get(one.paper.id),
            )
        )
    window = Window.of(store.papers.statistics(), candidates, today=now, directions=ground.directions)
    return ground.seen(window)


def choose(
    works: Works, window: Window, readers: Sequence[Subscriber], *, now: dt.datetime, ground: Ground
) -> list[Selection]:
    """What each of these readers would get out of the window, in their order. `ground`: that on which the
    window was opened."""
    from digest.core.select import Want, select

    store = works.store
    ids = [reader.id for reader in readers]
    cut_offs, merged = store.editions.cut_offs(ids), store.papers.merged()
    # Only of what is in the window does it matter whether a reader has seen it, under whatever number.
    among = {*window.of_id, *(paper for paper, into in merged.items() if into in window.of_id)}
    shown = store.editions.shown(ids, among=among)
    learned = learn_topics(ground, readers, now=now, half_life=works.half_life, keep=not ground.only_reads)
    wants = []
    for reader in learned.readers:
        sent = shown.get(reader.id, frozenset())
        sent |= {merged[paper] for paper in sent if paper in merged} | learned.known[reader.id]
        since = cut_offs.get(reader.id, 0)
        wants.append(
            Want(
                subscriber=reader,
                since=since,
                sent=sent,
                examples=learned.examples,
                taught=learned.taught[reader.id],
            )
        )
    return select(window, wants)
