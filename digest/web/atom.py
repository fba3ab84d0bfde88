"""A feed's words in, valid ones out: tag URIs, RFC 3339 dates, text that XML can carry.

Knows RFC 4287 (Atom) and RFC 4151 (tag URIs); knows no database, no clock and no request. The template
`feed.atom.j2` puts the words into elements.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from digest.mail.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.mail.cards import Link
    from digest.web.entries import EntryWords

AUTHORS_SHOWN = 20
# RFC 4151, 2.1: an authority is a name and a date on which it was theirs. That of the first release, and
# for ever: an id that changed would show every paper anew in every reader.
TAG_DATE = "2026"
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An `atom:entry`; `url` is absolute, `day` an RFC 3339 date-time."""

    id: str
    title: str
    url: str
    day: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    summary: str
    byline: str
    sentence: str
    why: str
    links: tuple[Link, ...]
    notes: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An `atom:feed`. `self_url` is where it was got, `page_url` the page that says the same."""

    id: str
    title: str
    subtitle: str
    author: str
    self_url: str
    page_url: str
    updated: str
    entries: tuple[FeedEntry, ...]


def tag_uri(site_url: str, *parts: str) -> str:
    """A name that stays (RFC 4151), under the site's host.

    >>> tag_uri("https://digest.example.org:8443/x", "papers", "7")
    'tag:digest.example.org,2026:papers/7'
    """
    host = urlsplit(site_url).hostname or ""
    authority = host if _HOST.fullmatch(host) else "localhost"  # a bare IPv6 address can be none
    return f"tag:{authority},{TAG_DATE}:" + "/".join(quote(part, safe="") for part in parts)


def rfc3339(at: dt.date | dt.datetime) -> str:
    """The instant, or the beginning of the day, in UTC (RFC 3339).

    >>> rfc3339(dt.date(2026, 4, 21))
    '2026-04-21T00:00:00Z'
    """
    if not isinstance(at, dt.datetime):
        at = dt.datetime.combine(at, dt.time(), tzinfo=dt.UTC)
    return at.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def feed_entry(words: EntryWords, *, site_url: str, day: dt.date) -> FeedEntry:
    """A paper as an entry, listed on `day`. Its id goes by the library's number, which never changes."""
    paper, card = words.paper, words.card
    upvotes = words.upvotes_words if words.upvotes else ""
    return FeedEntry(
        id=tag_uri(site_url, "papers", str(paper.id)),
        title=card.title,
        url=site_url.rstrip("/") + words.path,
        day=rfc3339(day),
        authors=tuple(name for name in map(clean, paper.authors[:AUTHORS_SHOWN]) if name),
        categories=tuple(name for name in map(clean, paper.categories) if name),
        summary=card.gist,
        byline=card.byline,
        sentence=words.sentence,
        why=clean(words.why),
        links=card.links,
        notes=" · ".join(part for part in (upvotes, words.curators) if part),
    )


def feed(
    entries: Sequence[FeedEntry],
    *,
    id: str,  # noqa: A002 - the element's name
    title: str,
    subtitle: str,
    author: str,
    self_url: str,
    page_url: str,
    otherwise: dt.date,
) -> Feed:
    """A feed of these entries, updated when the newest of them was; `otherwise`, where there are none."""
    return Feed(
        id=id,
        title=clean(title),
        subtitle=clean(subtitle),
        author=clean(author) or "Paper Digest",
        self_url=self_url,
        page_url=page_url,
        updated=max((entry.day for entry in entries), default=rfc3339(otherwise)),
        entries=tuple(entries),
    )
