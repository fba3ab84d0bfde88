"""Sources, opened as a run opens them, by a clock that takes no time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from digest.http import Client, MemoryPace
from digest.sources import open_source
from tests.http.times import Time

if TYPE_CHECKING:
    from digest.ports import Source


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a `[[sources]]` table may say."""

    kind: str
    name: str = ""
    base_url: str | None = None
    api_url: str | None = None
    url: str | None = None
    categories: tuple[str, ...] = ("cs.CV",)
    include: tuple[Literal["new", "cross"], ...] = ("new", "cross")
    min_interval_s: float | None = None
    timeout_s: float = 20.0
    allow_private_address: bool = True


def opened(kind: str, url: str, **fields: Any) -> Source:
    """A source of that kind that reads from `url` and never waits in earnest."""
    time = Time()
    client = Client(user_agent="test", pace=MemoryPace(time.clock), sleep=time.sleep)
    where = {"url": url} if kind == "feed" else {"base_url": url}
    if kind == "arxiv":
        where["api_url"] = f"{url}/api/query"
    return open_source(Settings(**{"kind": kind, "name": kind, **where, **fields}), client)


def moment(text: str) -> dt.datetime:
    """`2026-04-21 12:00`, in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def day(text: str) -> dt.date:
    """`04-21`, of 2026."""
    return dt.date.fromisoformat(f"2026-{text}")
