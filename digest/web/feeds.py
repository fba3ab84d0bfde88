"""Atom out: the community's list, a search, and for its reader alone what a topic would have brought.

A feed says the same as a page; it writes nothing. Whoever has the address of a topic's feed may read it, so
that it works in any feed reader: it is signed for that purpose only, and ends with the membership.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

import flask

from digest.mail.cards import why_words
from digest.mail.words import BRIEF
from digest.web.addresses import whole
from digest.web.atom import feed, feed_entry, tag_uri
from digest.web.choices import read_choice
from digest.web.desk import desk
from digest.web.entries import entry_words
from digest.web.keeping import FEED_S, kept_publicly
from digest.web.previews import try_topic
from digest.web.problems import abort_page
from digest.web.readers import reader_of
from digest.web.render import EXTENSION
from digest.web.sought import find, read_sought

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jinja2

    from digest.model import Topic
    from digest.store.lists import Entry
    from digest.web.atom import Feed, FeedEntry

blueprint = flask.Blueprint("feeds", __name__)

ENTRIES = 50
DAYS = 7  # of papers in the daily feed, up to the newest
_DAY = dt.timedelta(days=1)


@blueprint.get("/feed.atom")
def daily() -> flask.Response:
    """The community's list of the last days, newest day first; of a day the hottest first, or with
    `?sort=upvotes` the most upvoted. `?category=cs.CV`: of one category."""
    lists, has_community = desk().store.lists, desk().has_community
    choice = read_choice()
    category, by_upvotes = choice.category, choice.sort == "upvotes"
    newest, _ = lists.days(desk().today + _DAY, has_community=has_community)
    last = newest or desk().today
    found = lists.trending(
        last - (DAYS - 1) * _DAY,
        last,
        category=category,
        has_community=has_community,
        by_day=True,
        hot_at=None if by_upvotes else desk().clock(),
        limit=ENTRIES,
    )
    query = choice.query(sort="upvotes" if by_upvotes else "trending")
    parts = ("feed", *(["by upvotes"] if by_upvotes else []), *([category] if category else []))
    site = desk().site
    return _public(
        feed(
            [_entry(entry, community=has_community) for entry in found.entries],
            id=tag_uri(whole("/"), *parts),
            title=f"{site.name}: {category}" if category else site.name,
            subtitle=f"The papers of the day, {'most upvoted' if by_upvotes else 'hottest'} first",
            author=site.name,
            self_url=whole(f"/feed.atom{query}"),
            page_url=whole(f"/{query}"),
            otherwise=_beginning(),
        )
    )


@blueprint.get("/search.atom")
def search() -> flask.Response:
    """What a search finds, newest first."""
    sought = read_sought()
    if sought.faults or sought.is_empty:
        abort_page(
            400,
            "No search makes this feed",
            " ".join(sought.faults.values()) or "Add ?q= and the words to search for to its address.",
        )
    found = find(sought.newest(), limit=ENTRIES)
    site = desk().site
    return _public(
        feed(
            [_entry(entry) for entry in found.newest],
            id=tag_uri(whole("/"), "search", sought.newest().query()),
            title=f"{sought.words_for_title} · {site.name}",
            subtitle="What a search finds, newest first",
            author=site.name,
            self_url=whole(sought.path("/search.atom")),
            page_url=whole(sought.path("/search")),
            otherwise=_beginning(),
        )
    )


@blueprint.get("/feed/topic/<token>.atom")
def topic(token: str) -> flask.Response:
    """What a reader's topic would have brought lately, and why. `token`: who, a dot, which topic."""
    signed, _, ref = token.partition(".")
    reader = reader_of("feed", signed)
    if reader.status == "left":
        abort_page(410, "This feed has ended", "Its reader has left. Whoever comes back has feeds again.")
    wanted = next((one for one in reader.subscriber.topics if one.ref == ref), None)
    if wanted is None:
        abort_page(410, "This feed has ended", "Its topic was deleted.")
    tried = try_topic(wanted, ENTRIES)
    year = desk().today.year
    entries = [
        feed_entry(
            entry_words(
                paper,
                year=year,
                why=why_words(item, year=year),
                matched=tuple(reason.words for reason in item.reasons if reason.kind == "author"),
            ),
            site_url=whole("/"),
            day=paper.first_listed,
        )
        for item, paper in tried.found
    ]
    site = desk().site
    response = _written(
        feed(
            sorted(entries, key=lambda entry: entry.day, reverse=True),
            id=tag_uri(whole("/"), "topics", str(reader.subscriber.id), wanted.ref),
            title=f"{BRIEF[wanted.name]} · {site.name}",
            subtitle="What this topic brought in the last days, and why",
            author=site.name,
            self_url=whole(topic_feed_path(reader.subscriber.id, wanted)),
            page_url=whole("/"),
            otherwise=_beginning(),
        )
    )
    # `security` lets nobody keep what an address with a token says; a feed reader may still ask for changes.
    response.add_etag()
    return cast("flask.Response", response.make_conditional(flask.request))


def topic_feed_path(subscriber_id: int, topic: Topic) -> str:
    """Where that reader's feed of that topic is."""
    return f"/feed/topic/{desk().signer.token('feed', subscriber_id)}.{topic.ref}.atom"


def _entry(entry: Entry, *, community: bool = False) -> FeedEntry:
    paper = entry.paper
    day = paper.community_listed if community and paper.community_listed else paper.first_listed
    words = entry_words(paper, year=desk().today.year, curated=entry.curated)
    return feed_entry(words, site_url=whole("/"), day=day)


def _public(words: Feed) -> flask.Response:
    return kept_publicly(_written(words), seconds=FEED_S, modified=_last_read())


def _written(words: Feed) -> flask.Response:
    environment = cast("jinja2.Environment", flask.current_app.extensions[EXTENSION])
    text = environment.get_template("web/feed.atom.j2").render(feed=words)
    return flask.Response(text, content_type="application/atom+xml; charset=utf-8")


def _last_read() -> dt.datetime | None:
    """When a source was last read well: what a feed says may have changed since, and not before."""
    return max(_read_times(), default=None)


def _read_times() -> Sequence[dt.datetime]:
    records = desk().store.sources.records()
    return [record.succeeded_at for record in records if record.succeeded_at is not None]


def _beginning() -> dt.date:
    """What an empty feed says it was updated on: always the same, so that it is not news."""
    return dt.date(2026, 1, 1)
