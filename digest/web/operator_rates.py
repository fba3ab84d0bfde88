"""Deliveries by state in, bounces and complaints out, against what the big receivers bear."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from digest.mail.words import plural
from digest.web import plots
from digest.web.operator_panels import NOTHING, Cell, Panel, count_cell, day_cell, newest_first, share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Tally

# A mailbox that refuses at once has bounced as much as one that does so later.
BOUNCED = ("bounced", "rejected", "dropped")
ANSWERED = ("accepted", "delivered", "deferred", "complained", *BOUNCED)
COMPLAINTS = 0.001  # Gmail's sender guidelines: keep the spam rate below 0.10 %
BOUNCES = 0.05  # Amazon SES puts a sender under review from 5 %


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
        f"{name.capitalize()}: {share(rate)} of {plural(mails, 'mail')}, {verdict} the {share(limit)} "
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
            limit=(100 * limit, f"limit {share(limit)}"),
        )
        if mails
        else NOTHING,
        columns=("Day", "mails", column, "share"),
        rows=tuple(
            (
                day_cell(day),
                count_cell(each[place][1], path=f"/operator/deliveries?{urlencode({'day': day})}"),
                count_cell(
                    each[place][0],
                    path=f"/operator/deliveries?{urlencode({'day': day, 'state': ','.join(states)})}",
                ),
                Cell(words=share(percent[place] / 100), is_number=True),
            )
            for place, day in newest_first(days)
        ),
    )
