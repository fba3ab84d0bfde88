"""The archive of the community's list: its months, and the days of one of them, each with its best paper."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import flask

from digest.mail.cards import TITLE_LIMIT
from digest.mail.words import clean, number, plural, shorten
from digest.web.addresses import whole
from digest.web.choices import Step, period_path
from digest.web.desk import desk
from digest.web.keeping import kept_publicly
from digest.web.periods import Period, period_of, read_period
from digest.web.problems import abort_page
from digest.web.render import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.store.lists import Entry, Month

blueprint = flask.Blueprint("archive", __name__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day in words: its link, how many papers it has, and the title of the best."""

    link: Step
    count: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The months of a year that have papers, newest first; each with how many."""

    words: str
    months: Sequence[tuple[Step, str]]


@blueprint.get("/archive")
def newest() -> flask.Response:
    """The newest month."""
    months = _months()
    shown = period_of("month", months[0].first if months else desk().today)
    return _show(shown, months)


@blueprint.get("/archive/<key>")
def month(key: str) -> flask.Response:
    """That month."""
    months = _months()
    asked = read_period("month", key)
    if asked is None or asked.first not in {one.first for one in months}:
        abort_page(
            404,
            "The archive has no such month",
            "Months are written as 2026-04. All that have papers stand in the archive.",
        )
    return _show(asked, months)


def _months() -> tuple[Month, ...]:
    return desk().store.lists.months(has_community=desk().has_community)


def _show(shown: Period, months: Sequence[Month]) -> flask.Response:
    days = next((one.days for one in months if one.first == shown.first), ())
    best = desk().store.lists.best(
        shown.first, shown.last, has_community=desk().has_community, hot_at=desk().clock()
    )
    return kept_publicly(
        page(
            "archive",
            heading=f"Archive, {shown.words}",
            canonical=whole(f"/archive/{shown.key}"),
            days=[_day(period_of("day", day), count, best.get(day)) for day, count in days],
            month=Step(words=f"All papers of {shown.words}", path=period_path(shown)),
            years=_years(months, shown),
        )
    )


def _day(period: Period, count: int, best: Entry | None) -> Day:
    return Day(
        link=Step(words=period.brief, path=period_path(period)),
        count=plural(count, "paper"),
        title=shorten(clean(best.paper.title), TITLE_LIMIT) if best else "",
    )


def _years(months: Sequence[Month], shown: Period) -> list[Year]:
    years: dict[int, list[tuple[Step, str]]] = {}
    for one in months:
        period = period_of("month", one.first)
        words = period.words.partition(" ")[0]
        link = Step(words=words, path=f"/archive/{period.key}", current=one.first == shown.first)
        years.setdefault(one.first.year, []).append((link, number(one.count)))
    return [Year(words=str(year), months=found) for year, found in years.items()]
