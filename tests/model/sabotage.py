"""Ledgers that break one promise each: what the search must find, and what it must say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.store.editions import Editions
from digest.store.events import Events
from digest.store.flights import Claim, Flights
from digest.store.ledger import READY, history_line, move
from digest.store.tables import deliveries, subscribers
from tests.model.machine import Machine
from tests.model.rules import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.store import Store
    from digest.store.flights import Landing


class CommitsAfterSending(Machine):
    """The commit of `sending` is moved behind the send."""

    says = "handed over before its claim was committed"

    def wire(self, store: Store) -> None:
        store.flights = _CommitsAfterSending(store.database)


class _CommitsAfterSending(Flights):
    def claim(self, flight: Sequence[tuple[str, str]], **words: Any) -> Claim:
        self._owed = flight, words
        these = deliveries.c.id.in_([delivery_id for delivery_id, _ in flight])
        with self._database.read() as connection:
            query = sa.select(deliveries.c.id).where(these, deliveries.c.state.in_(READY))
            return Claim(taken=tuple(connection.scalars(query)))

    def land(self, landings: Sequence[Landing], **words: Any) -> None:
        flight, owed = self._owed
        super().claim(flight, **owed)
        super().land(landings, **words)


class AsksNobody(Machine):
    """A claim that does not ask whether its reader may still be mailed."""

    says = "mailed against their will"

    def wire(self, store: Store) -> None:
        store.flights = _AsksNobody(store.database)


class _AsksNobody(Flights):
    def claim(self, flight: Sequence[tuple[str, str]], **words: Any) -> Claim:
        these = deliveries.c.id.in_([delivery_id for delivery_id, _ in flight])
        due = sa.or_(deliveries.c.retry_at.is_(None), deliveries.c.retry_at <= words["now"])
        with self._database.begin() as connection:
            return Claim(taken=tuple(_take(connection, these, due, **words)))


class TakesWhatIsTaken(Machine):
    """A claim that does not look at the state: two processes send one mail."""

    says = "went from|handed over before|sending"

    def wire(self, store: Store) -> None:
        store.flights = _TakesWhatIsTaken(store.database)


class _TakesWhatIsTaken(Flights):
    def claim(self, flight: Sequence[tuple[str, str]], **words: Any) -> Claim:
        theirs = deliveries.c.id.in_([delivery_id for delivery_id, _ in flight])
        with self._database.begin() as connection:
            connection.execute(
                sa.update(deliveries)
                .where(theirs, deliveries.c.state.in_(("accepted", "sending")))
                .values(state="retry", history=deliveries.c.history + history_line(words["now"], "retry", ""))
            )
        return super().claim(flight, **words)


def _take(connection: sa.Connection, *conditions: sa.ColumnElement[bool], **words: Any) -> list[str]:
    return move(
        connection, READY, "sending", *conditions, now=words["now"], owner=words["owner"],
        provider=words["provider"], attempts=deliveries.c.attempts + 1, soft=False,
        address_hash=sa.select(subscribers.c.address_hash)
        .where(subscribers.c.id == deliveries.c.subscriber_id)
        .scalar_subquery(),
    )  # fmt: skip


class ForgetsWhatWasShown(Machine):
    """Nobody remembers what a reader has been shown."""

    says = "shows papers that its reader had"

    def wire(self, store: Store) -> None:
        store.editions = _ForgetsWhatWasShown(store.database)


class _ForgetsWhatWasShown(Editions):
    def shown(self, *_words: Any, **_keys: Any) -> dict[int, frozenset[int]]:
        return {}

    def cut_offs(self, *_words: Any, **_keys: Any) -> dict[int, int]:
        return {}


class BelievesTheLastWord(Machine):
    """Of what is told, the last word counts, whatever was known."""

    says = "went from"

    def wire(self, store: Store) -> None:
        store.events = _BelievesTheLastWord(store.database, store.database.hashes())


class _BelievesTheLastWord(Events):
    def absorb(self, events: Sequence[Any], **words: Any) -> Any:
        done = super().absorb(events, **words)
        with self._database.begin() as connection:
            for event in events:
                state = EVENTS[event.kind]
                line = history_line(words["now"], state, "")  # type: ignore[arg-type]
                connection.execute(
                    sa.update(deliveries)
                    .where(deliveries.c.id == event.delivery_id, bool(state))
                    .where(deliveries.c.state.not_in(("planned", "composed", state)))
                    .values(state=state, history=deliveries.c.history + line)
                )
        return done


SABOTAGES = (
    CommitsAfterSending,
    AsksNobody,
    TakesWhatIsTaken,
    ForgetsWhatWasShown,
    BelievesTheLastWord,
)
