"""Tallies in, panels out: a heading that says what to see, a picture, the same figures in a table.

Asks nothing and knows no request; paths are ours, without the path at which the site is mounted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from digest.mail.words import listed, plural, short_date
from digest.web import plots
from digest.web.operator_panels import NOTHING, Cell, Panel, count_cell, day_cell, newest_first, share

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
LOST = "not sent"  # every other state


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
                day_cell(day),
                *(count_cell(one.values[place], path=f"/date/{day.isoformat()}?sort=new") for one in series),
            )
            for place, day in newest_first(days)
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
        + (f"{share(lost / total)} of them not sent" if lost else "none of them lost")
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
                day_cell(day),
                count_cell(made[0].values[place], path=f"/operator/deliveries?{urlencode({'day': day})}"),
                *(
                    count_cell(
                        one.values[place],
                        path=f"/operator/deliveries?{urlencode({'day': day, 'state': one.name})}",
                    )
                    for one in states
                ),
            )
            for place, day in newest_first(days)
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
            (
                Cell(words=status),
                count_cell(count, path=f"/operator/subscribers?{urlencode({'status': status})}"),
            )
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
                count_cell(count, path=f"/operator/subscribers?topic={quote(name, safe='')}"),
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
