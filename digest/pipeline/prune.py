"""The end of a whole run: some of what is past is taken away, in small steps that nobody waits for.

All mail of the run has left by then. What one run does not get done the next one does; so does what a full
disk or a busy database forbids.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.pipeline.works import Works

ROWS = 500  # a step: some tens of milliseconds in which no other process can write
READERS = 50  # a step: the rows of what they were shown are long
STEPS = 20  # of one kind a run
PATIENCE = dt.timedelta(seconds=2)

# That a mail did not arrive is told within days (RFC 5321, 4.5.4.1): until then its papers can come again.
TELLING = dt.timedelta(days=7)
GATHERING = dt.timedelta(days=14)  # a reader's row is written once in so long, not every day
COUNTS_KEPT = dt.timedelta(days=40)  # how a paper's stars grow is asked in its first days
LEAST_DAYS = 30  # of what a deleted topic learned; and beyond the window, or the days of soft bounces


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """One kind of step: `once` takes how many rows, and says how many there were."""

    name: str
    once: Callable[[int], int]
    rows: int = ROWS
    most: int = STEPS


def prune(works: Works, *, now: dt.datetime) -> None:
    """Gather what editions have shown, and take away what is older than `works.keep_days`.

    Never by a time that has not come: a run for a day in the future takes away what is old today.
    """
    until = works.clock() + PATIENCE
    done: dict[str, int] = {}
    try:
        for chore in chores(works, at=min(now, works.clock())):
            for _ in range(chore.most):
                if works.should_stop() or works.clock() >= until:
                    break
                count = chore.once(chore.rows)
                if count:
                    done[chore.name] = done.get(chore.name, 0) + count
                    works.step("prune.done")
                if count < chore.rows:
                    break
    except StoreError as error:
        works.tell("store.not_pruned", error=str(error))
    if done:
        works.tell("store.pruned", **done)


def chores(works: Works, *, at: dt.datetime) -> Iterator[Chore]:
    """What there is to do, in this order."""
    pruning = works.store.pruning
    window = dt.timedelta(days=works.window_days)
    shown = at - window - TELLING
    yield Chore(
        name="remembered",
        once=lambda rows: pruning.remember(made_before=shown, overdue=shown - GATHERING, limit=rows),
        rows=READERS,
    )
    counted = (at - COUNTS_KEPT).date()
    yield Chore(name="counts", once=lambda rows: works.store.counts.prune(before=counted, limit=rows))
    undone = at - dt.timedelta(days=LEAST_DAYS)
    yield Chore(
        name="lessons",
        once=lambda rows: works.store.corrections.prune(before=undone, limit=rows),
        most=1,
    )
    kept = kept_for(works)
    if kept is None:
        return
    before = at - kept
    yield Chore(name="deliveries", once=lambda rows: pruning.deliveries(before=before, limit=rows))
    yield Chore(name="events", once=lambda rows: pruning.events(before=before, limit=rows))
    # An edition that is still kept shows papers that were listed a window before it.
    listed = (before - window).date()
    examples = works.store.subscribers.examples() | works.store.votes.examples()
    yield Chore(
        name="papers", once=lambda rows: pruning.papers(before=listed, keep=examples, limit=rows), most=4
    )


def kept_for(works: Works) -> dt.timedelta | None:
    """How long deliveries are kept; None: for ever. Never less than a month beyond what a run looks back on:
    the window, and the days over which soft bounces are counted."""
    if not works.keep_days:
        return None
    needed = max(works.window_days, works.delivery.soft_bounces.days) + LEAST_DAYS
    return dt.timedelta(days=max(works.keep_days, needed))
