"""After a backup came back: what its readers may have been sent since is taken as sent.

The sources are read first. What they announced since the backup is as unknown to it as the mails that carried
it: without reading it now, it would be news tomorrow to those who had it yesterday.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.pipeline.collect import Reading, collect
from digest.pipeline.editions import plan
from digest.store.restores import end_flights, skip_slots

if TYPE_CHECKING:
    import datetime as dt

    from digest.pipeline.works import Works


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many deliveries were taken as sent, and what the sources said where they were asked."""

    count: int
    sources: dict[str, Reading]


def take_as_sent(works: Works, *, until: dt.datetime) -> Taken:
    """Take every slot that was due by `until` as sent, whether the backup knows of it or not.

    A reader whose last slot the backup knows as settled is left alone. A paper that was announced by `until`
    and had in truth not been sent does not come to the others.
    """
    store, now = works.store, works.clock()
    count = end_flights(store.database, until=until, now=now)
    planned = plan(works, now=until)
    waiting = [one for one in store.deliveries.waiting(("planned",)) if one.slot.scheduled_at <= until]
    readings = collect(works, works.sources, now=min(until, now)) if planned or waiting else {}
    count += skip_slots(store.database, until=until, cut_off=store.papers.last_sequence(), now=works.clock())
    return Taken(count=count, sources=readings)
