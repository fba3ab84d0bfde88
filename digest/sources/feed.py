"""Any RSS, RDF or Atom feed: a position in, its entries out.

An entry is known by an arXiv id or a DOI that stands in its link, guid or text, then by its guid, then by
its link. Which entries were read before is the library's knowledge; a position holds none of them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.errors import FetchError, MalformedError, SourceError
from digest.http import named
from digest.model import Collection, Position
from digest.sources import syndication
from digest.sources.feed_entry import read_entry
from digest.sources.settings import Fetcher, conditional

if TYPE_CHECKING:
    from digest.http import Answer, Client
    from digest.model import Listing, SourceStatus
    from digest.sources.settings import SourceSettings
    from digest.sources.syndication import Document

_NO_BODY = {"etag": "", "modified": "", "stands_for": ""}


class FeedSource:
    """One feed, as a source without channels. The mark `read` is the day of the last whole reading; `from`
    that of the oldest dated entries that the first one took; the others belong to a conditional request."""

    def __init__(self, settings: SourceSettings, client: Client) -> None:
        self.name = settings.name
        self._url = settings.url or settings.base_url or ""
        self._fetcher = Fetcher.of(settings, client)
        host = urlsplit(self._url).hostname or ""
        self.title = self.name if self.name != settings.kind else host.removeprefix("www.") or self.name

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        """See `ports.Source`."""
        today = now.astimezone(dt.UTC).date()
        start = position.get("from") or (today - dt.timedelta(days=window_days)).isoformat()
        oldest = since.isoformat() if since else start
        known = since is None and bool(position.get("stands_for"))
        headers = conditional(position.get("etag"), position.get("modified")) if known else ()
        try:
            answer = self._fetcher.get(self._url, headers=headers)
        except FetchError as why:
            return self._broken(position, why, oldest, now=now)
        if answer.status == 304:
            status: SourceStatus = "quiet" if position.get("stands_for") == "empty" else "ok"
            return Collection(status=status, position=position.moved(read=today.isoformat()))
        try:
            document = self._document(answer)
        except SourceError as why:
            return Collection(status="failed", position=position, error=str(why))
        listings = self._listings(document, answer.url, oldest, now=now)
        seen = len(document.entries)
        if not document.whole:
            error = f"{self._request}: the feed broke off after {seen} whole entries"
            return Collection(listings=listings, status="failed", position=position, error=error, seen=seen)
        marks = {"from": min(oldest, start), "read": today.isoformat(), **_NO_BODY}
        if answer.header("etag") or answer.header("last-modified"):
            marks["etag"] = answer.header("etag") or ""
            marks["modified"] = answer.header("last-modified") or ""
            marks["stands_for"] = "entries" if seen else "empty"
        return Collection(
            listings=listings,
            status="ok" if seen else "quiet",
            position=position.moved(**marks),
            seen=seen,
        )

    def check(self, *, now: dt.datetime) -> str:
        """One request. Raises SourceError."""
        answer = self._fetcher.get(self._url)
        document = self._document(answer)
        named_so = f' "{" ".join(document.title.split())}"' if document.title.strip() else ""
        listings = self._listings(document, answer.url, "", now=now)
        newest = f", the newest of {max(listing.day for listing in listings)}" if listings else ""
        return f"the feed{named_so} answers, with {len(document.entries)} entries{newest}"

    @property
    def _request(self) -> str:
        return f"GET {named(self._url)}"

    def _document(self, answer: Answer) -> Document:
        return syndication.read(answer.body, name=self._request, content_type=answer.header("content-type"))

    def _listings(
        self, document: Document, url: str, oldest: str, *, now: dt.datetime
    ) -> tuple[Listing, ...]:
        found: dict[str, Listing] = {}
        for entry in document.entries:
            listing = read_entry(entry, source=self.name, url=url, now=now)
            if listing and listing.day.isoformat() >= oldest:
                found.setdefault(listing.key, listing)
        return tuple(found.values())

    def _broken(self, position: Position, why: FetchError, oldest: str, *, now: dt.datetime) -> Collection:
        """A request that failed; what had arrived before an answer broke off is kept."""
        listings: tuple[Listing, ...] = ()
        if why.body and why.status is not None and why.status < 300:
            try:
                document = syndication.read(why.body, name=self._request)
            except MalformedError:
                pass
            else:
                listings = self._listings(document, self._url, oldest, now=now)
        return Collection(
            listings=listings, status="failed", position=position, error=str(why), seen=len(listings)
        )
