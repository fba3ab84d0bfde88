"""A topic that is still being typed in, the papers of the last week that it would have brought out, in words.

Keeps nothing: what is tried is not remembered.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import flask

from digest.mail.cards import why_words
from digest.mail.words import long_date, number
from digest.web.desk import desk
from digest.web.entries import EntryWords, entry_words
from digest.web.previews import last_day, try_topic
from digest.web.render import fragment

if TYPE_CHECKING:
    from digest.model import Item, Paper, Topic
    from digest.web.forms import Fields

SHOWN = 6
COUNTED = 50


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a topic would have brought: a sentence, and the best of it."""

    sentence: str
    entries: tuple[EntryWords, ...] = ()


def trial(topic: Topic | None, *, subscriber_id: int = 0) -> Trial:
    """What `topic` would have brought in the last week, to that reader if one is named, whose likes count;
    without a topic, what stands in its place."""
    if topic is None:
        return Trial(
            sentence=f"No words yet. As you type, the papers of {_week()} that they would have brought "
            "appear here; without any, you get what the community reads."
        )
    tried = try_topic(topic, COUNTED, subscriber_id=subscriber_id)
    count = len(tried.found)
    of = f"the {number(tried.looked_at)} papers of {_week()}"
    if not tried.looked_at:
        return Trial(sentence="The library has no papers yet, so there is nothing to try.")
    if not count:
        return Trial(sentence=f"None of {of} would have come. Fewer or broader words bring more.")
    many = f"{count} or more" if count == COUNTED else str(count)
    best = "" if count <= SHOWN else f" The best {SHOWN}:"
    return Trial(
        sentence=f"{many} of {of} would have come.{best}",
        entries=tuple(_entry(item, paper) for item, paper in tried.found[:SHOWN]),
    )


def _week() -> str:
    """The days that are looked at, in words."""
    last, today = last_day(desk()), desk().today
    if last == today:
        return "the last week"
    return f"the week up to {long_date(last)}" + (f" {last.year}" if last.year != today.year else "")


def trial_fragment(fields: Fields, topic: Topic | None, *, subscriber_id: int = 0) -> flask.Response:
    """The piece of a page that a script puts in while somebody types: what the words would bring, and what is
    wrong with them."""
    html = fragment(
        "parts/trial",
        trial=trial(topic, subscriber_id=subscriber_id),
        trial_faults=tuple(fields.faults.values()),
    )
    return flask.Response(html, content_type="text/html; charset=utf-8")


def _entry(item: Item, paper: Paper) -> EntryWords:
    matched = tuple(reason.words for reason in item.reasons if reason.kind == "author")
    year = desk().today.year
    return entry_words(paper, year=year, why=why_words(item, year=year), matched=matched)
