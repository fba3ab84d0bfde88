"""arXiv's RSS and Atom feeds: a body in, one announcement out. Fetches nothing, decides no status."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING

from digest.core.arxiv import normalise_arxiv_id
from digest.core.creators import split_creators
from digest.errors import MalformedError
from digest.model import Listing
from digest.sources import syndication, timetable

if TYPE_CHECKING:
    from collections.abc import Collection

    from digest.model import ListingKind
    from digest.sources.syndication import Document, Entry

MOST_ITEMS = 2000  # the feeds hold no more; what is cut are new papers

# The newline before "Abstract:" is folded into a blank by some relays.
_PREFIX = re.compile(r"\s*arXiv:(\S+)\s+Announce Type:\s*(\S+)\s+Abstract:\s*", re.IGNORECASE)
_ERROR_TITLE = "feed error for query"
_KINDS: dict[str, ListingKind] = {
    "new": "new",
    "cross": "cross",
    "replace": "replace",
    "replace-cross": "replace",
}
_FIRST_DAY = dt.date(1991, 8, 14)  # arXiv's own


class UnknownCategoryError(MalformedError):
    """arXiv knows no such category: its feed says so, with a valid feed and HTTP 400."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One announcement of one category. `day` is the latest that its items carry; `fingerprint` stands for
    the set of ids and versions, "" for none; `whole` is False where the feed broke off."""

    day: dt.date
    listings: tuple[Listing, ...] = ()
    fingerprint: str = ""
    seen: int = 0
    whole: bool = True

    @property
    def capped(self) -> bool:
        """Whether there may be more than the feed can hold."""
        return self.seen >= MOST_ITEMS


def read_batch(
    body: bytes, *, name: str, source: str, category: str, include: Collection[str], now: dt.datetime
) -> Batch:
    """Parse a feed; `name` names the request in errors. Replacements are always kept, new papers and
    cross-lists as `include` says. Raises MalformedError, UnknownCategoryError among it."""
    document = syndication.read(body, name=name)
    if document.title.strip().lower().startswith(_ERROR_TITLE):
        spec = document.title.partition(":")[2].strip() or category
        raise UnknownCategoryError(
            f'{name}: arXiv knows no category "{spec}"; see arxiv.org/category_taxonomy for those it has'
        )
    fallback = _channel_day(document, now)
    found: dict[tuple[str, bool], Listing] = {}
    versions = set()
    days = set()
    for entry in document.entries:
        listing = _listing(entry, source=source, category=category, now=now, fallback=fallback)
        if listing is None:
            continue
        versions.add(f"{listing.key}v{listing.version}")
        days.add(listing.day)
        if listing.kind == "replace" or listing.kind in include:
            found.setdefault((listing.key, listing.kind == "replace"), listing)
    if document.entries and not versions:
        raise MalformedError(f"{name}: none of the {len(document.entries)} entries names a paper")
    return Batch(
        day=max(days, default=fallback),
        listings=tuple(found.values()),
        fingerprint=_fingerprint(versions),
        seen=len(document.entries),
        whole=document.whole,
    )


def _listing(
    entry: Entry, *, source: str, category: str, now: dt.datetime, fallback: dt.date
) -> Listing | None:
    words = syndication.text(entry, "summary")
    prefix = _PREFIX.match(words)
    link = syndication.text(entry, "link")
    known = normalise_arxiv_id(syndication.text(entry, "id"))
    known = known or (normalise_arxiv_id(prefix[1]) if prefix else None) or normalise_arxiv_id(link)
    title = syndication.text(entry, "title")
    key = known[0] if known else link or (f"title:{title}" if title else "")
    if not key:
        return None
    announced = syndication.text(entry, "arxiv_announce_type") or (prefix[2] if prefix else "")
    return Listing(
        source=source,
        channel=category,
        key=key,
        kind=_KINDS.get(announced.strip().lower(), "new"),
        day=_sane(syndication.moment(entry, "published", "updated"), now) or fallback,
        title=title,
        abstract=words[prefix.end() :] if prefix else words,
        authors=split_creators(syndication.text(entry, "author")),
        categories=syndication.terms(entry),
        arxiv_id=known[0] if known else None,
        version=(known[1] if known else None) or 1,
        doi=syndication.text(entry, "arxiv_doi") or None,
        url=link if link.startswith(("http://", "https://")) else None,  # a guid may stand in its place
    )


def _channel_day(document: Document, now: dt.datetime) -> dt.date:
    """The day of items that carry none."""
    return _sane(
        syndication.moment(document.about, "published", "updated"), now
    ) or timetable.latest_announcement(now)


def _sane(when: dt.datetime | None, now: dt.datetime) -> dt.date | None:
    if when is None:
        return None
    day = timetable.feed_day(when) if when.year > 1990 else dt.date.min
    return day if _FIRST_DAY <= day <= timetable.feed_day(now) + dt.timedelta(days=1) else None


def _fingerprint(versions: set[str]) -> str:
    return hashlib.sha256("\n".join(sorted(versions)).encode()).hexdigest()[:20] if versions else ""
