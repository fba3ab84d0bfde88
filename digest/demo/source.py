"""Sample listings behind the port of a source: what was announced up to `now`, and nothing twice.

Reads the packaged samples only; remembers nothing but the `Position` that it is given: `day`, the last day
that was read. Never fails, and is never stale: a real source's faults are not part of the demonstration.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.demo.samples import SampleSourceName, sample_listings
from digest.model import Collection

if TYPE_CHECKING:
    from digest.model import Listing, Position

ANNOUNCED_AT: dict[SampleSourceName, dt.time] = {
    "feed": dt.time(3, tzinfo=dt.UTC),
    "arxiv": dt.time(4, tzinfo=dt.UTC),  # arXiv's feeds turn over at midnight in New York: 04:00Z in summer
    "huggingface": dt.time(5, tzinfo=dt.UTC),
}
"""The hour at which a day's listings are there."""

TITLES: dict[SampleSourceName, str] = {
    "arxiv": "arXiv (samples)",
    "huggingface": "Hugging Face (samples)",
    "feed": "Plant Genome Notes (samples)",
}


class SampleSource:
    """One of the sample sources, as `digest.ports.Source`."""

    def __init__(self, name: SampleSourceName) -> None:
        self._name: SampleSourceName = name

    @property
    def name(self) -> str:
        """The source's name, which its listings carry."""
        return self._name

    @property
    def title(self) -> str:
        """Its name for readers, which says that these are samples."""
        return TITLES[self._name]

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        """The listings of the days after `position` that were announced by `now`.

        ok: listings came, or today's had come before; quiet: none were announced today.
        """
        today = now.astimezone(dt.UTC).date()
        mark = position.get("day")
        read = None if mark is None else dt.date.fromisoformat(mark)
        if since is not None:
            first = since
        elif read is not None:
            first = read + dt.timedelta(days=1)
        else:
            first = today - dt.timedelta(days=window_days)
        announced = self._announced(now)
        listings = tuple(listing for listing in announced if listing.day >= first)
        if listings:
            last = max(listing.day for listing in listings)
            position = position.moved(day=(last if read is None else max(last, read)).isoformat())
        is_day = any(listing.day == today for listing in announced)
        return Collection(
            listings=listings,
            status="ok" if listings or is_day else "quiet",
            position=position,
            seen=len(listings),
        )

    def check(self, *, now: dt.datetime) -> str:
        """One sentence on the samples that are there by `now`."""
        when = f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%MZ}"
        return f"{self.title}: {len(self._announced(now))} listings by {when}"

    def _announced(self, now: dt.datetime) -> list[Listing]:
        return [
            listing
            for listing in sample_listings(self._name)
            if dt.datetime.combine(listing.day, ANNOUNCED_AT[self._name]) <= now
        ]


def sample_sources() -> tuple[SampleSource, ...]:
    """All sample sources, in the order in which their days begin."""
    return tuple(SampleSource(name) for name in ANNOUNCED_AT)
