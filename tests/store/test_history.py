"""What happened to a delivery, line by line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.errors import UsageError
from digest.model import DeliveryEvent, Outcome
from digest.store import tables
from digest.store.bounces import SoftBounces
from digest.store.ledger import NEXT, history_line, move, read_history
from tests.store.test_deliveries import ACCEPTED, NOW, claim, composed, land, reader

if TYPE_CHECKING:
    from digest.store import Store

MINUTE = dt.timedelta(minutes=1)


def lines(store: Store, delivery_id: str) -> list[tuple[str, str]]:
    return [(what, words) for _, what, words in store.deliveries.history(delivery_id)]


def test_every_change_has_a_line_with_its_reason(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, Outcome(kind="retry", reason="450 busy"))
    claim(store, delivery_id)
    land(store, delivery_id, Outcome(kind="uncertain", reason="no answer"))
    store.deliveries.decide(delivery_id, "accepted", now=NOW)
    assert lines(store, delivery_id) == [
        ("planned", "due 2026-04-21 05:00 UTC"),
        ("composed", ""),
        ("sending", "to null, by me, 1 in flight"),
        ("retry", "450 busy"),
        ("sending", "to null, by me, 1 in flight"),
        ("uncertain", "no answer"),
        ("accepted", "the operator says that it was accepted"),
    ]


def test_what_was_told_stands_between_the_changes_at_its_own_time(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, ACCEPTED, now=NOW + MINUTE)
    told = [
        DeliveryEvent(
            kind=kind,
            teller="sendgrid",
            name=name,
            at=NOW + minutes * MINUTE,
            delivery_id=delivery_id,
            reason=reason,
        )
        for kind, name, minutes, reason in (
            ("delivered", "delivered", 3, ""),
            ("deferred", "deferred", 2, "451 try later"),
            ("unknown", "open", 4, ""),
        )
    ]
    store.events.absorb(told, soft_bounces=SoftBounces(), now=NOW + 5 * MINUTE)
    assert lines(store, delivery_id)[-6:] == [
        ("accepted", "250 ok"),
        ("sendgrid: deferred", "451 try later"),
        ("sendgrid: delivered", ""),
        ("sendgrid: open", ""),
        ("deferred", "sendgrid: deferred"),
        ("delivered", "sendgrid: delivered"),
    ]


def test_a_change_that_did_not_happen_has_no_line(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    before = lines(store, delivery_id)
    land(store, delivery_id, ACCEPTED)
    assert store.deliveries.recall({delivery_id: ACCEPTED}, now=NOW) == []
    with pytest.raises(UsageError, match="it is composed; only what is uncertain"):
        store.deliveries.decide(delivery_id, "abandon", now=NOW)
    assert lines(store, delivery_id) == before


def test_a_change_that_is_undone_takes_its_line_with_it(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    before = lines(store, delivery_id)
    with pytest.raises(ValueError, match="never goes"), store.database.begin() as connection:
        _undone(connection, delivery_id)
    assert lines(store, delivery_id) == before


def _undone(connection: sa.Connection, delivery_id: str) -> None:
    these = tables.deliveries.c.id == delivery_id
    assert move(connection, ("composed",), "sending", these, now=NOW) == [delivery_id]
    move(connection, ("sending",), "planned", these, now=NOW)


@pytest.mark.parametrize("come_from", NEXT)
def test_a_step_that_is_not_in_the_table_cannot_be_written(store: Store, come_from: str) -> None:
    with store.database.begin() as connection:
        for to in set(NEXT) - NEXT[come_from]:  # type: ignore[index]
            with pytest.raises(ValueError, match=f"never goes from {come_from} to {to}"):
                move(connection, (come_from,), to, sa.true(), now=NOW)  # type: ignore[arg-type]


def test_any_words_are_one_line_and_come_back_as_they_were() -> None:
    words = 'two\nlines, "quotes", \\ and \u2028 Zoë'
    history = history_line(NOW, "retry", words) + history_line(NOW + MINUTE, "accepted", "")
    assert history.count("\n") == 2
    assert read_history(history) == [(NOW, "retry", words), (NOW + MINUTE, "accepted", "")]


def test_there_is_no_history_of_what_there_is_not(store: Store) -> None:
    with pytest.raises(UsageError, match="no such delivery"):
        store.deliveries.history("f" * 16)
