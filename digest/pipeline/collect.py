"""Sources → listings → papers: what was announced since each source was last read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.ports import Catalogue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import SourceStatus
    from digest.pipeline.works import Works
    from digest.ports import Source


LOOK_UP_AT_ONCE = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at one source brought to the library."""

    status: SourceStatus
    seen: int
    new: int
    error: str | None


def collect(
    works: Works, sources: Sequence[Source], *, now: dt.datetime, since: dt.date | None = None
) -> dict[str, Reading]:
    """Pull what each source announced since it was last read. One that fails does not stop the rest."""
    readings = {}
    for done, source in enumerate(sources):
        works.progress("collect", done, len(sources))
        readings[source.name] = _collect_one(works, source, now=now, since=since)
    fetch_examples(works, now=now)
    works.progress("collect", len(sources), len(sources))
    return readings


def _collect_one(works: Works, source: Source, *, now: dt.datetime, since: dt.date | None) -> Reading:
    store = works.store
    position = store.sources.position(source.name)
    collection = source.collect(position, now=now, window_days=works.window_days, since=since)
    works.step("collect.asked")
    with store.database.begin() as connection:
        new = store.papers.absorb(connection, collection.listings, at=now)
        store.sources.note(
            connection, source.name, title=source.title, collection=collection, new=new, now=now
        )
    works.step("collect.kept")
    works.tell(
        "source.read",
        source=source.name,
        status=collection.status,
        seen=collection.seen,
        new=new,
        error=collection.error,
    )
    return Reading(status=collection.status, seen=collection.seen, new=new, error=collection.error)


def fetch_examples(works: Works, *, now: dt.datetime) -> None:
    """Look up the papers that topics name as examples and of which the library has no words (any more): once
    a day at most, from the first source that can. Without them the topic's other words still stand."""
    store = works.store
    catalogue = next((source for source in works.sources if isinstance(source, Catalogue)), None)
    if catalogue is None:
        return
    wanted = store.subscribers.examples()
    asked = store.facts.looked_up()
    known = store.papers.by_arxiv_id(wanted)
    whole = {one for one, paper in known.items() if paper.abstract}
    missing = sorted(one for one in wanted - whole if asked.get(one) != f"{now:%Y-%m-%d}")
    for start in range(0, len(missing), LOOK_UP_AT_ONCE):
        ids = missing[start : start + LOOK_UP_AT_ONCE]
        try:
            listings = catalogue.look_up(ids, now=now)
        except SourceError as error:
            works.tell("examples.failed", error=str(error))
            return
        with store.database.begin() as connection:
            store.papers.absorb(connection, listings, as_news=False)
        store.facts.note_looked_up(ids, now.date())
