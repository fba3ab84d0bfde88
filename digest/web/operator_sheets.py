"""A store and days in, the rows of a spreadsheet out: one function a figure, by the name of its CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.web.operator_rates import handed_over

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from digest.model import Tally
    from digest.store import Store

    Sheet = tuple[Sequence[str], Iterable[Sequence[object]]]
    Days = Sequence[dt.date]

MOST = 100_000  # rows of a sheet


def _tallied(columns: Sequence[str], tallies: Iterable[Tally]) -> Sheet:
    return columns, ((tally.day.isoformat(), tally.name, tally.count) for tally in tallies)


def _papers(store: Store, days: Days) -> Sheet:
    return _tallied(("day", "source", "papers"), store.figures.papers(days[0], days[-1]))


def _deliveries(store: Store, days: Days) -> Sheet:
    return _tallied(("day", "state", "deliveries"), store.figures.deliveries(days[0], days[-1]))


def _editions(store: Store, days: Days) -> Sheet:
    return _tallied(("day", "what", "editions"), store.figures.editions(days[0], days[-1]))


def _handed_over(store: Store, days: Days) -> Sheet:
    each = handed_over(days, store.figures.deliveries(days[0], days[-1]))
    return (
        ("day", "mails", "bounced", "complained"),
        ((one.day.isoformat(), one.mails, one.bounced, one.complained) for one in each),
    )


def _subscribers(store: Store, days: Days) -> Sheet:
    return _tallied(("day", "what", "subscribers"), store.figures.subscribers(days[0], days[-1]))


def _topics(store: Store, _days: Days) -> Sheet:
    return ("topic", "readers"), store.figures.topics(limit=MOST)


def _uncertain(store: Store, _days: Days) -> Sheet:
    held = store.figures.held(limit=MOST).oldest
    return ("id", "slot", "provider", "since"), ((*one[:3], one[3].isoformat()) for one in held)


def _sources(store: Store, _days: Days) -> Sheet:
    return (
        ("source", "status", "checked", "succeeded", "seen", "new", "error"),
        (
            (
                one.name,
                one.status,
                one.checked_at.isoformat(),
                one.succeeded_at.isoformat() if one.succeeded_at else "",
                one.seen,
                one.new,
                one.error or "",
            )
            for one in store.sources.records()
        ),
    )


SHEETS: Mapping[str, Callable[[Store, Days], Sheet]] = {
    "papers": _papers,
    "deliveries": _deliveries,
    "editions": _editions,
    "bounces": _handed_over,
    "complaints": _handed_over,
    "subscribers": _subscribers,
    "topics": _topics,
    "uncertain": _uncertain,
    "sources": _sources,
}
