"""The community's list, by heat or by upvotes, and what is new: of a day, a week or a month. Every choice
stands in the address.

`/` is the newest day that has papers. A period that no calendar has, that is yet to come or that was before
the first paper is a 404 which leads to the nearest days that have some.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import flask

from digest.mail.words import clean, long_date, number, plural
from digest.web.addresses import whole
from digest.web.choices import Around, Choice, Sort, Step, kinds, period_path, read_choice, sorts, turns
from digest.web.desk import desk
from digest.web.entries import EntryWords, entry_words
from digest.web.keeping import kept_publicly
from digest.web.opinions import opinions
from digest.web.periods import Kind, Period, nearest_day, period_of, read_period
from digest.web.render import page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.store.lists import Entry, Page

blueprint = flask.Blueprint("lists", __name__)

PAGE_SIZE = 30
CATEGORIES_SHOWN = 60
_DAY = dt.timedelta(days=1)


@blueprint.get("/")
def front() -> flask.Response:
    """The newest day that has papers."""
    choice = read_choice()
    today = desk().today
    newest, _ = _days(today + _DAY, choice)
    return _show(period_of("day", newest or today), choice, front=True)


@blueprint.get("/date/<key>")
def day(key: str) -> flask.Response:
    """One day."""
    return _named("day", key)


@blueprint.get("/week/<key>")
def week(key: str) -> flask.Response:
    """One week, from Monday on."""
    return _named("week", key)


@blueprint.get("/month/<key>")
def month(key: str) -> flask.Response:
    """One month."""
    return _named("month", key)


def _by_community(choice: Choice) -> bool:
    """Whether a day has a list by what the community listed on it, or by all that came."""
    return desk().has_community and choice.sort != "new"


def _days(around: dt.date, choice: Choice) -> tuple[dt.date | None, dt.date | None]:
    """The nearest days that have such a list."""
    return desk().store.lists.days(around, has_community=desk().has_community, is_new=choice.sort == "new")


def _named(kind: Kind, key: str) -> flask.Response:
    choice = read_choice()
    period = read_period(kind, key)
    if period is None:
        near = nearest_day(key, today=desk().today)
        return _nowhere(
            f"No such {kind}: {clean(key)[:40]}",
            "No calendar has it. " + _FORMS[kind],
            _around(kind, near + _DAY, near - _DAY, choice),
        )
    return _show(period, choice)


_FORMS: Mapping[Kind, str] = {
    "day": "Days are written as 2026-04-21.",
    "week": "Weeks are written as 2026-W17, and a year has 52 or 53 of them.",
    "month": "Months are written as 2026-04.",
}


def _show(period: Period, choice: Choice, *, front: bool = False) -> flask.Response:
    found = _look_up(period, choice)
    around = _around(period.kind, period.first, period.last, choice)
    today = desk().today
    if not found.total and not choice.category and not front:
        if period.first > today:
            return _nowhere(
                f"{_capital(period.words)} is yet to come",
                "Papers appear on the day they are listed.",
                around,
            )
        if around.before is None and not period.holds(today):
            return _nowhere(
                f"Nothing is kept of {period.words}",
                "The library begins later." if around.after else "The library has no papers yet.",
                around,
            )
    path = "/" if front else period_path(period)
    pages = max(1, -(-found.total // PAGE_SIZE))
    if choice.page >= pages:
        last = Step(words=f"Page {pages}", path=path + choice.query(page=pages - 1))
        return _nowhere(
            f"There is no page {choice.page + 1}",
            f"{_capital(period.words)} has {plural(pages, 'page')} of papers.",
            Around(before=last, after=None),
        )
    return kept_publicly(
        page(
            "list",
            title=_title(period, choice, front=front),
            period=period,
            path=path,
            here=path + choice.query(page=choice.page),
            canonical=whole(period_path(period) + choice.query(page=choice.page)),
            choice=choice,
            kinds=kinds(period, choice, today=today),
            sorts=sorts(choice, path),
            around=around,
            entries=[_entry(entry) for entry in found.entries],
            opinions=opinions(entry.paper.id for entry in found.entries),
            sentence=_sentence(period, choice, found, front=front),
            count=_count_words(choice, found),
            categories=_categories(period, choice),
            pages=turns(choice, pages, path),
        )
    )


def _look_up(period: Period, choice: Choice) -> Page:
    lists = desk().store.lists
    offset = choice.page * PAGE_SIZE
    if choice.sort == "new":
        return lists.new(period.first, period.last, category=choice.category, limit=PAGE_SIZE, offset=offset)
    return lists.trending(
        period.first,
        period.last,
        category=choice.category,
        has_community=desk().has_community,
        hot_at=desk().clock() if choice.sort == "trending" else None,
        limit=PAGE_SIZE,
        offset=offset,
    )


def _entry(entry: Entry) -> EntryWords:
    return entry_words(entry.paper, year=desk().today.year, curated=entry.curated)


def _around(kind: Kind, first: dt.date, last: dt.date, choice: Choice) -> Around:
    """The nearest periods of that kind that have papers: before the day `first`, and after `last`."""
    before, _ = _days(first, choice)
    _, after = _days(last, choice)
    if after == before:  # where `first` is after `last`
        after = None

    def step(day: dt.date | None) -> Step | None:
        if day is None:
            return None
        other = period_of(kind, day)
        words = other.brief if other.first.year == desk().today.year else other.words
        return Step(words=words, path=period_path(other) + choice.query())

    return Around(before=step(before), after=step(after))


def _nowhere(headline: str, sentence: str, around: Around) -> flask.Response:
    return page("nowhere", status=404, headline=headline, sentence=sentence, around=around)


def _title(period: Period, choice: Choice, *, front: bool) -> str:
    kind = "New papers" if choice.sort == "new" else "Papers"
    category = f" in {choice.category}" if choice.category else ""
    return f"{kind}{category}" if front else f"{kind}{category}, {period.words}"


def _sentence(period: Period, choice: Choice, found: Page, *, front: bool) -> str:
    """What a reader should know first; "" where the list speaks for itself."""
    today = desk().today
    if front and not found.total and not choice.category:
        return "The library has no papers yet. They come with the first collection."
    if front and period.last < today:
        return f"{long_date(today)} has no papers yet; these are the newest."
    if found.total:
        return ""
    where = f" in {choice.category}" if choice.category else ""
    if period.holds(today):
        return f"No papers{where} yet."
    return f"No papers{where} were listed then."


_ORDERS: Mapping[Sort, str] = {
    "trending": "hottest first",
    "upvotes": "most upvoted first",
    "new": "newest first",
}


def _count_words(choice: Choice, found: Page) -> str:
    """`231 new papers, newest first: 31 to 60`."""
    if not found.total:
        return ""
    order = _ORDERS[choice.sort]
    many = plural(found.total, "paper") + (f" in {choice.category}" if choice.category else "")
    words = f"{many}, {order}"
    if found.total <= PAGE_SIZE:
        return words if found.total > 1 else many
    start = choice.page * PAGE_SIZE
    return f"{words}: {number(start + 1)} to {number(start + len(found.entries))}"


def _categories(period: Period, choice: Choice) -> Sequence[tuple[str, str]]:
    """The values and words of the filter: the largest categories, and the one that is chosen."""
    counted = desk().store.lists.categories(period.first, period.last, has_community=_by_community(choice))
    shown = counted[:CATEGORIES_SHOWN]
    if choice.category and choice.category not in {name for name, _ in shown}:
        shown.append((choice.category, dict(counted).get(choice.category, 0)))
    return [("", "All categories"), *((name, f"{name} ({number(count)})") for name, count in shown)]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
