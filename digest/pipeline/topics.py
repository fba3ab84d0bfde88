"""What a topic would have brought in the last days, for whoever is still choosing its words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.model import Subscriber
from digest.pipeline.ground import Ground
from digest.pipeline.learning import learn_topics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.core.features import Window
    from digest.core.people import People
    from digest.model import Item, Paper, Topic
    from digest.pipeline.meaning import Meaning
    from digest.pipeline.works import Works
    from digest.store import Store


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The best papers for a topic, best first, out of so many."""

    found: tuple[tuple[Item, Paper], ...]
    looked_at: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recent:
    """The papers of some days, ready to be ranked again and again. `papers` are by number."""

    ground: Ground
    window: Window
    people: People
    papers: Mapping[int, Paper]


def recent(store: Store, *, today: dt.date, days: int, meaning: Meaning | None = None) -> Recent:
    """The papers announced in the `days` before `today`; with `meaning`, as an operator's model sees them,
    too. Takes a second for a thousand of them."""
    from digest.core.features import Candidate, Window
    from digest.core.people import People

    papers = store.papers
    first_day = today - dt.timedelta(days=days)
    news = papers.news(after=0, upto=papers.last_sequence(), first_day=first_day)
    candidates = [Candidate(paper=one.paper, sequence=one.sequence) for one in news]
    ground = Ground(store=store, today=today, meaning=meaning, only_reads=True).read()
    window = ground.seen(
        Window.of(papers.statistics(), candidates, today=today, directions=ground.directions)
    )
    return Recent(
        ground=ground,
        window=window,
        people=People.of(window.papers),
        papers={one.paper.id: one.paper for one in news},
    )


def try_topic(
    works: Works, topic: Topic, *, now: dt.datetime, days: int, limit: int, subscriber_id: int = 0
) -> Tried:
    """Rank the papers announced in the `days` before `now`: see `try_among`."""
    papers = recent(works.store, today=now.date(), days=days, meaning=works.meaning)
    return try_among(
        papers, topic, now=now, half_life=works.half_life, limit=limit, subscriber_id=subscriber_id
    )


def try_among(
    papers: Recent,
    topic: Topic,
    *,
    now: dt.datetime,
    half_life: dt.timedelta,
    limit: int,
    subscriber_id: int = 0,
) -> Tried:
    """Rank papers for a topic with the function that ranks for a mail; with what that reader likes for the
    topic, and without the papers that they know. Keeps nothing. Several threads may call it at once."""
    from digest.core import select

    members = papers.ground.store.subscribers.by_id([subscriber_id]) if subscriber_id else {}
    # What was said for no topic belongs to the one that it fits best: the others are asked as well.
    others = [
        other for member in members.values() for other in member.subscriber.topics if other.ref != topic.ref
    ]
    reader = Subscriber(id=subscriber_id, email="", topics=(topic, *others))
    learned = learn_topics(papers.ground, [reader], now=now, half_life=half_life, keep=False)
    known = learned.known[subscriber_id]
    items = select.try_topic(
        papers.window,
        learned.readers[0].topics[0],
        examples=learned.examples,
        taught=learned.taught[subscriber_id][topic.ref],
        people=dataclasses.replace(papers.people, asked={}),
        known=known,
        limit=limit,
    )
    found = tuple((item, papers.papers[item.paper_id]) for item in items)
    return Tried(found=found, looked_at=len(papers.papers))
