"""Tallies in, SVG out: server-made pictures with a title, a description and direct labels. Knows no page.

Colours come from the stylesheet by class (`series-0` to `series-3`), so that light and dark are its matter.
Bars begin at zero. A picture never carries meaning alone: its figures stand in a table beneath it.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 112, 12, 26  # room for the scale, the labels of lines, the dates
SERIES = 4  # colours that survive colour blindness; more series than that share the last as "others"
_ROW = 40  # height of a lying bar with its name
_GAP = 14  # between two labels, so that they do not stand on each other


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A name and one value for each day."""

    name: str
    values: tuple[float, ...]


def folded(series: Sequence[Series], *, most: int = SERIES, others: str = "others") -> tuple[Series, ...]:
    """The largest series, in their order; what is beyond `most` added up as one.

    >>> [one.name for one in folded([Series(name=n, values=(v,)) for n, v in zip("abc", (1, 3, 2))], most=2)]
    ['b', 'others']
    """
    if len(series) <= most:
        return tuple(series)
    ranked = sorted(series, key=lambda one: -sum(one.values))
    kept = {one.name for one in ranked[: most - 1]}
    rest = [one for one in series if one.name not in kept]
    total = tuple(map(sum, zip(*(one.values for one in rest), strict=True)))
    return (*(one for one in series if one.name in kept), Series(name=others, values=total))


def bars(days: Sequence[dt.date], series: Sequence[Series], *, title: str, described: str) -> Markup:
    """Stacked bars, one a day, from zero."""
    totals = [sum(one.values[place] for one in series) for place in range(len(days))]
    scale = _Scale(highest=max(totals, default=0), days=len(days))
    step = scale.step
    marks = []
    for place in range(len(days)):
        low = 0.0
        for number, one in enumerate(series):
            value = one.values[place]
            if not value:
                continue
            x, y = LEFT + place * step + step * 0.12, scale.y(low + value)
            marks.append(
                Markup(
                    '<rect class="series-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
                ).format(number, x, y, step * 0.76, scale.y(low) - y)
            )
            low += value
    ends: list[tuple[float, int, str]] = []
    low = 0.0
    if days:
        # A label stands beside the part that it names: of the last day that has all of it.
        for number, one in enumerate(series):
            value = one.values[-1]
            ends.append((scale.y(low + value / 2), number, one.name))
            low += value
    return _picture(days, scale, Markup("").join(marks), ends, title=title, described=described)


def lines(
    days: Sequence[dt.date],
    series: Sequence[Series],
    *,
    title: str,
    described: str,
    limit: tuple[float, str] | None = None,
) -> Markup:
    """One line a series; `limit` is a value to be kept below, and its words."""
    highest = max((value for one in series for value in one.values), default=0)
    scale = _Scale(highest=max(highest, limit[0] * 1.1 if limit else 0), days=len(days))
    marks = []
    ends: list[tuple[float, int, str]] = []
    for number, one in enumerate(series):
        points = " ".join(
            f"{LEFT + (place + 0.5) * scale.step:.1f},{scale.y(value):.1f}"
            for place, value in enumerate(one.values)
        )
        marks.append(Markup('<polyline class="line series-{}" points="{}"/>').format(number, points))
        if one.values:
            ends.append((scale.y(one.values[-1]), number, one.name))
    if limit is not None:
        y = scale.y(limit[0])
        marks.append(
            Markup(
                '<line class="limit" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="scale" x="{}" y="{:.1f}">{}</text>'
            ).format(LEFT, WIDTH - RIGHT, y, y, LEFT + 4, y - 4, limit[1])
        )
    return _picture(days, scale, Markup("").join(marks), ends, title=title, described=described)


def ranks(rows: Sequence[tuple[str, int]], *, title: str, described: str) -> Markup:
    """Lying bars, one a row, from zero, each with its name above it and its count behind it."""
    highest = max((count for _, count in rows), default=0) or 1
    room = WIDTH - RIGHT
    marks = Markup("").join(
        Markup(
            '<text class="name" x="0" y="{}">{}</text>'
            '<rect class="series-0" x="0" y="{}" width="{:.1f}" height="10"/>'
            '<text class="scale" x="{:.1f}" y="{}">{:,}</text>'
        ).format(
            place * _ROW + 14,
            name,
            place * _ROW + 20,
            room * count / highest,
            room * count / highest + 8,
            place * _ROW + 29,
            count,
        )
        for place, (name, count) in enumerate(rows)
    )
    return _framed(max(1, len(rows)) * _ROW, marks, title=title, described=described)


class _Scale:
    """Values to heights. The top is a round number at or above the highest."""

    def __init__(self, *, highest: float, days: int) -> None:
        self.top = round_up(highest)
        self.step = (WIDTH - LEFT - RIGHT) / max(1, days)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.top)


def round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten; 1 for nothing.

    >>> round_up(0), round_up(7), round_up(231), round_up(0.0012)
    (1, 10, 500, 0.002)
    """
    if value <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 2, 5, 10):
        if value <= factor * power * (1 + 1e-9):
            return float(f"{factor * power:.6g}") if power < 1 else int(factor * power)
    raise AssertionError(value)


def _picture(
    days: Sequence[dt.date],
    scale: _Scale,
    marks: Markup,
    ends: Sequence[tuple[float, int, str]],
    *,
    title: str,
    described: str,
) -> Markup:
    axis = Markup("").join(
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="scale" text-anchor="end" x="{}" y="{:.1f}">{}</text>'
        ).format(
            LEFT, WIDTH - RIGHT, scale.y(value), scale.y(value), LEFT - 6, scale.y(value) + 4, _said(value)
        )
        for value in (0, scale.top / 2, scale.top)
    )
    dates = Markup("").join(
        Markup('<text class="scale" text-anchor="middle" x="{:.1f}" y="{}">{}</text>').format(
            LEFT + (place + 0.5) * scale.step, HEIGHT - 6, f"{days[place].day} {days[place]:%b}"
        )
        for place in _marked(len(days))
    )
    labels = Markup("").join(
        Markup(
            '<rect class="series-{}" x="{}" y="{:.1f}" width="8" height="8"/>'
            '<text class="name" x="{}" y="{:.1f}">{}</text>'
        ).format(number, WIDTH - RIGHT + 6, y - 4, WIDTH - RIGHT + 18, y + 4, name)
        for y, number, name in _apart(ends)
    )
    return _framed(HEIGHT, Markup("").join((axis, marks, dates, labels)), title=title, described=described)


def _framed(height: int, marks: Markup, *, title: str, described: str) -> Markup:
    return Markup(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(WIDTH, height, title, title, described, marks)


def _marked(days: int) -> list[int]:
    """The days whose date is written: the first, the last, a few between."""
    if days <= 1:
        return list(range(days))
    parts = min(4, days - 1)
    return sorted({round(place * (days - 1) / parts) for place in range(parts + 1)})


def _apart(ends: Sequence[tuple[float, int, str]]) -> list[tuple[float, int, str]]:
    """Labels moved down until none stands on another."""
    placed: list[tuple[float, int, str]] = []
    for y, number, name in sorted(ends):
        low = placed[-1][0] + _GAP if placed else y
        placed.append((max(y, low), number, name))
    over = (placed[-1][0] - (HEIGHT - BOTTOM)) if placed else 0
    return [(y - max(0, over), number, name) for y, number, name in placed]


def _said(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
