"""What is told later: in any order, any number of times, about anything."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING, get_args

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import DeliveryEvent, EventKind, Outcome
from digest.store import tables
from digest.store.bounces import SoftBounces
from digest.store.events import Absorbed
from digest.store.members import Admission
from tests.store.test_deliveries import ACCEPTED, NOW, claim, composed, land, reader, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.store import Store

KINDS: tuple[EventKind, ...] = get_args(EventKind)
RULE = SoftBounces(count=1, days=0)
NUMBERS = itertools.count()


def event(delivery_id: str, kind: EventKind, *, hours: int = 1, reason: str = "") -> DeliveryEvent:
    at = NOW + dt.timedelta(hours=hours)
    return DeliveryEvent(
        kind=kind, teller="sendgrid", name=kind, at=at, delivery_id=delivery_id, reason=reason
    )


def absorb(store: Store, *events: DeliveryEvent) -> Absorbed:
    return store.events.absorb(events, soft_bounces=SoftBounces(), now=NOW + dt.timedelta(days=1))


def sent(store: Store, outcome: Outcome | None = ACCEPTED, *, email: str = "ada@example.org") -> str:
    """A delivery that was handed over; without an outcome, it is on its way."""
    delivery_id = composed(store, reader(store, email), 21)
    claim(store, delivery_id)
    if outcome is not None:
        land(store, delivery_id, outcome)
    return delivery_id


def causes(store: Store, email: str = "ada@example.org") -> set[str]:
    return {one.cause for one in store.suppressions.of(email)}


@pytest.mark.parametrize(
    ("kind", "then", "cause"),
    [
        ("processed", "accepted", None),
        ("deferred", "deferred", None),
        ("delivered", "delivered", None),
        ("dropped", "dropped", None),
        ("soft_bounce", "bounced", None),
        ("hard_bounce", "bounced", "bounce"),
        ("complaint", "complained", "complaint"),
        ("unsubscribe", "accepted", "unsubscribe"),
        ("unknown", "accepted", None),
    ],
)
def test_an_event_says_what_became_of_a_mail_and_whom_to_leave_alone(
    store: Store, kind: EventKind, then: str, cause: str | None
) -> None:
    delivery_id = sent(store)
    absorb(store, event(delivery_id, kind))
    assert state(store, delivery_id) == then
    assert causes(store) == ({cause} if cause else set())


@pytest.mark.parametrize("before", ["sending", "retry", "uncertain"])
@pytest.mark.parametrize("kind", ["processed", "deferred", "delivered", "complaint"])
def test_an_event_proves_that_the_provider_had_the_mail_after_all(
    store: Store, before: str, kind: EventKind
) -> None:
    outcomes = {"retry": Outcome(kind="retry"), "uncertain": Outcome(kind="uncertain")}
    delivery_id = sent(store, outcomes.get(before))
    absorb(store, event(delivery_id, kind))
    after = state(store, delivery_id)
    assert after in ("accepted", "deferred", "delivered", "complained")
    land(store, delivery_id, Outcome(kind="retry", reason="too late to be true"))
    assert claim(store, delivery_id) == []
    assert state(store, delivery_id) == after


@pytest.mark.parametrize("final", ["rejected", "suppressed"])
def test_a_final_state_is_not_left_for_an_event(store: Store, final: str) -> None:
    delivery_id = sent(store, Outcome(kind=final, reason="so it is"))  # type: ignore[arg-type]
    absorb(store, *(event(delivery_id, kind) for kind in KINDS))
    assert state(store, delivery_id) == final


def test_an_event_is_kept_once_however_often_it_comes(store: Store) -> None:
    delivery_id = sent(store)
    delivered, bounced = event(delivery_id, "delivered"), event(delivery_id, "hard_bounce", hours=2)
    assert absorb(store, delivered, delivered, bounced) == Absorbed(new=2, moved=2, suppressed=1)
    assert absorb(store, bounced, delivered) == Absorbed()
    again = event(delivery_id, "delivered", hours=3)  # the same word at another time is another event
    assert absorb(store, again) == Absorbed(new=1)
    assert state(store, delivery_id) == "bounced"


def test_an_event_of_no_delivery_of_ours_is_kept_and_changes_nothing(store: Store) -> None:
    delivery_id = sent(store)
    assert absorb(store, event("f" * 16, "hard_bounce"), event("", "complaint")) == Absorbed(new=2, foreign=2)
    assert (state(store, delivery_id), causes(store)) == ("accepted", set())
    with store.database.read() as connection:
        kept = connection.scalar(sa.select(sa.func.count()).select_from(tables.delivery_events))
    assert kept == 2


def test_who_unsubscribes_at_the_provider_has_left(store: Store) -> None:
    absorb(store, event(sent(store), "unsubscribe"))
    member = store.subscribers.find("ada@example.org")
    assert member is not None
    assert (member.status, member.left_at) == ("left", NOW + dt.timedelta(days=1))


def test_the_answer_tells_no_news_after_the_event(store: Store) -> None:
    delivery_id = sent(store, None)
    absorb(store, event(delivery_id, "hard_bounce"))
    land(store, delivery_id, ACCEPTED)
    assert state(store, delivery_id) == "bounced"


def test_an_event_of_what_was_never_claimed_here_is_no_word_on_a_mailbox(store: Store) -> None:
    """As after a backup was restored: the ledger knows less than the provider."""
    delivery_id = composed(store, reader(store), 21)
    done = store.events.absorb([event(delivery_id, "soft_bounce")], soft_bounces=RULE, now=NOW)
    assert (done.new, done.suppressed) == (1, 0)
    assert causes(store) == set()


def _facts(store: Store, delivery_id: str, email: str) -> tuple[object, ...]:
    member = store.subscribers.find(email)
    assert member is not None
    with store.database.read() as connection:
        table = tables.deliveries
        soft = connection.scalar(sa.select(table.c.soft).where(table.c.id == delivery_id))
    return state(store, delivery_id), soft, causes(store, email), member.status


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[tuple[EventKind, int]], list[list[tuple[EventKind, int]]]]:
    """Events as they happened, and the same again in another order, repeated, in batches."""
    happened = draw(
        st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3)), min_size=1, max_size=6, unique=True)
    )
    told = draw(st.permutations(happened + draw(st.lists(st.sampled_from(happened), max_size=4))))
    cut = draw(st.integers(0, len(told)))
    return happened, [told[:cut], told[cut:]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(telling=tellings(), before=st.sampled_from(["sending", "accepted", "retry", "soft", "uncertain"]))
def test_any_order_of_events_ends_alike(
    store: Store,
    telling: tuple[list[tuple[EventKind, int]], Sequence[list[tuple[EventKind, int]]]],
    before: str,
) -> None:
    outcomes = {
        "accepted": ACCEPTED,
        "retry": Outcome(kind="retry"),
        "soft": Outcome(kind="retry", soft=True),
        "uncertain": Outcome(kind="uncertain"),
    }
    happened, batches = telling
    found = []
    for batch in ([happened], batches):
        email = f"r{next(NUMBERS)}@example.org"
        delivery_id = sent(store, outcomes.get(before), email=email)
        for part in batch:
            events = [event(delivery_id, kind, hours=hours) for kind, hours in part]
            store.events.absorb(events, soft_bounces=RULE, now=NOW)
        found.append(_facts(store, delivery_id, email))
    assert found[0] == found[1]


def test_of_an_erased_person_an_event_keeps_nothing(store: Store) -> None:
    delivery_id = sent(store)
    store.subscribers.erase("ada@example.org", at=NOW)
    late = dataclasses.replace(
        event(delivery_id, "delivered", reason="to ada@example.org"), body='{"email": "ada@example.org"}'
    )
    assert absorb(store, late) == Absorbed(new=1, foreign=1)
    with store.database.read() as connection:
        rows = connection.execute(sa.select(tables.delivery_events)).all()
    assert "ada@" not in str(rows)
    assert "example.org" not in str(rows)


def test_a_wish_to_leave_that_is_older_than_the_consent_is_past(store: Store) -> None:
    delivery_id = sent(store)
    store.subscribers.set_status("ada@example.org", "left", at=NOW)
    store.subscribers.set_status("ada@example.org", "active")
    member = store.subscribers.find("ada@example.org")
    assert member is not None
    again = NOW + dt.timedelta(hours=2)
    store.subscribers.add(
        Admission(subscriber=member.subscriber, agreed_at=again, agreed_where="the lab's list")
    )
    absorb(store, event(delivery_id, "unsubscribe", hours=1))
    assert causes(store) == set()
    absorb(store, event(delivery_id, "unsubscribe", hours=3))
    assert causes(store) == {"unsubscribe"}
