"""Tallies in, SVG out: server-made pictures with a title, a description and direct labels. Knows no page.

Each picture is drawn twice, for a wide screen and for a narrow one, and the stylesheet shows the one that
fits: its letters are as large as those around it. Wide, names stand beside what they name; narrow, above.

Colours come from the stylesheet by class (`series-0` to `series-3`), so that light and dark are its matter.
Bars begin at zero. A picture never carries meaning alone: its figures stand in a table beneath it.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from markupsafe import Markup

from digest.mail.words import shorten

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

HEIGHT, TOP, BOTTOM = 200, 12, 26  # of the plot, with room for the dates beneath it
SERIES = 4  # colours that survive colour blindness; more series than that share the last as "others"
_ROW = 40  # height of a lying bar with its name
_COUNT = 56  # room for the count behind it
_RANKED = 40  # letters of its name
_GAP = 18  # between two labels, so that they do not stand on each other

_End = tuple[float, int, str]  # where a series ends: its height, its number, its name


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture's measures: its width, the room to the left for the scale and to the right for names, how
    many dates are written, how long a name may be. `name` is its class in the stylesheet."""

    name: str
    width: int
    left: int
    right: int
    dates: int
    letters: int

    @property
    def names_above(self) -> bool:
        """Whether names stand above the plot: there is no room for them beside it."""
        return not self.letters


WIDE = Frame(name="wide-plot", width=736, left=44, right=176, dates=5, letters=22)
NARROW = Frame(name="narrow-plot", width=328, left=36, right=8, dates=3, letters=0)


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
    # A label stands beside the part that it names: of the last day that has any.
    labelled = max((place for place, total in enumerate(totals) if total), default=-1)

    def drawn(frame: Frame) -> Markup:
        scale = _Scale(frame, highest=max(totals, default=0), days=len(days))
        marks: list[Markup] = []
        ends: list[_End] = []
        for place in range(len(days)):
            low = 0.0
            for number, one in enumerate(series):
                value = one.values[place]
                if place == labelled:
                    ends.append((scale.y(low + value / 2), number, one.name))
                if not value:
                    continue
                x, y = frame.left + place * scale.step + scale.step * 0.12, scale.y(low + value)
                marks.append(
                    Markup(
                        '<rect class="series-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
                    ).format(number, x, y, scale.step * 0.76, scale.y(low) - y)
                )
                low += value
        return _picture(frame, days, scale, marks, ends, title=title, described=described)

    return drawn(WIDE) + drawn(NARROW)


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

    def drawn(frame: Frame) -> Markup:
        scale = _Scale(frame, highest=max(highest, limit[0] * 1.1 if limit else 0), days=len(days))
        marks: list[Markup] = []
        ends: list[_End] = []
        for number, one in enumerate(series):
            points = " ".join(
                f"{frame.left + (place + 0.5) * scale.step:.1f},{scale.y(value):.1f}"
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
                ).format(frame.left, frame.width - frame.right, y, y, frame.left + 4, y - 4, limit[1])
            )
        return _picture(frame, days, scale, marks, ends, title=title, described=described)

    return drawn(WIDE) + drawn(NARROW)


def ranks(rows: Sequence[tuple[str, int]], *, title: str, described: str) -> Markup:
    """Lying bars, one a row, from zero, each with its name above it and its count behind it."""
    highest = max((count for _, count in rows), default=0) or 1

    def drawn(frame: Frame) -> Markup:
        room = frame.width - max(frame.right, _COUNT)
        marks = Markup("").join(
            Markup(
                '<text class="label" x="0" y="{}">{}</text>'
                '<rect class="series-0" x="0" y="{}" width="{:.1f}" height="8"/>'
                '<text class="scale" x="{:.1f}" y="{}">{:,}</text>'
            ).format(
                place * _ROW + 14,
                shorten(name, _RANKED),
                place * _ROW + 21,
                room * count / highest,
                room * count / highest + 8,
                place * _ROW + 29,
                count,
            )
            for place, (name, count) in enumerate(rows)
        )
        return _framed(frame, max(1, len(rows)) * _ROW, marks, title=title, described=described)

    return drawn(WIDE) + drawn(NARROW)


class _Scale:
    """Values to heights. The top is a round number at or above the highest."""

    def __init__(self, frame: Frame, *, highest: float, days: int) -> None:
        self.top = round_up(highest)
        self.step = (frame.width - frame.left - frame.right) / max(1, days)

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
    frame: Frame,
    days: Sequence[dt.date],
    scale: _Scale,
    marks: Sequence[Markup],
    ends: Sequence[_End],
    *,
    title: str,
    described: str,
) -> Markup:
    axis = Markup("").join(
        Markup(
            '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="scale" text-anchor="end" x="{}" y="{:.1f}">{}</text>'
        ).format(
            frame.left,
            frame.width - frame.right,
            scale.y(value),
            scale.y(value),
            frame.left - 6,
            scale.y(value) + 4,
            _said(value),
        )
        for value in ((0, scale.top) if scale.top in (1, 5) else (0, scale.top / 2, scale.top))
    )
    dates = Markup("").join(
        Markup('<text class="scale" text-anchor="{}" x="{:.1f}" y="{}">{}</text>').format(
            "end" if frame.names_above and place == len(days) - 1 else "middle",
            frame.width - frame.right
            if frame.names_above and place == len(days) - 1
            else frame.left + (place + 0.5) * scale.step,
            HEIGHT - 6,
            f"{days[place].day} {days[place]:%b}",
        )
        for place in _marked(len(days), frame.dates)
    )
    plot = Markup("").join((axis, *marks, dates))
    if not frame.names_above:
        beside = frame.width - frame.right + 8
        named = [(beside, y, number, shorten(name, frame.letters)) for y, number, name in _apart(ends)]
        return _framed(frame, HEIGHT, plot + _names(named), title=title, described=described)
    # One series says its name in the heading.
    rows = [(0, row * _GAP + 8.0, number, name) for row, (_, number, name) in enumerate(ends)]
    above = len(rows) * _GAP if len(rows) > 1 else 0
    lowered = Markup('<g transform="translate(0 {})">{}</g>').format(above, plot)
    names = _names(rows if above else [])
    return _framed(frame, HEIGHT + above, names + lowered, title=title, described=described)


def _names(placed: Sequence[tuple[float, float, int, str]]) -> Markup:
    """The names of series, each behind a mark of its colour."""
    return Markup("").join(
        Markup(
            '<rect class="series-{}" x="{}" y="{:.1f}" width="8" height="8"/>'
            '<text class="label" x="{}" y="{:.1f}">{}</text>'
        ).format(number, x, y - 4, x + 14, y + 4, name)
        for x, y, number, name in placed
    )


def _framed(frame: Frame, height: int, marks: Markup, *, title: str, described: str) -> Markup:
    return Markup(
        '<svg class="plot {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(frame.name, frame.width, height, frame.width, height, title, title, described, marks)


def _marked(days: int, dates: int) -> list[int]:
    """The days whose date is written: the first, the last, a few between."""
    if days <= 1:
        return list(range(days))
    parts = min(dates, days) - 1
    return sorted({round(place * (days - 1) / parts) for place in range(parts + 1)})


def _apart(ends: Sequence[_End]) -> list[_End]:
    """Labels moved down until none stands on another."""
    placed: list[_End] = []
    for y, number, name in sorted(ends):
        low = placed[-1][0] + _GAP if placed else y
        placed.append((max(y, low), number, name))
    over = (placed[-1][0] - (HEIGHT - BOTTOM)) if placed else 0
    return [(y - max(0, over), number, name) for y, number, name in placed]


def _said(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
