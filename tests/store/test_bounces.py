"""Mailboxes that refuse for now: given up after some time, forgiven once they took a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.model import DeliveryEvent, Outcome
from digest.store.bounces import SILENCE_IS_GOOD, SoftBounces
from digest.store.flights import Landing
from digest.store.limits import Limits
from tests.store.test_deliveries import ACCEPTED, composed, reader, slot

if TYPE_CHECKING:
    from digest.store import Store

FULL = Outcome(kind="retry", reason="452 4.2.2 mailbox full", soft=True)
RULE = SoftBounces(count=3, days=4)


def morning(
    store: Store, day: int, *outcomes: Outcome, email: str = "ada@example.org", rule: SoftBounces = RULE
) -> str:
    """A slot of that day, and what the provider said at each attempt."""
    member = store.subscribers.find(email)
    subscriber_id = reader(store, email) if member is None else member.subscriber.id
    delivery_id = composed(store, subscriber_id, day)
    for outcome in outcomes:
        now = slot(day).scheduled_at
        store.flights.claim(
            [(delivery_id, "example.org")], owner="me", provider="null", limits=Limits(), now=now
        )
        landing = Landing(delivery_id=delivery_id, domain="example.org", outcome=outcome)
        store.flights.land([landing], owner="me", provider="null", soft_bounces=rule, now=now)
    return delivery_id


def causes(store: Store, email: str = "ada@example.org") -> list[str]:
    return [one.cause for one in store.suppressions.of(email)]


def test_so_many_in_a_row_over_so_many_days_and_the_mailbox_is_given_up(store: Store) -> None:
    morning(store, 10, FULL)
    morning(store, 12, FULL)
    assert causes(store) == []
    morning(store, 14, FULL)
    (found,) = store.suppressions.of("ada@example.org")
    assert (found.cause, found.email) == ("bounce", "ada@example.org")
    assert found.evidence == "3 soft bounces in a row since 2026-04-10: 452 4.2.2 mailbox full"


def test_many_in_few_days_are_not_enough(store: Store) -> None:
    for day in (10, 11, 12, 13):
        morning(store, day, FULL)
    assert causes(store) == []
    morning(store, 14, FULL)
    assert causes(store) == ["bounce"]


def test_many_attempts_at_one_mail_are_one_bounce(store: Store) -> None:
    morning(store, 10, FULL, FULL, FULL)
    morning(store, 15, FULL)
    assert causes(store) == []


def test_one_that_was_delivered_starts_the_count_anew(store: Store) -> None:
    morning(store, 8, FULL)
    morning(store, 10, FULL)
    delivered = morning(store, 11, ACCEPTED)
    told = DeliveryEvent(
        kind="delivered", teller="mail", name="delivered", at=slot(11).scheduled_at, delivery_id=delivered
    )
    store.events.absorb([told], soft_bounces=RULE, now=slot(11).scheduled_at)
    morning(store, 12, FULL)
    morning(store, 13, FULL)
    assert causes(store) == []
    morning(store, 16, FULL)
    assert causes(store) == ["bounce"]


@pytest.mark.parametrize(
    ("later", "given_up"), [(SILENCE_IS_GOOD.days - 1, True), (SILENCE_IS_GOOD.days, False)]
)
def test_an_accepted_mail_of_which_nothing_bad_was_heard_for_days_was_delivered(
    store: Store, later: int, given_up: bool
) -> None:
    morning(store, 8, FULL)
    morning(store, 9, FULL)
    morning(store, 10, ACCEPTED)
    morning(store, 10 + later, FULL)
    assert causes(store) == (["bounce"] if given_up else [])


def test_a_mail_that_left_at_the_second_attempt_was_no_bounce(store: Store) -> None:
    morning(store, 8, FULL)
    morning(store, 10, FULL)
    morning(store, 14, FULL, ACCEPTED, rule=SoftBounces(count=4, days=0))
    morning(store, 15, FULL)
    assert causes(store) == ["bounce"]  # 8, 10 and 15: of 14 nothing is known yet
    assert "3 soft bounces in a row" in store.suppressions.of("ada@example.org")[0].evidence


def test_bounces_that_are_told_later_count_like_those_that_were_answered(store: Store) -> None:
    for day in (10, 12, 14):
        delivery_id = morning(store, day, ACCEPTED)
        told = DeliveryEvent(
            kind="soft_bounce", teller="sendgrid", name="bounce", at=slot(day).scheduled_at,
            delivery_id=delivery_id, reason="mailbox full",
        )  # fmt: skip
        done = store.events.absorb([told, told], soft_bounces=RULE, now=slot(day).scheduled_at)
    assert done.suppressed == 1
    assert causes(store) == ["bounce"]


def test_a_slot_that_never_left_counts_neither_way(store: Store) -> None:
    morning(store, 10, FULL)
    morning(store, 11)
    morning(store, 12, FULL)
    morning(store, 14, FULL)
    assert causes(store) == ["bounce"]


def test_one_mailbox_is_not_given_up_for_another(store: Store) -> None:
    for day in (10, 12):
        morning(store, day, FULL)
    morning(store, 14, FULL, email="bob@example.org")
    assert (causes(store), causes(store, "bob@example.org")) == ([], [])


def test_who_was_given_up_is_mailed_again_once_an_operator_lifts_it(store: Store) -> None:
    for day in (10, 12, 14):
        morning(store, day, FULL)
    store.suppressions.lift("ada@example.org")
    later = morning(store, 15, ACCEPTED)
    assert store.deliveries.by_id([later])[later].state == "accepted"
