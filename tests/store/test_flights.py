"""Claims and landings: who may take a delivery, when, and what follows from each answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.model import Outcome
from digest.store import Store
from digest.store.limits import Hold, Limits
from digest.store.suppressions import Suppression
from tests.pipeline.test_deliver import ACCEPTED, ToldMailer, works
from tests.pipeline.test_deliver import NOW as MORNING
from tests.store.test_deliveries import NOW, claim, composed, land, reader, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.model import Message
    from digest.pipeline.works import Works

__all__ = ["works"]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def second(store: Store) -> Iterator[Store]:
    """Another process's store, on the same file."""
    with Store.open(f"sqlite:///{store.database.path}") as opened:
        yield opened


def claim_at(store: Store, *ids: str, now: dt.datetime, limits: Limits | None = None) -> tuple[str, ...]:
    flight = [(delivery_id, "example.org") for delivery_id in ids]
    return store.flights.claim(flight, owner="me", provider="null", limits=limits or Limits(), now=now).taken


def test_sending_is_committed_with_its_attempt_before_the_provider_is_asked(works: Works) -> None:
    seen: list[tuple[str, int, str]] = []

    def answer(message: Message) -> Outcome:
        with sqlite3.connect(f"file:{works.store.database.path}?mode=ro", uri=True) as other:
            row = other.execute(
                "SELECT state, attempts, provider FROM deliveries WHERE id = ?", [message.delivery_id]
            )
            seen.append(row.fetchone())
        other.close()
        return ACCEPTED

    assert pipeline.run(dataclasses.replace(works, mailer=ToldMailer(answer)), now=MORNING).accepted == 20
    assert seen == [("sending", 1, "told")] * 20


def test_a_claim_is_one_processes_alone(store: Store, second: Store) -> None:
    ids = [composed(store, reader(store, f"r{n}@example.org"), 21) for n in range(4)]
    assert sorted(claim(store, *ids[:3], owner="me")) == sorted(ids[:3])
    assert claim(second, *ids, owner="you") == ids[3:]
    land(second, ids[0], Outcome(kind="rejected"), owner="you")
    assert [state(store, one) for one in ids] == ["sending"] * 4


@pytest.mark.parametrize("cause", ["bounce", "complaint", "unsubscribe", "operator"])
def test_a_suppressed_address_is_not_claimed(store: Store, cause: str) -> None:
    delivery_id = composed(store, reader(store), 21)
    store.suppressions.add([Suppression(email="ADA@example.org", cause=cause, at=NOW)])  # type: ignore[arg-type]
    assert claim(store, delivery_id) == []
    assert state(store, delivery_id) == "suppressed"


def test_an_erased_reader_is_not_claimed(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    store.subscribers.erase("ada@example.org", at=NOW)
    assert claim(store, delivery_id) == []
    assert store.deliveries.by_id([delivery_id]) == {}


def test_a_delivery_that_another_process_put_off_is_not_claimed_before_its_time(
    store: Store, second: Store
) -> None:
    delivery_id = composed(store, reader(store), 21)
    (listed,) = store.deliveries.waiting(("composed", "retry"), retry_before=NOW)  # by the slower process
    claim(second, delivery_id, owner="you")
    land(second, delivery_id, Outcome(kind="retry", reason="450"), owner="you", retry_at=NOW + HOUR)
    assert claim(store, listed.id) == []
    assert claim_at(store, listed.id, now=NOW + HOUR) == (delivery_id,)


def test_what_was_never_an_attempt_is_not_counted_as_one(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, Outcome(kind="retry", reason="429", stop=True))
    assert store.deliveries.by_id([delivery_id])[delivery_id].attempts == 0
    claim(store, delivery_id)
    land(store, delivery_id, Outcome(kind="retry", reason="450"))
    assert store.deliveries.by_id([delivery_id])[delivery_id].attempts == 1


def test_an_address_that_is_refused_for_good_is_suppressed_with_the_answer(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, Outcome(kind="suppressed", reason="550 5.1.1 no such user"))
    (found,) = store.suppressions.of("ada@example.org")
    assert (found.cause, found.at, found.evidence) == ("bounce", NOW, "550 5.1.1 no such user")


def test_an_answer_for_a_reader_who_was_erased_meanwhile_leaves_no_trace(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    store.subscribers.erase("ada@example.org", at=NOW)
    land(store, delivery_id, Outcome(kind="suppressed", reason="550 5.1.1 no ada@example.org"))
    (found,) = store.suppressions.of("ada@example.org")
    assert (found.email, found.cause, found.evidence) == ("", "unsubscribe", "")


def hold(until: dt.datetime) -> Hold:
    return Hold(until=until, reason="example.org is left alone", reach="domain")


def test_what_is_held_back_waits_with_the_reason_for_people_to_read(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    store.flights.postpone({delivery_id: hold(NOW + HOUR)}, now=NOW)
    found = store.deliveries.by_id([delivery_id])[delivery_id]
    assert (found.state, found.retry_at, found.reason) == (
        "composed", NOW + HOUR, "example.org is left alone"
    )  # fmt: skip


def test_holding_back_never_shortens_what_an_answer_asked_for(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, Outcome(kind="retry", reason="450"), retry_at=NOW + 2 * HOUR)
    store.flights.postpone({delivery_id: hold(NOW + HOUR)}, now=NOW)
    found = store.deliveries.by_id([delivery_id])[delivery_id]
    assert (found.retry_at, found.reason) == (NOW + 2 * HOUR, "450")


def test_what_has_left_is_not_held_back(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, ACCEPTED)
    store.flights.postpone({delivery_id: hold(NOW + HOUR)}, now=NOW)
    found = store.deliveries.by_id([delivery_id])[delivery_id]
    assert (found.state, found.retry_at, found.reason) == ("accepted", None, "")
