"""A topic in, the papers of the last week that it would have brought out. Keeps nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.pipeline.topics import Tried
from digest.web.desk import desk

if TYPE_CHECKING:
    from digest.model import Topic

DAYS = 7


def try_topic(topic: Topic, limit: int) -> Tried:
    """The best `limit` papers for a topic, best first, ranked by the function that ranks for a mail."""
    from digest.core import select
    from digest.core.features import Window

    papers, today = desk().store.papers, desk().today
    news = papers.news(after=0, upto=papers.last_sequence(), first_day=today - dt.timedelta(days=DAYS))
    candidates = [select.Candidate(paper=one.paper, sequence=one.sequence) for one in news]
    window = Window.of(papers.statistics(), candidates, today=today)
    items = select.try_topic(window, topic, examples=papers.by_arxiv_id(topic.examples), limit=limit)
    by_id = {one.paper.id: one.paper for one in news}
    return Tried(found=tuple((item, by_id[item.paper_id]) for item in items), looked_at=len(news))
