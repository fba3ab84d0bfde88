"""arXiv: a position in, the announcements since then out.

Each category has its own feed, watermark and status. A category is read by RSS; where that fails, by Atom;
where that fails too, by the query API, which also fills in what a feed cut and the days that were missed.
Asks for nothing that the position says it has; remembers nothing itself.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.errors import FetchError, MalformedError, SourceError
from digest.http import named
from digest.model import Collection, Position
from digest.sources import timetable
from digest.sources.arxiv_feed import Batch, UnknownCategoryError, read_batch
from digest.sources.arxiv_marks import Mark
from digest.sources.arxiv_plan import Plan, advanced, make_plan
from digest.sources.arxiv_query import Filled, fill, look_up
from digest.sources.arxiv_titles import find_titles
from digest.sources.settings import Fetcher, conditional, titled

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.http import Answer, Client
    from digest.model import Listing, SourceStatus
    from digest.sources.settings import SourceSettings

FEEDS = "https://rss.arxiv.org"
API = "https://export.arxiv.org/api/query"

_WORST_FIRST: tuple[SourceStatus, ...] = ("failed", "stale", "ok", "quiet")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What a category's feeds said: a whole batch or none, and what could be kept of a broken one."""

    batch: Batch | None = None
    answer: Answer | None = None  # RSS alone: what a later conditional request may be about
    pieces: tuple[Batch, ...] = ()
    errors: tuple[str, ...] = ()
    unknown: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What became of one category."""

    listings: tuple[Listing, ...]
    status: SourceStatus
    mark: Mark
    errors: tuple[str, ...]
    seen: int


class ArxivSource:
    """arXiv's categories, as one source."""

    def __init__(self, settings: SourceSettings, client: Client) -> None:
        self.name = settings.name
        self.title = titled("arXiv", settings)
        self._categories = tuple(settings.categories)
        self._include = frozenset(settings.include)
        self._feeds = (settings.base_url or FEEDS).rstrip("/")
        self._api = settings.api_url or API
        self._fetcher = Fetcher.of(settings, client)

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        """See `ports.Source`. All feeds are read before anything is asked of the API: should it ask to be
        left alone, today is had."""
        marks = {category: Mark.of(position, category) for category in self._categories}
        looks = {
            category: self._look(category, mark, now=now, afresh=since is not None)
            for category, mark in marks.items()
        }
        parts = []
        for category, mark in marks.items():
            look = looks[category]
            plan = make_plan(mark, look.batch, now=now, window_days=window_days, since=since)
            part = self._complete(category, mark, look, plan, now=now, since=since)
            position = part.mark.kept_in(position, category)
            parts.append(part)
        errors = dict.fromkeys(error for part in parts for error in part.errors)
        return Collection(
            listings=tuple(listing for part in parts for listing in part.listings),
            status=min((part.status for part in parts), key=_WORST_FIRST.index, default="quiet"),
            position=position,
            error="; ".join(errors) or None,
            seen=sum(part.seen for part in parts),
        )

    def check(self, *, now: dt.datetime) -> str:
        """One request, for all categories together. Raises SourceError."""
        spec = "+".join(self._categories)
        url = f"{self._feeds}/rss/{spec}"
        try:
            body = self._fetcher.get(url).body
        except FetchError as why:
            if why.status == 400:
                self._read(why.body, f"GET {named(url)}", spec, now=now)
            raise
        batch = self._read(body, f"GET {named(url)}", spec, now=now)
        if not batch.seen:
            return f"{named(url)} answers, with no papers: nothing is announced on weekends and holidays"
        return f"{named(url)} answers, with {batch.seen} papers announced on {batch.day}"

    def look_up(self, arxiv_ids: Sequence[str], *, now: dt.datetime) -> tuple[Listing, ...]:
        """See `ports.Catalogue`."""
        return look_up(self._fetcher, self._api, source=self.name, arxiv_ids=arxiv_ids, today=now.date())

    def find_titles(
        self, wanted: Sequence[tuple[str, str]], *, now: dt.datetime
    ) -> tuple[tuple[Listing, ...], bool]:
        """See `pipeline.sought.TitleIndex`."""
        return find_titles(self._fetcher, self._api, source=self.name, wanted=wanted, today=now.date())

    def _look(self, category: str, mark: Mark, *, now: dt.datetime, afresh: bool) -> _Look:
        """Read the category's feeds until one is whole."""
        look = _Look()
        for route in ("rss", "atom"):
            url = f"{self._feeds}/{route}/{category}"
            known = route == "rss" and not afresh and bool(mark.stands_for)
            headers = conditional(mark.etag, mark.modified) if known else ()
            try:
                answer = self._fetcher.get(url, headers=headers)
                batch = self._batch(answer, mark, category, now=now, asked=bool(headers))
            except SourceError as why:
                look = self._failed(look, why, f"GET {named(url)}", category, now=now)
                if look.unknown:
                    return look
                continue
            if batch.whole:
                return dataclasses.replace(look, batch=batch, answer=answer if route == "rss" else None)
            error = f"GET {named(url)}: the feed broke off after {batch.seen} whole papers"
            look = dataclasses.replace(
                look, pieces=(*look.pieces, batch), errors=(*look.errors, error)
            )  # fmt: skip
        return look

    def _batch(self, answer: Answer, mark: Mark, category: str, *, now: dt.datetime, asked: bool) -> Batch:
        if answer.status == 304:
            if not asked:
                raise MalformedError(
                    f"GET {named(answer.url)}: answered HTTP 304 to a request that set no condition"
                )
            # A 304 means what the body that it stands for meant.
            day = mark.batch_day or timetable.latest_announcement(now)
            return Batch(day=day, fingerprint=mark.batch if mark.stands_for == "batch" else "")
        return self._read(answer.body, f"GET {named(answer.url)}", category, now=now)

    def _read(self, body: bytes, name: str, category: str, *, now: dt.datetime) -> Batch:
        return read_batch(
            body, name=name, source=self.name, category=category, include=self._include, now=now
        )

    def _failed(self, look: _Look, why: SourceError, name: str, category: str, *, now: dt.datetime) -> _Look:
        """What a failed route leaves: its error, and what had arrived before it broke off."""
        pieces = look.pieces
        if isinstance(why, FetchError) and why.body:
            try:
                batch = self._read(why.body, name, category, now=now)
            except UnknownCategoryError as unknown:
                why = unknown
            except MalformedError:
                pass
            else:
                if why.status is not None and why.status < 300:
                    pieces = (*pieces, dataclasses.replace(batch, whole=False))
        return dataclasses.replace(
            look,
            pieces=pieces,
            errors=(*look.errors, str(why)),
            unknown=isinstance(why, UnknownCategoryError),
        )

    def _complete(
        self, category: str, mark: Mark, look: _Look, plan: Plan, *, now: dt.datetime, since: dt.date | None
    ) -> _Part:
        """Ask for what the feed does not hold, and say what became of the category."""
        filled = () if look.unknown else self._fill(category, plan.runs)
        had = {day for run, answer in zip(plan.runs, filled, strict=False) if answer.whole for day in run}
        if look.batch is None and not any(answer.seen for answer in filled):
            had.discard(plan.latest)  # no feed, and nothing found: not enough to call it an empty day
        if plan.brought and plan.held:
            had.add(plan.held)
        errors = [*look.errors, *(answer.error for answer in filled if answer.error)]
        if plan.stale and look.batch:
            errors.append(
                f"GET {named(self._feeds)}/rss/{category}: still holds the announcement of {plan.held};"
                f" that of {plan.latest} is overdue"
            )
        batches = (*((look.batch,) if look.batch else ()), *look.pieces)
        return _Part(
            listings=_merged(_news(mark, plan, look, since=since), filled),
            status=_status(look, plan, filled, now=now),
            mark=_moved(advanced(mark, had, first=plan.first), mark, look, plan),
            errors=tuple(errors),
            seen=sum(batch.seen for batch in batches) + sum(answer.seen for answer in filled),
        )

    def _fill(self, category: str, runs: Sequence[tuple[dt.date, ...]]) -> tuple[Filled, ...]:
        return tuple(
            fill(
                self._fetcher, self._api, source=self.name, category=category, include=self._include, days=run
            )
            for run in runs
        )


def _news(mark: Mark, plan: Plan, look: _Look, *, since: dt.date | None) -> tuple[Listing, ...]:
    """The feeds' listings, under the day on which they were announced."""
    whole = look.batch.listings if look.batch else ()
    if look.batch and plan.held and look.batch.fingerprint == mark.batch:
        # Read before, perhaps under another date: nothing of it is new.
        whole = tuple(dataclasses.replace(listing, day=plan.held) for listing in whole) if since else ()
    return (*whole, *(listing for piece in look.pieces for listing in piece.listings))


def _merged(news: tuple[Listing, ...], filled: tuple[Filled, ...]) -> tuple[Listing, ...]:
    """Each work once as news and once as a replacement, the feeds' word before the API's, by days: a paper
    that was announced on a missed day and replaced since then is both."""
    found: dict[tuple[str, bool], Listing] = {}
    for listing in (*news, *(listing for answer in filled for listing in answer.listings)):
        found.setdefault((listing.key, listing.kind == "replace"), listing)
    return tuple(sorted(found.values(), key=lambda listing: listing.day))


def _status(look: _Look, plan: Plan, filled: tuple[Filled, ...], *, now: dt.datetime) -> SourceStatus:
    if look.unknown or not all(answer.whole for answer in filled):
        return "failed"
    if plan.stale:
        return "stale"
    announced = plan.held is not None if look.batch else plan.latest == timetable.feed_day(now)
    if any(answer.seen for answer in filled):
        return "ok"
    return "ok" if announced and not (look.batch is None and filled) else "quiet"


def _moved(moved: Mark, mark: Mark, look: _Look, plan: Plan) -> Mark:
    """What the next look may compare with: the last batch that was wholly read, and the body it came in."""
    batch = look.batch
    if batch is None:
        return moved
    known = bool(batch.fingerprint) and batch.fingerprint == mark.batch
    if batch.fingerprint and not known:
        fresh = plan.held is not None and moved.has(plan.held) and plan.held >= (mark.batch_day or plan.held)
        if plan.stale or not fresh:  # not had whole, or older than what was read before
            return dataclasses.replace(moved, etag="", modified="", stands_for="")
        moved = dataclasses.replace(moved, batch=batch.fingerprint, batch_day=plan.held)
    if look.answer is None:
        return dataclasses.replace(moved, etag="", modified="", stands_for="")
    if look.answer.status == 304:
        return moved
    return dataclasses.replace(
        moved,
        etag=look.answer.header("etag") or "",
        modified=look.answer.header("last-modified") or "",
        stands_for="batch" if batch.fingerprint else "empty",
    )
