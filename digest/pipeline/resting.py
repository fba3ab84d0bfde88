"""An operator's endpoint that did not answer is left alone for a while, longer each time, also by the next
process. The rules are those of `core.breaker`: 5 minutes, 10, 20, … up to 2 hours."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from digest.core.breaker import Breaker, gate, tripped
from digest.store import facts

if TYPE_CHECKING:
    from digest.store.database import Database


class Resting:
    """Of one endpoint, called by its section in the settings, and of one model: another is not blamed for
    what this one did."""

    def __init__(self, database: Database, section: str, *, model: str) -> None:
        self._database = database
        self._fact = f"{section} rests"
        self._model = model

    def until(self, now: dt.datetime) -> dt.datetime | None:
        """Until when it is left alone; None: it may be asked."""
        breaker = self._read()
        if gate(breaker, now.timestamp()) != "open":
            return None
        return dt.datetime.fromtimestamp(breaker.open_until, dt.UTC)

    def trip(self, now: dt.datetime, *, wait_s: float | None) -> dt.datetime:
        """It did not answer, and perhaps asked for so long; returns until when it is left alone."""
        breaker = tripped(self._read(), now=now.timestamp(), wait_s=wait_s)
        self._write(breaker)
        return dt.datetime.fromtimestamp(breaker.open_until, dt.UTC)

    def mend(self) -> bool:
        """It answered; returns whether it had not, the last time."""
        if not self._read().failures:
            return False
        self._write(Breaker())
        return True

    def _read(self) -> Breaker:
        with self._database.read() as connection:
            kept = facts.get(connection, self._fact)
        said = {} if kept is None else json.loads(kept)
        if said.get("model") != self._model:
            return Breaker()
        return Breaker(failures=said["failures"], open_until=said["open_until"])

    def _write(self, breaker: Breaker) -> None:
        said = {"model": self._model, "failures": breaker.failures, "open_until": breaker.open_until}
        with self._database.begin() as connection:
            facts.put(connection, self._fact, json.dumps(said).encode())
