"""Periods in, papers in the order of a page out: the community's list, what is new, the archive.

Never writes. The community's list is ordered by heat at some time (`core.trending`), or by upvotes; what
editors picked is first in either. Every question is a fixed number of statements, however many papers it
shows, and each walks an index. A *period* is two days, both in it. The community's list of a period is what a
community listed in it (Hugging Face, our readers by voting, an editor by submitting it); where no source
tells of a community, it is all that was first listed in it, and what an editor submitted in it. Editors'
hidden papers are not in it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.core.arxiv import normalise_arxiv_id
from digest.store import tables, tables_web
from digest.store.counts import heat_of
from digest.store.entries import Entry, Page, read_entries, read_ids

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from digest.store.database import Database

__all__ = ["Entry", "Lists", "Month", "Page"]

_PAPERS, _CURATED, _CATEGORIES = tables.papers, tables_web.curated, tables_web.paper_categories
_VOTES = sa.func.coalesce(_PAPERS.c.upvotes, 0) + _PAPERS.c.votes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The days of a month that have papers, newest first, each with how many; `first` is its first day."""

    first: dt.date
    days: tuple[tuple[dt.date, int], ...]

    @property
    def count(self) -> int:
        """How many papers it has."""
        return sum(count for _, count in self.days)


class Lists:
    """The lists of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def trending(
        self,
        first: dt.date,
        last: dt.date,
        *,
        category: str = "",
        submitter: str = "",
        has_community: bool,
        by_day: bool = False,
        hot_at: dt.datetime | None = None,
        limit: int,
        offset: int = 0,
    ) -> Page:
        """The community's list of a period: picked ones first, then by upvotes or, with `hot_at`, by heat at
        that time; the newest of equals first. `by_day`: of the newest day first. `submitter`: only what they
        submitted."""
        listed = _listed(
            first, last, category=category, submitter=submitter, has_community=has_community, hot_at=hot_at
        ).subquery()
        order = (
            sa.select(listed.c.id)
            .outerjoin(_CURATED, _CURATED.c.paper_id == listed.c.id)
            .order_by(*([listed.c.day.desc()] if by_day else []))
            .order_by(*_best_first(listed))
        )
        return self._page(order, sa.select(sa.func.count()).select_from(listed), limit=limit, offset=offset)

    def new(self, first: dt.date, last: dt.date, *, category: str = "", limit: int, offset: int = 0) -> Page:
        """All that was first listed in a period, newest first."""
        if category:
            # (What turned out to be another paper has no categories.)
            table = _CATEGORIES
            listed = sa.select(table.c.paper_id).where(
                table.c.category == category, table.c.day.between(first, last)
            )
            order = listed.order_by(table.c.day.desc(), table.c.paper_id.desc())
        else:
            listed = sa.select(_PAPERS.c.id).where(
                _PAPERS.c.first_listed.between(first, last), _PAPERS.c.merged_into.is_(None)
            )
            order = listed.order_by(_PAPERS.c.first_listed.desc(), _PAPERS.c.id.desc())
        total = sa.select(sa.func.count()).select_from(listed.subquery())
        return self._page(order, total, limit=limit, offset=offset)

    def _page(self, order: sa.Select[Any], total: sa.Select[Any], *, limit: int, offset: int) -> Page:
        with self._database.read() as connection:
            ids = connection.scalars(order.limit(max(0, limit)).offset(max(0, offset))).all()
            found = read_entries(connection, ids)
            count = int(connection.scalar(total) or 0)
        return Page(entries=tuple(found[paper_id] for paper_id in ids), total=count)

    def days(
        self, around: dt.date, *, has_community: bool, is_new: bool = False
    ) -> tuple[dt.date | None, dt.date | None]:
        """The last day before `around` that has a list, and the first one after it; None: there is none.
        `is_new`: a list of what is new, whatever a community or an editor says."""
        before: list[dt.date] = []
        after: list[dt.date] = []
        with self._database.read() as connection:
            for query in _days(has_community=has_community, is_new=is_new):
                (day,) = query.selected_columns
                before += connection.scalars(query.where(day < around).order_by(day.desc()).limit(1))
                after += connection.scalars(query.where(day > around).order_by(day).limit(1))
        return max(before, default=None), min(after, default=None)

    def best(
        self, first: dt.date, last: dt.date, *, has_community: bool, hot_at: dt.datetime | None = None
    ) -> dict[dt.date, Entry]:
        """The first paper of each day's list in a period, in the same order as the list."""
        listed = _listed(first, last, has_community=has_community, each_day=True, hot_at=hot_at).subquery()
        place = sa.func.row_number().over(partition_by=listed.c.day, order_by=_best_first(listed))
        joined = listed.outerjoin(_CURATED, _CURATED.c.paper_id == listed.c.id)
        placed = sa.select(listed.c.day, listed.c.id, place.label("place")).select_from(joined).subquery()
        with self._database.read() as connection:
            rows = connection.execute(sa.select(placed.c.day, placed.c.id).where(placed.c.place == 1)).all()
            found = read_entries(connection, [row.id for row in rows])
        return {row.day: found[row.id] for row in rows}

    def months(self, *, has_community: bool) -> tuple[Month, ...]:
        """All days that have a list, by month, newest first. (Counts what editors hid as well, and what they
        submitted on the day on which it came and on theirs.)"""
        counts: Counter[dt.date] = Counter()
        with self._database.read() as connection:
            for query in _days(has_community=has_community):
                (day,) = query.selected_columns
                counted = query.add_columns(sa.func.count()).where(day.is_not(None)).group_by(day)
                counts.update({row[0]: row[1] for row in connection.execute(counted)})
        months: dict[dt.date, list[tuple[dt.date, int]]] = {}
        for listed, count in sorted(counts.items(), reverse=True):
            months.setdefault(listed.replace(day=1), []).append((listed, count))
        return tuple(Month(first=first, days=tuple(days)) for first, days in months.items())

    def categories(
        self, first: dt.date, last: dt.date, *, has_community: bool = False
    ) -> list[tuple[str, int]]:
        """The categories of what is new in a period (`has_community`: of the community's list), each with how
        many papers it has, the largest first."""
        table = _CATEGORIES
        query: sa.Select[Any]
        if has_community:
            listed = _listed(first, last, has_community=True, hot_at=None).subquery()
            joined = listed.join(table, table.c.paper_id == listed.c.id)
            query = (
                sa.select(table.c.category, sa.func.count()).select_from(joined).group_by(table.c.category)
            )
        else:
            # One name after the other, and of each a stretch of the key: a month has tens of thousands.
            names = _names()
            mine = table.c.category == names.c.category
            count = sa.select(sa.func.count()).where(mine, table.c.day.between(first, last))
            query = sa.select(names.c.category, count.scalar_subquery()).where(names.c.category.is_not(None))
        with self._database.read() as connection:
            found = [(row[0], row[1]) for row in connection.execute(query) if row[1]]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def paper(self, ref: str) -> Entry | None:
        """The paper of an arXiv id (of whatever version, or a URL with one), or of `p` and the library's
        number. One that turned out to be another is that other."""
        name = normalise_arxiv_id(ref)
        number = ref[1:] if ref[:1] == "p" and ref[1:].isdecimal() and ref.isascii() and len(ref) < 12 else ""
        if not name and not number:
            return None
        with self._database.read() as connection:
            paper_id: int | None = int(number or 0)
            if name:
                paper_id = connection.scalar(
                    sa.select(_PAPERS.c.id)
                    .where(_PAPERS.c.arxiv_id == name[0], _PAPERS.c.merged_into.is_(None))
                    .limit(1)
                )
            return read_entries(connection, [paper_id]).get(paper_id) if paper_id else None

    def entries(self, ids: Collection[int]) -> dict[int, Entry]:
        """Papers by the library's numbers. One that turned out to be another is that other, under the number
        that was asked for; unknown numbers are missing."""
        with self._database.read() as connection:
            return read_entries(connection, ids)

    def ids(self, first: dt.date | None, last: dt.date | None, *, category: str = "") -> list[int]:
        """The numbers of all papers first listed in a period (None: open) and in a category, ascending."""
        if category:
            day, query = _CATEGORIES.c.day, sa.select(_CATEGORIES.c.paper_id)
            query = query.where(_CATEGORIES.c.category == category)
        else:
            day, query = _PAPERS.c.first_listed, sa.select(_PAPERS.c.id)
            query = query.where(_PAPERS.c.merged_into.is_(None))
        if first is not None:
            query = query.where(day >= first)
        if last is not None:
            query = query.where(day <= last)
        with self._database.read() as connection:
            return sorted(read_ids(connection, query))

    def listings_of(self, paper_id: int) -> list[tuple[str, str, dt.date]]:
        """Which source listed a paper, in which of its channels ("" where it has none), and when; the
        earliest first."""
        table = tables.listings
        query = (
            sa.select(table.c.source, table.c.channel, table.c.day)
            .where(table.c.paper_id == paper_id)
            .order_by(table.c.day, table.c.source, table.c.channel)
        )
        with self._database.read() as connection:
            return [(row.source, row.channel, row.day) for row in connection.execute(query)]


def _days(*, has_community: bool, is_new: bool = False) -> tuple[sa.Select[Any], ...]:
    """The days of lists, one for each paper: each statement walks an index of its own."""
    if has_community and not is_new:
        return (sa.select(_PAPERS.c.community_listed).where(_PAPERS.c.merged_into.is_(None)),)
    arrived = sa.select(_PAPERS.c.first_listed).where(_PAPERS.c.merged_into.is_(None))
    if is_new:
        return (arrived,)
    submitted = sa.select(_CURATED.c.paper_id).where(_CURATED.c.submitted_by != "")
    day = _PAPERS.c.community_listed
    later = sa.select(day).where(
        _PAPERS.c.merged_into.is_(None), _PAPERS.c.id.in_(submitted), day != _PAPERS.c.first_listed
    )
    return arrived, later


def _names() -> sa.CTE:
    """All categories, and None at the end: each looked up behind the one before it."""
    table = _CATEGORIES
    names = sa.select(sa.func.min(table.c.category).label("category")).cte("names", recursive=True)
    following = sa.select(sa.func.min(table.c.category)).where(table.c.category > names.c.category)
    return names.union_all(sa.select(following.scalar_subquery()).where(names.c.category.is_not(None)))


def _best_first(listed: sa.Subquery) -> tuple[sa.ColumnElement[Any], ...]:
    picked = sa.and_(_CURATED.c.picked_by != "", _CURATED.c.picked_by.is_not(None))
    return picked.desc(), listed.c.force.desc(), listed.c.id.desc()


def _listed(
    first: dt.date,
    last: dt.date,
    *,
    category: str = "",
    submitter: str = "",
    has_community: bool,
    each_day: bool = False,
    hot_at: dt.datetime | None,
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """The numbers, days and `force` (upvotes, or the heat at that time) of the papers of the community's list
    of a period. `each_day`: of the lists of each of its days, so that one that an editor submitted after it
    came is there twice."""
    hidden = sa.select(_CURATED.c.paper_id).where(_CURATED.c.hidden_by != "")
    listed = _PAPERS.c.community_listed
    first_day = listed if has_community else sa.func.coalesce(listed, _PAPERS.c.first_listed)
    force = _VOTES if hot_at is None else heat_of(first_day, at=hot_at)
    shown = sa.select(_PAPERS.c.id, force.label("force")).where(
        _PAPERS.c.merged_into.is_(None), _PAPERS.c.id.not_in(hidden)
    )
    if submitter:
        ours = sa.select(_CURATED.c.paper_id).where(_CURATED.c.submitted_by == submitter)
        shown = shown.where(sa.or_(_PAPERS.c.submitter == submitter, _PAPERS.c.id.in_(ours)))
    if category:
        table = _CATEGORIES
        shown = shown.where(sa.exists().where(table.c.paper_id == _PAPERS.c.id, table.c.category == category))
    by_community = shown.add_columns(_PAPERS.c.community_listed.label("day")).where(
        _PAPERS.c.community_listed.between(first, last)
    )
    if has_community:
        return by_community
    day, arrived = _PAPERS.c.first_listed, _PAPERS.c.first_listed.between(first, last)
    there = day == _PAPERS.c.community_listed if each_day else arrived
    submitted = sa.select(_CURATED.c.paper_id).where(_CURATED.c.submitted_by != "")
    new = shown.add_columns(day.label("day")).where(arrived)
    return sa.union_all(new, by_community.where(~there, _PAPERS.c.id.in_(submitted)))
