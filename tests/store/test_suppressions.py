"""Whom nobody mails: for which cause, for how long, and whatever else is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.errors import UsageError
from digest.model import Cadence, Subscriber
from digest.store import Store, tables
from digest.store.members import Admission
from digest.store.suppressions import Suppression
from tests.store.test_deliveries import NOW, claim, composed, reader, slot, state

if TYPE_CHECKING:
    from pathlib import Path

ADA = "ada@example.org"
CAUSES = ["bounce", "complaint", "unsubscribe", "operator"]


def suppression(cause: str = "operator", *, email: str = ADA, evidence: str = "") -> Suppression:
    return Suppression(email=email, cause=cause, at=NOW, evidence=evidence)  # type: ignore[arg-type]


def causes(store: Store, email: str = ADA) -> list[str]:
    return [one.cause for one in store.suppressions.of(email)]


def admit(store: Store, email: str = ADA) -> str:
    (became,) = store.subscribers.add_all([Admission(subscriber=Subscriber(email=email))])
    return became


@pytest.mark.parametrize("cause", CAUSES)
def test_a_suppressed_reader_is_not_due_and_owed_nothing(store: Store, cause: str) -> None:
    ada = reader(store)
    store.suppressions.add([suppression(cause)])
    assert store.subscribers.due(NOW) == []
    assert store.subscribers.next_due_at() is None
    assert store.deliveries.plan([(ada, slot(21))], now=NOW) == []


@pytest.mark.parametrize("cause", CAUSES)
def test_a_suppression_after_planning_stops_the_mail_in_the_claim(store: Store, cause: str) -> None:
    delivery_id = composed(store, reader(store), 21)
    store.suppressions.add([suppression(cause)])
    assert claim(store, delivery_id) == []
    (line,) = [words for _, what, words in store.deliveries.history(delivery_id) if what == "suppressed"]
    assert line == "the address is suppressed"


def test_the_case_of_an_address_makes_no_other_mailbox(store: Store) -> None:
    store.suppressions.add([suppression(email="Ada@EXAMPLE.org")])
    assert causes(store, "aDA@example.org") == ["operator"]
    assert admit(store, "ADA@example.ORG") == "suppressed"


def test_each_cause_is_kept_with_its_first_evidence_and_lifted_by_itself(store: Store) -> None:
    assert (
        store.suppressions.add([suppression("bounce", evidence="550 first"), suppression("complaint")]) == 2
    )
    assert store.suppressions.add([suppression("bounce", evidence="550 second")]) == 0
    assert [one.evidence for one in store.suppressions.everyone(cause="bounce")] == ["550 first"]
    assert store.suppressions.lift(ADA, cause="bounce") == 1
    assert causes(store) == ["complaint"]
    assert store.suppressions.lift(ADA) == 1
    assert causes(store) == []
    assert store.suppressions.lift(ADA) == 0


def test_it_outlives_the_reader_and_an_import(store: Store) -> None:
    reader(store)
    store.suppressions.add([suppression("complaint", evidence="to whom@example.org")])
    assert store.subscribers.erase(ADA, at=NOW)
    assert [(one.email, one.evidence) for one in store.suppressions.of(ADA)] == [("", "")] * 2
    assert sorted(causes(store)) == ["complaint", "unsubscribe"]
    assert admit(store) == "left"
    assert store.subscribers.synchronise([Subscriber(email=ADA, cadence=Cadence(kind="daily"))]) == [ADA]
    assert store.subscribers.everyone() == []


def test_nothing_of_an_erased_address_can_be_read_in_the_file(store: Store, tmp_path: Path) -> None:
    email = "unmistakable@example.org"
    delivery_id = composed(store, reader(store, email), 21)
    claim(store, delivery_id)
    store.suppressions.add([suppression("bounce", email=email, evidence=f"550 no {email}")])
    store.subscribers.erase(email, at=NOW)
    with store.database.read() as connection:
        text = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert "unmistakable" not in text
    assert causes(store, email) == ["bounce", "unsubscribe"]


def test_erasing_one_whom_nobody_knows_any_more_forgets_the_address_alone(store: Store) -> None:
    store.suppressions.add([suppression("bounce", evidence=f"550 no {ADA}")])
    assert not store.subscribers.erase(ADA, at=NOW)
    assert [(one.email, one.cause) for one in store.suppressions.everyone()] == [("", "bounce")]


def test_the_hash_is_found_again_after_reopening_and_not_in_another_database(
    store: Store, tmp_path: Path
) -> None:
    store.suppressions.add([suppression()])
    store.subscribers.erase(ADA, at=NOW)
    with Store.open(f"sqlite:///{store.database.path}") as again:
        assert causes(again) == ["operator"]
    with Store.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        other.suppressions.add([suppression()])
        hashes = []
        for one in (store, other):
            with one.database.read() as connection:
                hashes.append(connection.scalar(sa.select(tables.suppressions.c.address_hash)))
    assert hashes[0] != hashes[1]


def test_who_leaves_is_suppressed_and_who_comes_back_is_not(store: Store) -> None:
    reader(store)
    store.subscribers.set_status(ADA, "left", at=NOW, evidence="by the link")
    assert [(one.cause, one.evidence) for one in store.suppressions.of(ADA)] == [
        ("unsubscribe", "by the link")
    ]
    assert store.subscribers.set_status(ADA, "active").status == "active"
    assert causes(store) == []


def test_who_bounced_does_not_come_back_by_resuming(store: Store) -> None:
    reader(store)
    store.subscribers.set_status(ADA, "left", at=NOW)
    store.suppressions.add([suppression("bounce")])
    with pytest.raises(UsageError, match=r"suppressed \(bounce\)"):
        store.subscribers.set_status(ADA, "active")
    assert sorted(causes(store)) == ["bounce", "unsubscribe"]
    member = store.subscribers.find(ADA)
    assert member is not None
    assert member.status == "left"


def test_who_was_lifted_gets_the_next_slot_and_not_the_one_that_was_stopped(store: Store) -> None:
    ada = reader(store)
    stopped = composed(store, ada, 21)
    store.suppressions.add([suppression()])
    claim(store, stopped)
    store.suppressions.lift(ADA)
    assert store.deliveries.plan([(ada, slot(21))], now=NOW) == []
    following = composed(store, ada, 22)
    assert claim(store, stopped, following) == [following]
    assert state(store, stopped) == "suppressed"
