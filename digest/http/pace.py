"""When a host may be asked again. A host and an interval in, seconds to wait out. Never sleeps itself."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace(Protocol):
    """The turns of all hosts. Safe to call from several threads; a stored one, from several processes."""

    def reserve(self, host: str, min_interval_s: float) -> float:
        """Take the host's next free moment; returns the seconds until then. The moment after it comes
        `min_interval_s` later."""

    def defer(self, host: str, seconds: float) -> None:
        """The host asked not to be asked for so long."""


class MemoryPace:
    """A pace that lasts as long as the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, host: str, min_interval_s: float) -> float:
        """Take the host's next free moment; returns the seconds until then."""
        with self._lock:
            now = self._clock()
            start = max(now, self._free_at.get(host, now))
            self._free_at[host] = start + min_interval_s
        return start - now

    def defer(self, host: str, seconds: float) -> None:
        """The host asked not to be asked for so long."""
        with self._lock:
            until = self._clock() + seconds
            self._free_at[host] = max(until, self._free_at.get(host, until))


def host_key(host: str, port: int) -> str:
    """What takes turns together: arXiv's hosts all as one (its etiquette counts the legacy APIs and the
    feeds together), every other host by name and port.

    >>> host_key("export.arxiv.org", 443), host_key("Example.org.", 80), host_key("notarxiv.org", 443)
    ('arxiv.org', 'example.org:80', 'notarxiv.org:443')
    """
    name = host.lower().rstrip(".")
    if name == "arxiv.org" or name.endswith(".arxiv.org"):
        return "arxiv.org"
    return f"{name}:{port}"
