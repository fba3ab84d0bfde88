"""So many requests of a kind from one network, and no more: 429, and when to come back.

Counted in this process's memory: with several processes each counts for itself, and a restart forgets.
"""

from __future__ import annotations

import functools
import math
import time
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import flask

from digest.web.client import client_network
from digest.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from limits import RateLimitItem
    from limits.strategies import RateLimiter

P = ParamSpec("P")
R = TypeVar("R")

EXTENSION = "digest.limits"


def new_limiter() -> RateLimiter:
    """Counts of its own, in memory."""
    from limits.storage import MemoryStorage
    from limits.strategies import FixedWindowRateLimiter

    return FixedWindowRateLimiter(MemoryStorage())


def limited(
    name: str,
    *,
    per_minute: int | None = None,
    per_hour: int | None = None,
    methods: Collection[str] = ("POST",),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a view: at most so many requests of these methods from one network. Views that share a
    `name` share the count."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def limited_view(*args: P.args, **kwargs: P.kwargs) -> R:
            if flask.request.method in methods:
                spend(name, client_network(), per_minute=per_minute, per_hour=per_hour)
            return view(*args, **kwargs)

        return limited_view

    return wrap


def spend(name: str, key: str, *, per_minute: int | None = None, per_hour: int | None = None) -> None:
    """Count one for `key`. Raises Problem 429 where that is one too many."""
    from limits import RateLimitItemPerHour, RateLimitItemPerMinute

    limiter = cast("RateLimiter", flask.current_app.extensions[EXTENSION])
    items: list[RateLimitItem] = []
    if per_minute is not None:
        items.append(RateLimitItemPerMinute(per_minute))
    if per_hour is not None:
        items.append(RateLimitItemPerHour(per_hour))
    for item in items:
        if not limiter.hit(item, name, key):
            reset = limiter.get_window_stats(item, name, key).reset_time
            raise Problem(429, retry_after_s=max(1, math.ceil(reset - time.time())))
