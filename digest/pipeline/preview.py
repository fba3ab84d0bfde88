"""The mail that one reader would get at a moment, whether or not a slot is due. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.due import due_slot
from digest.model import Edition
from digest.pipeline.deliver import letter, print_mail
from digest.pipeline.editions import choose, open_window
from digest.pipeline.gists import Gists
from digest.pipeline.ground import Ground

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Message, Subscriber
    from digest.pipeline.works import Works


def preview(works: Works, reader: Subscriber, *, now: dt.datetime, delivery_id: str = "preview") -> Message:
    """What is news to this reader at `now`, composed as `digest run` would.

    A reader with id 0 is not in the library: to them, all of the window is news.
    """
    store = works.store
    ground = Ground(store=store, today=now.date(), meaning=works.meaning, only_reads=True)
    window = open_window(works, [reader.id], now=now, upto=store.papers.last_sequence(), ground=ground)
    chosen = choose(works, window, [reader], now=now, ground=ground)
    (selection,) = Gists(works, asking=False).told(chosen)
    slot = due_slot(reader.cadence, timezone=reader.timezone, send_at=reader.send_at, now=now)
    edition = Edition(
        slot=slot,
        sections=selection.sections,
        notices=works.store.sources.notices(tuple(source.name for source in works.sources)),
        considered=selection.considered,
    )
    return print_mail(works, [edition]).compose(letter(works, reader, delivery_id, edition, date=now))
