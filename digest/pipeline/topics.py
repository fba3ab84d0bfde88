"""What a topic would have brought in the last days, for whoever is still choosing its words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.model import Subscriber
from digest.pipeline.likes import taught

if TYPE_CHECKING:
    from digest.model import Item, Paper, Topic
    from digest.pipeline.works import Works


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The best papers for a topic, best first, out of so many."""

    found: tuple[tuple[Item, Paper], ...]
    looked_at: int


def try_topic(
    works: Works, topic: Topic, *, now: dt.datetime, days: int, limit: int, subscriber_id: int = 0
) -> Tried:
    """Rank the papers announced in the `days` before `now`, with the function that ranks for a mail; with
    that reader's likes in the topic, and without the papers that they know."""
    from digest.core import select
    from digest.core.features import Window

    papers = works.store.papers
    first_day = now.date() - dt.timedelta(days=days)
    news = papers.news(after=0, upto=papers.last_sequence(), first_day=first_day)
    candidates = [select.Candidate(paper=one.paper, sequence=one.sequence) for one in news]
    window = Window.of(papers.statistics(), candidates, today=now.date())
    learned = taught(works.store, [Subscriber(id=subscriber_id, email="", topics=(topic,))])
    topic = learned.readers[0].topics[0]
    known = learned.known[subscriber_id]
    items = select.try_topic(window, topic, examples=learned.examples, limit=limit + len(known))
    by_id = {one.paper.id: one.paper for one in news}
    found = tuple((item, by_id[item.paper_id]) for item in items if item.paper_id not in known)
    return Tried(found=found[:limit], looked_at=len(news))
