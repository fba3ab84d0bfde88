"""A reader who moves about: zones, hours and cadences change between ticks, and mails stay one a slot."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.due import due_slot
from digest.model import Cadence, Subscriber
from digest.store import Store

BEGIN = dt.datetime(2026, 3, 26, tzinfo=dt.UTC)  # over the change of the clocks in Europe
WISHES = st.tuples(
    st.sampled_from(
        ("Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati")
    ),
    st.sampled_from(
        (
            Cadence(kind="daily"),
            Cadence(kind="weekdays"),
            Cadence(kind="weekly", weekday=2),
            Cadence(kind="monthly", month_day=28),
        )
    ),
    st.integers(0, 23),
)


def tick(store: Store, now: dt.datetime) -> list[str]:
    """Plan as the pipeline does; the ids of what is new."""
    slots = [
        (
            member.subscriber.id,
            due_slot(
                member.subscriber.cadence,
                timezone=member.subscriber.timezone,
                send_at=member.subscriber.send_at,
                now=now,
            ),
        )
        for member in store.subscribers.due(now)
    ]
    return store.deliveries.plan(slots, now=now)


@given(st.lists(st.tuples(st.integers(1, 30), st.none() | WISHES), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_whatever_changes_no_slot_comes_twice_and_none_before_its_time(
    steps: list[tuple[int, tuple[str, Cadence, int] | None]],
) -> None:
    reader = Subscriber(email="ada@example.org", timezone="Europe/Berlin")
    now = BEGIN
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/digest.db") as store:
        store.subscribers.synchronise([reader])
        planned = tick(store, now)
        assert len(planned) == 1  # the slot whose hour came last is owed to a new reader
        for hours, wish in steps:
            now += dt.timedelta(hours=hours)
            if wish is not None:
                zone, cadence, hour = wish
                reader = dataclasses.replace(reader, timezone=zone, cadence=cadence, send_at=dt.time(hour))
            store.subscribers.synchronise([reader])
            new = tick(store, now)
            assert len(new) <= 1
            assert tick(store, now) == []
            planned += new
        slots = [delivery.slot for delivery in store.deliveries.by_id(planned).values()]
        assert len({slot.key for slot in slots}) == len(slots)
        times = [store.deliveries.by_id([one])[one].slot.scheduled_at for one in planned]
        assert times == sorted(set(times))
        assert all(at <= now for at in times)


@given(st.lists(st.integers(1, 11), min_size=5, max_size=40))
@settings(max_examples=15, deadline=None)
def test_a_daily_reader_who_stays_gets_every_day_once(steps: list[int]) -> None:
    reader = Subscriber(email="ada@example.org", timezone="Europe/Berlin", send_at=dt.time(2, 30))
    now = BEGIN
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/digest.db") as store:
        store.subscribers.synchronise([reader])
        planned = tick(store, now)
        for hours in steps:
            now += dt.timedelta(hours=hours)
            planned += tick(store, now)
        days = [dt.date.fromisoformat(store.deliveries.by_id([one])[one].slot.key) for one in planned]
        assert days == [days[0] + dt.timedelta(days=number) for number in range(len(days))]
