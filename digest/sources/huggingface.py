"""Hugging Face's daily papers, date by date: a position in, what was listed since then out.

Dates are UTC. The running day grows, so it is read at every look and once more after it has ended; an older
one is never asked for again. Remembers nothing itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from digest.errors import MalformedError, SourceError
from digest.http import named
from digest.model import Collection, Position
from digest.sources.huggingface_item import read_item, withdrawn
from digest.sources.settings import Fetcher, conditional, titled

if TYPE_CHECKING:
    from digest.http import Answer, Client
    from digest.model import Listing
    from digest.sources.settings import SourceSettings

SITE = "https://huggingface.co"
PAGE = 100  # the most that the API gives
MOST_PAGES = 20  # no day has had more than two
FIRST_DAY = dt.date(2023, 5, 1)  # there were no daily papers before that month
MOST_FAILURES = 2  # dates that may fail before a host that is down is left alone

_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What one date gave. `listed`: whether anything was listed, also where nothing of it is new."""

    listings: tuple[Listing, ...] = ()
    seen: int = 0
    listed: bool = False
    etag: str = ""
    error: str | None = None


class HuggingFaceSource:
    """The daily papers, as a source without channels. The mark `read` is the last date that was read after
    it had ended, as all before it were; `asked` the running day that was read last, with how many it had
    then; `etag` belongs to that day."""

    def __init__(self, settings: SourceSettings, client: Client) -> None:
        self.name = settings.name
        self.title = titled("Hugging Face", settings)
        self._site = (settings.base_url or SITE).rstrip("/")
        self._fetcher = Fetcher.of(settings, client)

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        """See `ports.Source`."""
        today = now.astimezone(dt.UTC).date()
        read = _date(position.get("read"))
        day = max(FIRST_DAY, since or (read + _DAY if read else today - window_days * _DAY))
        asked, _, count = (position.get("asked") or "").partition(" ")
        looks: list[_Look] = []
        announced = False
        errors: list[str] = []
        while day <= today and len(errors) < MOST_FAILURES:
            look = self._day(day, known="" if since else position.get("etag") or "")
            looks.append(look)
            # That an ended day is read once more, and says the same, makes no weekend's silence a listing.
            again = day < today and day.isoformat() == asked and since is None
            announced |= look.seen > int(count or 0) if again else look.listed
            if look.error:
                errors.append(look.error)
            elif not errors and day < today and (read is None or day <= read + _DAY):
                read = max(read or day, day)
            if day == today and not look.error:
                seen = count if look.seen == 0 and look.listed else str(look.seen)  # unchanged: 304
                position = position.moved(etag=look.etag, asked=f"{today} {seen}")
            day += _DAY
        return Collection(
            listings=tuple(listing for look in looks for listing in look.listings),
            # No weekend listing, and that is not an error.
            status="failed" if errors else "ok" if announced else "quiet",
            position=position.moved(read=read.isoformat()) if read else position,
            error="; ".join(errors) or None,
            seen=sum(look.seen for look in looks),
        )

    def check(self, *, now: dt.datetime) -> str:
        """One request, for the running day. Raises SourceError."""
        url = self._url(now.astimezone(dt.UTC).date(), page=0)
        return f"{named(url)} answers, with {len(_items(self._fetcher.get(url)))} papers so far today"

    def _day(self, day: dt.date, *, known: str) -> _Look:
        """Read one date. `known`: an earlier reading's date, number of items and ETag, parted by blanks."""
        listings: dict[str, Listing] = {}
        seen, etag = 0, ""
        known_day, _, rest = known.partition(" ")
        listed, _, known_etag = rest.partition(" ")
        try:
            for page in range(MOST_PAGES):
                url = self._url(day, page=page)
                same = known_day == day.isoformat() and page == 0
                answer = self._fetcher.get(url, headers=conditional(known_etag if same else None, None))
                if answer.status == 304:
                    return _Look(etag=known, listed=listed != "0")
                items = _items(answer)
                for listing in self._papers(items, url, day):
                    listings.setdefault(listing.key, listing)
                seen += len(items)
                if len(items) < PAGE:
                    etag = answer.header("etag") or "" if page == 0 else ""
                    break
        except SourceError as why:
            return _Look(listings=tuple(listings.values()), seen=seen, listed=bool(seen), error=str(why))
        return _Look(
            listings=tuple(listings.values()),
            seen=seen,
            listed=bool(seen),
            etag=f"{day} {seen} {etag}" if etag else "",
        )

    def _papers(self, items: list[Any], url: str, day: dt.date) -> list[Listing]:
        """What can be read of the items. Raises MalformedError where that is nothing."""
        found = [listing for item in items if (listing := read_item(item, source=self.name, day=day))]
        if items and not found and not any(withdrawn(item) for item in items):
            raise MalformedError(f"GET {named(url)}: none of the {len(items)} items is a paper")
        return found

    def _url(self, day: dt.date, *, page: int) -> str:
        return f"{self._site}/api/daily_papers?date={day.isoformat()}&limit={PAGE}&p={page}"


def _items(answer: Answer) -> list[Any]:
    try:
        items = json.loads(answer.body)
    except (ValueError, RecursionError) as why:
        raise MalformedError(
            f"GET {named(answer.url)}: the answer is not JSON; a list of papers was expected"
        ) from why
    if not isinstance(items, list):
        raise MalformedError(f"GET {named(answer.url)}: the answer is JSON, but no list of papers")
    return items


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
