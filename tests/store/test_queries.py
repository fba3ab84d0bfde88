"""No question to the ledger reads all of it: each statement as it is really sent, and SQLite's own plan."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from digest.store import Store, tables
from digest.store.limits import Limits
from tests.store.test_deliveries import NOW, composed, reader, slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.model import DeliveryState

STATES: tuple[DeliveryState, ...] = ("accepted", "composed", "delivered", "planned", "retry", "uncertain")
DAY = dt.timedelta(days=1)


@pytest.fixture
def ledger(store: Store) -> Store:
    """A ledger of 1,200 deliveries, mostly accepted. Without statistics, for we never gather any, SQLite
    plans for it as for one of a million."""
    rows = [
        {
            "id": f"{number:016x}",
            "subscriber_id": number % 40,
            "slot": f"slot {number}",
            "scheduled_at": NOW - number * DAY,
            "next_at": NOW - number * DAY + DAY,
            "state": STATES[number // 50 % 6] if number % 50 == 0 else "accepted",
            "owner": "somebody",
            "planned_at": NOW,
            "updated_at": NOW,
        }
        for number in range(1200)
    ]
    with store.database.begin() as connection:
        connection.execute(sa.insert(tables.deliveries), rows)
    return store


@contextlib.contextmanager
def plans(store: Store) -> Iterator[list[str]]:
    """The steps of the plans of all statements on `deliveries` that are sent inside."""
    with store.database.read() as connection:
        engine = connection.engine
    sent: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if " deliveries" in statement and not statement.startswith("INSERT"):
            sent.append((statement, parameters))

    steps: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield steps
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)
    assert sent
    with store.database.read() as connection:
        for statement, parameters in sent:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [row.detail for row in plan]


def scans(steps: list[str]) -> list[str]:
    """The steps that read every delivery, be it through an index, unless they walk it in order."""
    return [step for step in steps if step.startswith("SCAN deliveries")]


def sorts(steps: list[str]) -> list[str]:
    return [step for step in steps if "TEMP B-TREE" in step]


@pytest.mark.parametrize("states", [(), ("uncertain",), ("accepted",), ("uncertain", "retry", "accepted")])
def test_a_list_walks_an_index_from_its_newest_end(ledger: Store, states: tuple[DeliveryState, ...]) -> None:
    with plans(ledger) as steps:
        found = ledger.deliveries.latest(states=states, limit=50)
    assert sorts(steps) == []
    walked = "SCAN deliveries USING INDEX deliveries_by_time"
    searched = "SEARCH deliveries USING INDEX deliveries_by_state (state=?)"
    mine = [step for step in steps if " deliveries " in step]
    assert mine == ([searched] * len(states) if states else [walked])
    assert found
    scheduled = [one.slot.scheduled_at for one, _ in found]
    assert scheduled == sorted(scheduled, reverse=True)


@pytest.mark.parametrize("states", [(), ("uncertain",), ("uncertain", "retry")])
def test_a_list_of_one_reader_reads_only_theirs(ledger: Store, states: tuple[DeliveryState, ...]) -> None:
    with plans(ledger) as steps:
        ledger.deliveries.latest(states=states, subscriber_id=7, limit=50)
    assert scans(steps) == []


@pytest.mark.parametrize(
    "wanted", [(), *((state,) for state in STATES), ("uncertain", "planned", "accepted")]
)
@pytest.mark.parametrize("subscriber_id", [None, 0])
@pytest.mark.parametrize("limit", [None, 5])
def test_a_list_holds_the_newest_of_what_was_asked_for(
    store: Store, wanted: tuple[DeliveryState, ...], subscriber_id: int | None, limit: int | None
) -> None:
    rows = [
        (f"{number:016x}", number % 3, NOW - (number * 7 % 60) * DAY, STATES[number % 6])
        for number in range(60)
    ]
    with store.database.begin() as connection:
        connection.execute(
            sa.insert(tables.deliveries),
            [
                {"id": id_, "subscriber_id": whose, "slot": id_, "scheduled_at": at, "next_at": at + DAY,
                 "state": state, "updated_at": NOW}
                for id_, whose, at, state in rows
            ],
        )  # fmt: skip
    found = store.deliveries.latest(states=wanted, subscriber_id=subscriber_id, limit=limit)
    expected = [
        id_
        for id_, whose, _, state in sorted(rows, key=lambda row: row[2], reverse=True)
        if (not wanted or state in wanted) and subscriber_id in (None, whose)
    ][:limit]
    assert [one.id for one, _ in found] == expected


ASKED: dict[str, Callable[[Store], object]] = {
    "waiting": lambda store: store.deliveries.waiting(("composed", "retry")),
    "waiting, whose time has come": lambda store: store.deliveries.waiting(("retry",), retry_before=NOW),
    "waiting, of one reader": lambda store: store.deliveries.waiting(("planned",), subscriber_id=7),
    "open": lambda store: store.deliveries.open_ids(),
    "open, of one reader": lambda store: store.deliveries.open_ids(subscriber_id=7),
    "count": lambda store: store.deliveries.count("uncertain"),
    "by id": lambda store: store.deliveries.by_id([f"{number:016x}" for number in range(700)]),
    "history": lambda store: store.deliveries.history(f"{1:016x}"),
    "settle": lambda store: store.deliveries.decide(f"{250:016x}", "abandon", now=NOW),
    "expire": lambda store: store.deliveries.expire(at=NOW, now=NOW, give_up=2 * DAY),
    "expire, of one reader": lambda store: store.deliveries.expire(
        at=NOW, now=NOW, give_up=DAY, subscriber_id=7
    ),
    "what a dead process sent": lambda store: store.deliveries.settle_abandoned(lambda _: False, now=NOW),
    "other limits": lambda store: store.flights.reconsider(Limits(per_day=1), now=NOW),
    "resend": lambda store: store.deliveries.resend(at=NOW, now=NOW, give_up=DAY),
}


@pytest.mark.parametrize("question", ASKED)
def test_no_question_reads_the_whole_ledger(ledger: Store, question: str) -> None:
    with plans(ledger) as steps:
        ASKED[question](ledger)
    assert steps
    assert scans(steps) == []


def test_planning_composing_and_claiming_read_no_more_than_their_own(store: Store) -> None:
    ada = reader(store)
    with plans(store) as steps:
        first = composed(store, ada, 20)
        store.deliveries.plan([(ada, slot(21))], now=NOW)
        store.flights.claim(
            [(first, "example.org")], owner="me", provider="null", limits=Limits(per_second=5), now=NOW
        )
    assert scans(steps) == []


def test_a_plan_that_reads_everything_would_be_seen(ledger: Store) -> None:
    with plans(ledger) as steps, ledger.database.read() as connection:
        table = tables.deliveries
        connection.execute(sa.select(table.c.id).where(table.c.reason == "x").order_by(table.c.reason)).all()
        connection.execute(sa.select(table.c.id).order_by(table.c.updated_at)).all()
    assert scans(steps)
    assert sorts(steps)
