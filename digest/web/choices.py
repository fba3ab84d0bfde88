"""What the address of a list says beside its period, and the links that say something else: other orders,
categories, pages, periods. Knows addresses of ours, and no database.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import flask

from digest.mail.words import clean
from digest.web.periods import Kind, Period, period_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

Sort = Literal["trending", "upvotes", "new"]
SORTS: tuple[tuple[Sort, str], ...] = (("trending", "Trending"), ("upvotes", "Most upvoted"), ("new", "New"))

CATEGORY_LIMIT = 80
_PATHS: Mapping[Kind, str] = {"day": "/date/", "week": "/week/", "month": "/month/"}


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


def read_choice() -> Choice:
    """What the address at hand says; what cannot be meant is left out."""
    asked = flask.request.args
    written = asked.get("p", "")
    known = {name: name for name, _ in SORTS}
    return Choice(
        sort=known.get(asked.get("sort", ""), "trending"),  # type: ignore[call-overload]
        category=clean(asked.get("category", "")[:CATEGORY_LIMIT]),
        page=int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0,
    )


def period_path(period: Period) -> str:
    """`/date/2026-04-21`, `/week/2026-W17`, `/month/2026-04`."""
    return f"{_PATHS[period.kind]}{period.key}"


def kinds(period: Period, choice: Choice, *, today: dt.date) -> list[Step]:
    """The day, the week and the month."""
    # From a week or a month, its last day that is not yet to come leads to the others.
    around = min(period.last, max(today, period.first))
    named: tuple[tuple[Kind, str], ...] = (("day", "Day"), ("week", "Week"), ("month", "Month"))
    return [
        Step(
            words=words,
            path=period_path(period_of(kind, around)) + choice.query(),
            current=kind == period.kind,
        )
        for kind, words in named
    ]


def sorts(choice: Choice, path: str) -> list[Step]:
    """The community's list by heat and by upvotes, and what is new."""
    return [
        Step(words=words, path=path + choice.query(sort=sort), current=sort == choice.sort)
        for sort, words in SORTS
    ]


def turns(choice: Choice, pages: int, path: str) -> Around:
    """The page before and the one after."""

    def step(where: int) -> Step | None:
        if not 0 <= where < pages:
            return None
        return Step(words=f"Page {where + 1} of {pages}", path=path + choice.query(page=where))

    return Around(before=step(choice.page - 1), after=step(choice.page + 1))
