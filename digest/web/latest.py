"""The day of the latest papers, for pages that show those where nothing came today; asked once a minute."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import TYPE_CHECKING, cast

import flask
import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import tables
from digest.web.desk import desk

if TYPE_CHECKING:
    import datetime as dt

EXTENSION = "digest.latest"
KEPT_S = 60


@dataclasses.dataclass(slots=True)
class Latest:
    """What was found, and when to look again."""

    day: dt.date | None = None
    until: float = 0.0


def latest_day() -> dt.date:
    """The newest day on which a paper was listed; today in an empty library, and what was last known where
    the database refuses."""
    kept = cast("Latest", flask.current_app.extensions[EXTENSION])
    if time.monotonic() >= kept.until:
        with contextlib.suppress(StoreError), desk().store.database.read() as connection:
            kept.day = connection.scalar(sa.select(sa.func.max(tables.papers.c.first_listed)))
        kept.until = time.monotonic() + KEPT_S
    return kept.day or desk().today
