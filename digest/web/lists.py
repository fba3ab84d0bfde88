"""The community's list and what is new, by day, week and month. Every choice stands in the address.

`/` is the newest day that has papers. A period that no calendar has, that is yet to come or that was before
the first paper is a 404 which leads to the nearest days that have some.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import flask

from digest.mail.words import clean, long_date, number, plural
from digest.web.addresses import whole
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

Sort = Literal["trending", "new"]

PAGE_SIZE = 30
CATEGORIES_SHOWN = 60
CATEGORY_LIMIT = 80
_PATHS: Mapping[Kind, str] = {"day": "/date/", "week": "/week/", "month": "/month/"}
_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an address says beside the period: the order, the category ("" for all), the page from 0 on."""

    sort: Sort = "trending"
    category: str = ""
    page: int = 0

    def query(self, **changes: object) -> str:
        """`?sort=new&category=cs.CV`, with changes; what is usual is left out. The page is not kept."""
        other = dataclasses.replace(self, **{"page": 0, **changes})  # type: ignore[arg-type]
        said = (
            ("sort", other.sort if other.sort != "trending" else ""),
            ("category", other.category),
            ("p", other.page or ""),
        )
        words = urlencode([(name, value) for name, value in said if value != ""])
        return f"?{words}" if words else ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A link to somewhere near: its words and its path."""

    words: str
    path: str
    current: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The nearest periods before and after that have papers."""

    before: Step | None
    after: Step | None


@blueprint.get("/")
def front() -> flask.Response:
    """The newest day that has papers."""
    choice = read_choice()
    today = desk().today
    newest, _ = desk().store.lists.days(today + _DAY, has_community=_by_community(choice))
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


def read_choice() -> Choice:
    """What the address at hand says; what cannot be meant is left out."""
    asked = flask.request.args
    written = asked.get("p", "")
    return Choice(
        sort="new" if asked.get("sort") == "new" else "trending",
        category=clean(asked.get("category", "")[:CATEGORY_LIMIT]),
        page=int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0,
    )


def period_path(period: Period) -> str:
    """`/date/2026-04-21`, `/week/2026-W17`, `/month/2026-04`."""
    return f"{_PATHS[period.kind]}{period.key}"


def _by_community(choice: Choice) -> bool:
    """Whether a day has a list by what the community listed on it, or by all that came."""
    return desk().has_community and choice.sort == "trending"


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
            kinds=_kinds(period, choice),
            sorts=_sorts(choice, path),
            around=around,
            entries=[_entry(entry) for entry in found.entries],
            opinions=opinions(entry.paper.id for entry in found.entries),
            sentence=_sentence(period, choice, found, front=front),
            count=_count_words(choice, found),
            categories=_categories(period, choice),
            pages=_pages(choice, pages, path),
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
        limit=PAGE_SIZE,
        offset=offset,
    )


def _entry(entry: Entry) -> EntryWords:
    return entry_words(entry.paper, year=desk().today.year, curated=entry.curated)


def _around(kind: Kind, first: dt.date, last: dt.date, choice: Choice) -> Around:
    """The nearest periods of that kind that have papers: before the day `first`, and after `last`."""
    lists, by_community = desk().store.lists, _by_community(choice)
    before, _ = lists.days(first, has_community=by_community)
    _, after = lists.days(last, has_community=by_community)
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


def _kinds(period: Period, choice: Choice) -> list[Step]:
    # From a week or a month, its last day that is not yet to come leads to the others.
    around = min(period.last, max(desk().today, period.first))
    kinds: tuple[tuple[Kind, str], ...] = (("day", "Day"), ("week", "Week"), ("month", "Month"))
    return [
        Step(
            words=words,
            path=period_path(period_of(kind, around)) + choice.query(),
            current=kind == period.kind,
        )
        for kind, words in kinds
    ]


def _sorts(choice: Choice, path: str) -> list[Step]:
    sorts: tuple[tuple[Sort, str], ...] = (("trending", "Trending"), ("new", "New"))
    return [
        Step(words=words, path=path + choice.query(sort=sort), current=sort == choice.sort)
        for sort, words in sorts
    ]


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


def _count_words(choice: Choice, found: Page) -> str:
    """`231 new papers, newest first: 31 to 60`."""
    if not found.total:
        return ""
    order = "newest first" if choice.sort == "new" else "most upvoted first"
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


def _pages(choice: Choice, pages: int, path: str) -> Around:
    def step(where: int) -> Step | None:
        if not 0 <= where < pages:
            return None
        return Step(words=f"Page {where + 1} of {pages}", path=path + choice.query(page=where))

    return Around(before=step(choice.page - 1), after=step(choice.page + 1))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
