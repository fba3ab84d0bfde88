"""A topic in, the papers of the last week that it would have brought out. Remembers the week's papers, ready
to be ranked; never what was tried.

The week ends today, or, where nothing has come for long (a library that is only looked at, a source that
failed for days), on the newest day with papers.

A week of a thousand papers is a second's work. It is made anew when the library has grown and when the day
has changed: at once if it is small, else by a thread of its own, while the older week goes on answering.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import flask

from digest.pipeline.topics import Recent, Tried, recent, try_among
from digest.web.desk import desk
from digest.web.latest import latest_day
from digest.web.renewing import Renewed

if TYPE_CHECKING:
    from digest.model import Topic
    from digest.web.desk import Desk

EXTENSION = "digest.previews"
DAYS = 7
SMALL = 200  # papers: a week of so many is made while the request waits
PATIENCE = dt.timedelta(days=3)  # a weekend and a holiday pass without papers


def try_topic(topic: Topic, limit: int, *, subscriber_id: int = 0) -> Tried:
    """The best `limit` papers for a topic, best first, ranked by the function that ranks for a mail; with
    that reader's likes in it. The first one waits until there is a week to look at."""
    here = desk()
    return try_among(
        week(here),
        topic,
        now=here.clock(),
        half_life=here.half_life,
        limit=limit,
        subscriber_id=subscriber_id,
    )


def week(here: Desk) -> Recent:
    """The papers of the last week, or of the last one that had some."""
    kept: Renewed[Recent] = flask.current_app.extensions.setdefault(EXTENSION, Renewed())
    last = last_day(here)
    state = (here.store.papers.last_sequence(), last)
    older = kept.peek()
    return kept.get(
        state,
        lambda _: recent(here.store, today=last, days=DAYS, meaning=here.meaning),
        tell=here.tell,
        is_quick=older is not None and len(older.papers) <= SMALL,
    )


def last_day(here: Desk) -> dt.date:
    """The day with which that week ends."""
    newest = latest_day()
    return newest if newest + PATIENCE < here.today else here.today
