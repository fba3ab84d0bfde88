"""arXiv over several days, and a reader of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.model import Collection, Position
from tests.sources.arxiv_upstream import Arxiv, paper
from tests.sources.opening import day, opened

if TYPE_CHECKING:
    from tests.http.upstream import Upstream

FRIDAY, SATURDAY, MONDAY, TUESDAY, WEDNESDAY = (
    day(text) for text in ("04-17", "04-18", "04-20", "04-21", "04-22")
)
DAYS = {
    FRIDAY: [paper(10), paper(11, kind="cross", categories=("cs.LG", "cs.CV"))],
    MONDAY: [paper(20), paper(21), paper(22, kind="cross", categories=("cs.LG", "cs.CV"))],
    TUESDAY: [paper(30), paper(20, kind="replace", version=2)],
    WEDNESDAY: [paper(40), paper(30, kind="replace", version=2)],
}


class World:
    """arXiv, and a reader of it that keeps its position."""

    def __init__(self, upstream: Upstream) -> None:
        self.arxiv = Arxiv(upstream, dict(DAYS), FRIDAY)
        self.upstream = upstream
        self.position = Position()

    def look(self, today: dt.date, hour: int = 12, **arguments: object) -> Collection:
        """Collect at that hour (UTC) of that day, and keep the position."""
        self.arxiv.today = today
        self.upstream.asked.clear()
        now = dt.datetime.combine(today, dt.time(hour), dt.UTC)
        wanted = {"now": now, "window_days": 0, **arguments}
        found = opened("arxiv", self.upstream.url).collect(self.position, **wanted)  # type: ignore[arg-type]
        self.position = found.position
        return found

    @property
    def read(self) -> str | None:
        return self.position.get("cs.CV")


def days_of(collection: Collection) -> dict[str, str]:
    """Key and kind → day."""
    return {f"{x.key[-2:]} {x.kind}": f"{x.day:%m-%d}" for x in collection.listings}
