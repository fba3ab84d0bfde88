"""Tallies in, panels out: a heading that says what to see, a picture, the same figures in a table.

Asks nothing and knows no request; paths are ours, without the path at which the site is mounted.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from markupsafe import Markup

from digest.mail.words import listed, plural, short_date
from digest.web import plots

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from digest.model import Tally

# What becomes of a slot, in the few words that a picture can hold; the table has each state.
FATES: Mapping[str, str] = {
    "accepted": "sent",
    "delivered": "sent",
    "deferred": "sent",
    "complained": "sent",
    "skipped": "nothing new",
    "planned": "open",
    "composed": "open",
    "sending": "open",
    "retry": "open",
    "uncertain": "open",
}
# A mailbox that refuses at once has bounced as much as one that does so later.
BOUNCED = ("bounced", "rejected", "dropped")
ANSWERED = ("accepted", "delivered", "deferred", "complained", *BOUNCED)
LOST = "not sent"  # every other state
NOTHING = Markup()  # in the place of a picture without anything on it
COMPLAINTS = 0.001  # Gmail's sender guidelines: keep the spam rate below 0.10 %
BOUNCES = 0.05  # Amazon SES puts a sender under review from 5 %


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Words, and where they lead ("": nowhere)."""

    words: str
    path: str = ""
    is_number: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One message, its picture and its figures."""

    name: str  # of its CSV
    heading: str
    picture: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def papers(days: Sequence[dt.date], tallies: Sequence[Tally], titles: Callable[[str], str]) -> Panel:
    """Papers a day by source."""
    series = _series(days, tallies, name=lambda tally: titles(tally.name))
    total = sum(tally.count for tally in tallies)
    most = max(series, key=lambda one: sum(one.values), default=None)
    heading = (
        f"{total / len(days):,.0f} papers a day, most of them from {most.name}"
        if most is not None and len(series) > 1
        else f"{total / len(days):,.0f} papers a day"
        if total
        else f"No papers in these {len(days)} days"
    )
    return Panel(
        name="papers",
        heading=heading,
        picture=plots.bars(
            days, plots.folded(series), title="Papers a day, by source", described=f"{heading}."
        )
        if total
        else NOTHING,
        columns=("Day", *(one.name for one in series)),
        rows=tuple(
            (
                _day(day),
                *(_count(one.values[place], path=f"/date/{day.isoformat()}?sort=new") for one in series),
            )
            for place, day in _newest_first(days)
        ),
    )


def deliveries(days: Sequence[dt.date], tallies: Sequence[Tally], editions: Sequence[Tally]) -> Panel:
    """Editions, and deliveries by state."""
    order = ("sent", "nothing new", "open", LOST)
    fates = _series(days, tallies, name=lambda tally: FATES.get(tally.name, LOST), order=order)
    states = _series(days, tallies, name=lambda tally: tally.name)
    made = _series(days, editions, name=lambda _tally: "editions") or [
        plots.Series(name="editions", values=(0,) * len(days))
    ]
    total = sum(tally.count for tally in tallies)
    lost = sum(tally.count for tally in tallies if FATES.get(tally.name, LOST) == LOST)
    heading = (
        f"{'1 delivery' if total == 1 else f'{total:,} deliveries'} in {len(days)} days, "
        + (f"{_share(lost / total)} of them not sent" if lost else "none of them lost")
        if total
        else f"No deliveries in these {len(days)} days"
    )
    return Panel(
        name="deliveries",
        heading=heading,
        picture=plots.bars(
            days, fates, title="Deliveries a day, by what became of them", described=f"{heading}."
        )
        if total
        else NOTHING,
        columns=("Day", "editions", *(one.name for one in states)),
        rows=tuple(
            (
                _day(day),
                _count(made[0].values[place], path=f"/operator/deliveries?{urlencode({'day': day})}"),
                *(
                    _count(
                        one.values[place],
                        path=f"/operator/deliveries?{urlencode({'day': day, 'state': one.name})}",
                    )
                    for one in states
                ),
            )
            for place, day in _newest_first(days)
        ),
    )


def rates(days: Sequence[dt.date], tallies: Sequence[Tally]) -> tuple[Panel, Panel]:
    """Bounces and complaints of deliveries by state, against what the big receivers bear."""
    each = handed_over(days, tallies)
    return (
        _rate(
            "bounces", "bounced", days, [(one.bounced, one.mails) for one in each],
            limit=BOUNCES, states=BOUNCED,
        ),
        _rate(
            "complaints", "complained", days, [(one.complained, one.mails) for one in each],
            limit=COMPLAINTS, states=("complained",),
        ),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Of one day's mails: how many a provider had, how many came back, how many were complained of."""

    day: dt.date
    mails: int
    bounced: int
    complained: int


def handed_over(days: Sequence[dt.date], tallies: Sequence[Tally]) -> list[HandedOver]:
    """Deliveries by state, summed up for each day."""
    found = []
    for day in days:
        counts = {tally.name: tally.count for tally in tallies if tally.day == day}
        found.append(
            HandedOver(
                day=day,
                mails=sum(counts.get(state, 0) for state in ANSWERED),
                bounced=sum(counts.get(state, 0) for state in BOUNCED),
                complained=counts.get("complained", 0),
            )
        )
    return found


def _rate(
    name: str,
    column: str,
    days: Sequence[dt.date],
    each: Sequence[tuple[int, int]],
    *,
    limit: float,
    states: tuple[str, ...],
) -> Panel:
    parts, mails = sum(part for part, _ in each), sum(whole for _, whole in each)
    rate = parts / mails if mails else 0.0
    verdict = "more than" if rate >= limit else "below"
    heading = (
        f"{name.capitalize()}: {_share(rate)} of {plural(mails, 'mail')}, {verdict} the {_share(limit)} "
        "that the big receivers bear"
        if mails
        else f"{name.capitalize()}: no mail in these {len(days)} days"
    )
    percent = tuple(100 * part / whole if whole else 0.0 for part, whole in each)
    return Panel(
        name=name,
        heading=heading,
        picture=plots.lines(
            days,
            [plots.Series(name="per cent", values=percent)],
            title=f"{name.capitalize()}, per cent of each day's mails",
            described=f"{heading}.",
            limit=(100 * limit, f"limit {_share(limit)}"),
        )
        if mails
        else NOTHING,
        columns=("Day", "mails", column, "share"),
        rows=tuple(
            (
                _day(day),
                _count(each[place][1], path=f"/operator/deliveries?{urlencode({'day': day})}"),
                _count(
                    each[place][0],
                    path=f"/operator/deliveries?{urlencode({'day': day, 'state': ','.join(states)})}",
                ),
                Cell(words=_share(percent[place] / 100), is_number=True),
            )
            for place, day in _newest_first(days)
        ),
    )


def subscribers(days: Sequence[dt.date], tallies: Sequence[Tally], statuses: Mapping[str, int]) -> Panel:
    """Subscribers over time, and how they stand."""
    values = tuple(tally.count for tally in tallies)
    now, change = (values[-1], values[-1] - values[0]) if values else (0, 0)
    than = f"{abs(change):,} {'fewer' if change < 0 else 'more'} than on" if change else "as on"
    heading = f"{plural(now, 'subscriber')}, {than} {short_date(days[0], year=days[-1].year)}"
    stands = listed([f"{count:,} {status}" for status, count in sorted(statuses.items())]) or "nobody"
    return Panel(
        name="subscribers",
        heading=heading,
        picture=plots.lines(
            days,
            [plots.Series(name="subscribers", values=values)],
            title="Subscribers over time",
            described=f"{heading}. Of all there ever were: {stands}.",
        ),
        columns=("Status", "readers"),
        rows=tuple(
            (Cell(words=status), _count(count, path=f"/operator/subscribers?{urlencode({'status': status})}"))
            for status, count in sorted(statuses.items())
        ),
    )


def topics(wanted: Sequence[tuple[str, int]]) -> Panel:
    """The most wanted topics."""
    tied = sum(count == wanted[0][1] for _, count in wanted)
    heading = (
        "No topics yet"
        if not wanted
        else f"{wanted[0][0]} is the most wanted topic"
        if tied == 1
        else f"{wanted[0][0]} and {plural(tied - 1, 'other')} are the most wanted topics"
    )
    return Panel(
        name="topics",
        heading=heading,
        picture=plots.ranks(wanted[:10], title="Most wanted topics", described=f"{heading}.")
        if wanted
        else NOTHING,
        columns=("Topic", "readers"),
        rows=tuple(
            (
                Cell(words=name),
                _count(count, path=f"/operator/subscribers?topic={quote(name, safe='')}"),
            )
            for name, count in wanted
        ),
    )


def _series(
    days: Sequence[dt.date],
    tallies: Sequence[Tally],
    *,
    name: Callable[[Tally], str],
    order: Sequence[str] = (),
) -> list[plots.Series]:
    place = {day: number for number, day in enumerate(days)}
    found: dict[str, list[int]] = {}
    for tally in tallies:
        found.setdefault(name(tally), [0] * len(days))[place[tally.day]] += tally.count
    names = [one for one in order if one in found] or sorted(found, key=lambda one: -sum(found[one]))
    return [plots.Series(name=one, values=tuple(found[one])) for one in names]


def _newest_first(days: Sequence[dt.date]) -> list[tuple[int, dt.date]]:
    return sorted(enumerate(days), reverse=True)


def _day(day: dt.date) -> Cell:
    return Cell(words=f"{day.day} {day:%b %Y}")


def _count(count: float, *, path: str) -> Cell:
    return Cell(words=f"{count:,.0f}", path=path if count else "", is_number=True)


def _share(rate: float) -> str:
    """Per cent, with as many digits as say something.

    >>> _share(0), _share(0.001), _share(0.05), _share(0.1234), _share(0.00004)
    ('0 %', '0.1 %', '5 %', '12.3 %', 'less than 0.01 %')
    """
    percent = 100 * rate
    if 0 < percent < 0.01:
        return "less than 0.01 %"
    digits = 2 if percent < 1 else 1
    return f"{percent:.{digits}f}".rstrip("0").rstrip(".") + " %"
