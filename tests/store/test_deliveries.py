"""The ledger: what can happen to a slot, and what cannot."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.model import Cadence, Edition, Item, Outcome, Reason, Section, Slot, Subscriber
from digest.store.bounces import SoftBounces
from digest.store.flights import Landing
from digest.store.ledger import NEXT, OPEN, TOLD
from digest.store.limits import Limits
from digest.store.members import Admission

if TYPE_CHECKING:
    from digest.store import Store

NOW = dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)
ACCEPTED = Outcome(kind="accepted", provider_id="250 ok")


def slot(day: int) -> Slot:
    at = dt.datetime(2026, 4, day, 5, tzinfo=dt.UTC)
    return Slot(key=f"2026-04-{day}", scheduled_at=at, next_at=at + dt.timedelta(days=1))


def reader(store: Store, email: str = "ada@example.org") -> int:
    store.subscribers.add(Admission(subscriber=Subscriber(email=email, cadence=Cadence(kind="daily"))))
    member = store.subscribers.find(email)
    assert member is not None
    return member.subscriber.id


def composed(store: Store, subscriber_id: int, day: int, papers: tuple[int, ...] = (1, 2)) -> str:
    """A delivery that only waits to be sent."""
    (delivery_id,) = store.deliveries.plan([(subscriber_id, slot(day))], now=NOW)
    items = tuple(
        Item(paper_id=paper, revision=1, score=50.0, reasons=(Reason(kind="keyword", words="x"),))
        for paper in papers
    )
    edition = Edition(slot=slot(day), sections=(Section(kind="topic", title="T", items=items),), considered=9)
    store.editions.freeze([(delivery_id, subscriber_id, edition)], cut_off=day, made_at=NOW, now=NOW)
    return delivery_id


def claim(store: Store, *ids: str, owner: str = "me") -> list[str]:
    flight = [(delivery_id, "example.org") for delivery_id in ids]
    return list(store.flights.claim(flight, owner=owner, provider="null", limits=Limits(), now=NOW).taken)


def land(
    store: Store,
    delivery_id: str,
    outcome: Outcome,
    *,
    owner: str = "me",
    retry_at: dt.datetime | None = None,
    now: dt.datetime = NOW,
) -> None:
    landing = Landing(delivery_id=delivery_id, domain="example.org", outcome=outcome, retry_at=retry_at)
    store.flights.land([landing], owner=owner, provider="null", soft_bounces=SoftBounces(), now=now)


def state(store: Store, delivery_id: str) -> str:
    return store.deliveries.by_id([delivery_id])[delivery_id].state


def test_a_slot_is_owed_once(store: Store) -> None:
    ada = reader(store)
    assert len(store.deliveries.plan([(ada, slot(21))], now=NOW)) == 1
    assert store.deliveries.plan([(ada, slot(21))], now=NOW) == []


def test_an_older_slot_is_not_owed_after_a_newer_one(store: Store) -> None:
    ada = reader(store)
    store.deliveries.plan([(ada, slot(21))], now=NOW)
    assert store.deliveries.plan([(ada, slot(20))], now=NOW) == []


def test_a_slot_key_that_comes_again_in_another_zone_is_not_owed_again(store: Store) -> None:
    ada = reader(store)
    store.deliveries.plan([(ada, slot(21))], now=NOW)
    later = Slot(
        key="2026-04-21",
        scheduled_at=slot(21).scheduled_at + dt.timedelta(hours=9),
        next_at=slot(21).next_at + dt.timedelta(hours=9),
    )
    assert store.deliveries.plan([(ada, later)], now=NOW) == []


def test_a_new_slot_ends_what_still_waits(store: Store) -> None:
    ada = reader(store)
    yesterday = composed(store, ada, 20)
    store.deliveries.plan([(ada, slot(21))], now=NOW)
    assert state(store, yesterday) == "expired"


def test_what_an_operator_wants_sent_again_outlasts_a_new_slot(store: Store) -> None:
    ada = reader(store)
    yesterday = composed(store, ada, 20)
    claim(store, yesterday)
    land(store, yesterday, Outcome(kind="uncertain"))
    word = slot(21).scheduled_at - dt.timedelta(hours=3)
    store.deliveries.decide(yesterday, "resend", now=word)
    # A schedule that runs once a day comes to both at once.
    run = slot(21).scheduled_at + dt.timedelta(minutes=5)
    store.deliveries.expire(at=run, now=run, give_up=dt.timedelta(hours=48))
    assert len(store.deliveries.plan([(ada, slot(21))], now=run)) == 1
    assert state(store, yesterday) == "retry"
    assert claim(store, yesterday) == [yesterday]


def test_papers_of_an_expired_edition_come_again(store: Store) -> None:
    ada = reader(store)
    composed(store, ada, 20)
    assert store.editions.shown([ada]) == {ada: frozenset({1, 2})}
    assert store.editions.cut_offs([ada]) == {ada: 20}
    store.deliveries.plan([(ada, slot(21))], now=NOW)
    assert store.editions.shown([ada]) == {}
    assert store.editions.cut_offs([ada]) == {}


def test_a_skipped_slot_moves_the_cut_off(store: Store) -> None:
    ada = reader(store)
    (delivery_id,) = store.deliveries.plan([(ada, slot(21))], now=NOW)
    store.editions.freeze([], skipped=[delivery_id], cut_off=77, made_at=NOW, now=NOW)
    assert state(store, delivery_id) == "skipped"
    assert store.editions.cut_offs([ada]) == {ada: 77}


def test_a_delivery_is_claimed_by_one(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    assert claim(store, delivery_id, owner="me") == [delivery_id]
    assert claim(store, delivery_id, owner="you") == []


def test_only_the_owner_settles(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id, owner="me")
    land(store, delivery_id, ACCEPTED, owner="you")
    assert state(store, delivery_id) == "sending"
    land(store, delivery_id, ACCEPTED)
    assert state(store, delivery_id) == "accepted"


def test_a_final_state_stays(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    land(store, delivery_id, ACCEPTED)
    land(store, delivery_id, Outcome(kind="retry"), retry_at=NOW)
    assert state(store, delivery_id) == "accepted"
    assert claim(store, delivery_id) == []


@pytest.mark.parametrize("status", ["left", "paused"])
def test_who_left_after_composing_is_never_handed_over(store: Store, status: str) -> None:
    delivery_id = composed(store, reader(store), 21)
    store.subscribers.set_status("ada@example.org", status, at=NOW)  # type: ignore[arg-type]
    assert claim(store, delivery_id) == []
    assert state(store, delivery_id) == "suppressed"


def test_a_dead_owners_deliveries_are_uncertain_and_stay_so(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id, owner="dead")
    assert store.deliveries.settle_abandoned(lambda owner: owner != "dead", now=NOW) == [delivery_id]
    assert state(store, delivery_id) == "uncertain"
    assert claim(store, delivery_id) == []


def test_a_living_owners_deliveries_are_left_alone(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id, owner="alive")
    assert store.deliveries.settle_abandoned(lambda _: True, now=NOW) == []
    assert state(store, delivery_id) == "sending"


def test_a_retry_waits_for_its_time_by_the_real_clock(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id)
    later = NOW + dt.timedelta(minutes=5)
    land(store, delivery_id, Outcome(kind="retry", reason="busy"), retry_at=later)
    assert store.deliveries.waiting(("composed", "retry"), retry_before=NOW) == []
    (waiting,) = store.deliveries.waiting(("composed", "retry"), retry_before=later)
    assert (waiting.attempts, waiting.reason) == (1, "busy")


def test_every_state_ends_or_goes_on(store: Store) -> None:
    for states in NEXT.values():
        assert states <= set(NEXT)
    assert {one for one, following in NEXT.items() if following} == {*OPEN, "uncertain", *TOLD[:-1]}


def test_an_owner_lives_as_long_as_its_process(store: Store, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from digest.store.owners import Owner\n"
        f"print(Owner(Path({str(tmp_path / 'owners')!r})).id, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        other = process.stdout.readline().strip()
        from digest.store.owners import Owner

        mine = Owner(tmp_path / "owners")
        assert mine.is_alive(other)
        process.kill()
        process.wait()
    assert not mine.is_alive(other)
    mine.close()
    assert list((tmp_path / "owners").iterdir()) == []


def test_the_database_itself_refuses_a_second_row_for_a_slot(store: Store) -> None:
    ada = reader(store)
    store.deliveries.plan([(ada, slot(21))], now=NOW)
    assert store.database.path is not None
    with sqlite3.connect(store.database.path) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(
            "INSERT INTO deliveries (id, subscriber_id, slot, scheduled_at, next_at, state, attempts,"
            " provider, provider_id, reason, owner, updated_at, soft, maybe_sent)"
            " SELECT 'other', subscriber_id, slot, scheduled_at, next_at, state, 0, '', '', '', '',"
            " updated_at, 0, 0 FROM deliveries"
        )
    connection.close()


def test_the_page_shows_the_table_that_the_ledger_moves_by() -> None:
    page = (Path(__file__).parents[2] / "docs" / "delivery.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([\w, ]+|–) \|$", page, flags=re.MULTILINE)
    shown = {before: set(after.split(", ")) - {"–"} for before, after in rows if before in NEXT}
    assert shown == {state: set(following) for state, following in NEXT.items()}


def test_two_slots_whose_ids_are_one_are_two_deliveries(store: Store) -> None:
    ada, bob = reader(store), reader(store, "bob@example.org")
    (first,) = store.deliveries.plan([(ada, slot(21))], now=NOW)
    with store.database.begin() as connection:  # as if bob's slot had that very hash
        hashes = store.database.hashes()
        connection.exec_driver_sql(
            "UPDATE deliveries SET id = ? WHERE id = ?", (hashes.delivery(bob, slot(21).key), first)
        )
    (second,) = store.deliveries.plan([(bob, slot(21))], now=NOW)
    assert second == hashes.delivery(bob, slot(21).key, turn=1)
    assert store.deliveries.count("planned") == 2


def test_a_word_to_send_again_outlasts_a_weekend(store: Store) -> None:
    delivery_id = composed(store, reader(store), 21)
    claim(store, delivery_id, owner="dead")
    store.deliveries.settle_abandoned(lambda _: False, now=NOW)
    store.deliveries.decide(delivery_id, "resend", now=NOW)
    give_up = dt.timedelta(hours=48)
    monday = NOW + dt.timedelta(days=3)
    assert store.deliveries.expire(at=monday, now=monday, give_up=give_up) == []
    assert state(store, delivery_id) == "retry"
    much_later = NOW + dt.timedelta(days=7)
    assert store.deliveries.expire(at=much_later, now=much_later, give_up=give_up) == [delivery_id]
