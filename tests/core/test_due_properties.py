from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.due import due_slot
from digest.model import Cadence, Slot

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
    "Pacific/Kwajalein", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Tehran",
    "Pacific/Chatham", "America/St_Johns", "Antarctica/Troll", "Pacific/Kiritimati", "Africa/Monrovia",
)  # fmt: skip
# Days on which something unusual happened to a zone's clock, so that examples meet them often.
CHANGES = (
    "2011-12-29", "2011-12-30", "2011-12-31", "1993-08-20", "1993-08-21", "2026-03-28", "2026-03-29",
    "2026-10-24", "2026-10-25", "2026-03-08", "2026-11-01", "2018-11-03", "2018-11-04", "2018-02-17",
    "2026-04-04", "2026-10-03", "2026-04-24", "1994-12-31", "1995-01-01", "1972-01-07",
)  # fmt: skip

zones = st.sampled_from(ZONES)
cadences = st.one_of(
    st.just(Cadence(kind="daily")),
    st.just(Cadence(kind="weekdays")),
    st.builds(Cadence, kind=st.just("weekly"), weekday=st.integers(0, 6)),
    st.builds(Cadence, kind=st.just("monthly"), month_day=st.integers(1, 28)),
)
hours = st.one_of(
    st.sampled_from([dt.time(0), dt.time(0, 15), dt.time(2), dt.time(2, 30), dt.time(23, 59)]), st.times()
)
instants = st.one_of(
    st.integers(10**6, 21 * 10**8).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
    st.builds(
        lambda day, hours: dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC) + dt.timedelta(hours=hours),
        st.sampled_from(CHANGES),
        st.floats(-30, 54),
    ),
)
check = settings(max_examples=150, deadline=None)


def due(cadence: Cadence, zone: str, send_at: dt.time, now: dt.datetime) -> Slot:
    return due_slot(cadence, timezone=zone, send_at=send_at, now=now)


@check
@given(cadences, zones, hours, instants)
def test_now_lies_within_its_slot(cadence: Cadence, zone: str, send_at: dt.time, now: dt.datetime) -> None:
    slot = due(cadence, zone, send_at, now)
    assert slot.scheduled_at <= now < slot.next_at


@check
@given(cadences, zones, hours, instants)
def test_slots_follow_one_another_without_gap_or_overlap(
    cadence: Cadence, zone: str, send_at: dt.time, now: dt.datetime
) -> None:
    slot = due(cadence, zone, send_at, now)
    tick = dt.timedelta(microseconds=1)
    assert due(cadence, zone, send_at, slot.scheduled_at) == slot
    assert due(cadence, zone, send_at, slot.next_at - tick) == slot
    following = due(cadence, zone, send_at, slot.next_at)
    assert following.scheduled_at == slot.next_at
    assert following.key > slot.key
    previous = due(cadence, zone, send_at, slot.scheduled_at - tick)
    assert previous.next_at == slot.scheduled_at
    assert previous.key < slot.key


@check
@given(cadences, zones, hours, instants, st.timedeltas(dt.timedelta(0), dt.timedelta(days=70)))
def test_later_never_means_an_earlier_slot(
    cadence: Cadence, zone: str, send_at: dt.time, now: dt.datetime, later: dt.timedelta
) -> None:
    first, second = due(cadence, zone, send_at, now), due(cadence, zone, send_at, now + later)
    assert (first.key, first.scheduled_at) <= (second.key, second.scheduled_at)
    assert (first.key == second.key) == (first == second)


@check
@given(zones, hours, instants)
def test_every_local_day_has_one_daily_slot(zone: str, send_at: dt.time, now: dt.datetime) -> None:
    daily = Cadence(kind="daily")
    hour = dt.timedelta(minutes=15)
    local = ZoneInfo(zone)
    days = sorted({(now + step * hour).astimezone(local).date().isoformat() for step in range(5 * 96)})
    keys = []
    slot = due(daily, zone, send_at, now - dt.timedelta(days=2))
    while slot.scheduled_at < now + dt.timedelta(days=8):
        keys.append(slot.key)
        slot = due(daily, zone, send_at, slot.next_at)
    assert [key for key in keys if days[0] <= key <= days[-1]] == days


@check
@given(cadences, zones, hours, instants)
def test_slot_is_scheduled_at_its_local_hour_or_right_after_a_gap(
    cadence: Cadence, zone: str, send_at: dt.time, now: dt.datetime
) -> None:
    scheduled_at = due(cadence, zone, send_at, now).scheduled_at
    local = scheduled_at.astimezone(ZoneInfo(zone))
    just_before = (scheduled_at - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert local.time() == send_at.replace(fold=0) or local.utcoffset() > just_before.utcoffset()
    assert local.fold == 0
