"""The space in which papers are searched by meaning, for one process: made of the library's terms, renewed
when papers came. Never waited for: a large library's takes seconds.

It is looked for new papers once a minute, and made as a whole once a day: then it takes up what was revised,
merged or emptied. Terms that an older version of this program did not keep are filled in first, bit by bit.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import flask

from digest.web.desk import desk
from digest.web.renewing import Renewed

if TYPE_CHECKING:
    import datetime as dt

    from digest.core.space import Space
    from digest.store import Store
    from digest.web.desk import Desk

EXTENSION = "digest.spaces"
LOOK_S = 60
SMALL = 2000  # papers: their space is made while the request waits
FILLED_AT_ONCE = 100  # papers in a transaction
PAUSE_S = 0.02  # between two of them: others want to write


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    space: Space
    last: int  # the newest paper in it
    day: dt.date  # on which it was made as a whole


class _Kept:
    """The space of one app, and when it was last compared with the library."""

    def __init__(self) -> None:
        self.renewed: Renewed[_Made] = Renewed()
        self.until = 0.0


def space() -> Space | None:
    """The space of the app that answers; None while a large one is made for the first time."""
    return space_of(desk())


def space_of(here: Desk, *, small: int = SMALL) -> Space | None:
    """See `space`. A library of at most `small` papers is small."""
    kept: _Kept = flask.current_app.extensions.setdefault(EXTENSION, _Kept())
    made = kept.renewed.peek()
    if made is not None and time.monotonic() < kept.until and made.day == here.today:
        return made.space
    last, today = here.store.papers.last_id(), here.today
    state = (last, today)

    def make(before: _Made | None) -> _Made:
        return _make(here.store, before, today=today)

    if last <= small:
        return kept.renewed.get(state, make, tell=here.tell, is_quick=True).space
    kept.until = time.monotonic() + LOOK_S
    kept.renewed.renew(state, make, tell=here.tell)
    return None if made is None else made.space


def _make(store: Store, before: _Made | None, *, today: dt.date) -> _Made:
    from digest.core.space import Space

    while store.terms.fill(limit=FILLED_AT_ONCE):
        time.sleep(PAUSE_S)
    if before is None or before.day != today:
        made = Space.of(store.terms.rows())
    else:
        made = before.space.grown(store.terms.rows(after=before.last))
    return _Made(space=made, last=int(made.ids[-1]) if len(made.ids) else 0, day=today)
