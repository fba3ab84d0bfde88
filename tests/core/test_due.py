from __future__ import annotations

import datetime as dt

import pytest

from digest.core.due import due_slot
from digest.model import Cadence, Slot

DAILY = Cadence(kind="daily")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def slot(now: str, *, cadence: Cadence = DAILY, zone: str = "UTC", send_at: str = "07:00") -> Slot:
    return due_slot(cadence, timezone=zone, send_at=dt.time.fromisoformat(send_at), now=at(now))


def test_slot_is_due_from_its_minute_on() -> None:
    assert slot("2026-04-21T06:59:59+00:00").key == "2026-04-20"
    assert slot("2026-04-21T07:00:00+00:00").key == "2026-04-21"


def test_slot_is_scheduled_in_the_readers_zone_and_told_in_utc() -> None:
    due = slot("2026-04-21T12:00:00+00:00", zone="Asia/Kathmandu")
    assert due.scheduled_at == at("2026-04-21T01:15:00+00:00")
    assert due.scheduled_at.tzinfo is dt.UTC
    assert due.next_at == at("2026-04-22T01:15:00+00:00")


@pytest.mark.parametrize(
    ("now", "key", "following"),
    [
        ("2026-04-24T08:00:00+00:00", "2026-04-24", "2026-04-27T07:00:00+00:00"),
        ("2026-04-26T23:00:00+00:00", "2026-04-24", "2026-04-27T07:00:00+00:00"),
        ("2026-04-27T06:59:00+00:00", "2026-04-24", "2026-04-27T07:00:00+00:00"),
        ("2026-04-27T07:00:00+00:00", "2026-04-27", "2026-04-28T07:00:00+00:00"),
    ],
)
def test_weekdays_leave_the_weekend_out(now: str, key: str, following: str) -> None:
    due = slot(now, cadence=Cadence(kind="weekdays"))
    assert (due.key, due.next_at) == (key, at(following))


def test_weekly_slot_is_named_for_the_iso_week_of_its_day() -> None:
    weekly = Cadence(kind="weekly", weekday=4)
    assert slot("2026-01-01T12:00:00+00:00", cadence=weekly).key == "2025-W52"
    assert slot("2026-01-02T12:00:00+00:00", cadence=weekly).key == "2026-W01"
    assert slot("2027-01-02T12:00:00+00:00", cadence=weekly).key == "2026-W53"


def test_monthly_slot_stands_on_its_day() -> None:
    monthly = Cadence(kind="monthly", month_day=28)
    due = slot("2026-02-28T07:00:00+00:00", cadence=monthly)
    assert (due.key, due.next_at) == ("2026-02", at("2026-03-28T07:00:00+00:00"))
    assert slot("2026-01-05T07:00:00+00:00", cadence=monthly).key == "2025-12"


def test_hour_that_the_clock_skips_becomes_the_first_instant_after_the_gap() -> None:
    due = slot("2026-03-29T12:00:00+00:00", zone="Europe/Berlin", send_at="02:30")
    assert due.scheduled_at == at("2026-03-29T01:00:00+00:00")
    assert slot("2026-03-29T00:59:59+00:00", zone="Europe/Berlin", send_at="02:30").key == "2026-03-28"


def test_gap_of_half_an_hour_ends_after_half_an_hour() -> None:
    # Lord Howe goes from 2:00 to 2:30.
    due = slot("2026-10-04T12:00:00+11:00", zone="Australia/Lord_Howe", send_at="02:10:30.5")
    assert due.scheduled_at == at("2026-10-04T02:30:00+11:00")


def test_hour_that_comes_twice_counts_once_and_first() -> None:
    first = slot("2026-10-25T00:30:00+00:00", zone="Europe/Berlin", send_at="02:30")
    again = slot("2026-10-25T01:30:00+00:00", zone="Europe/Berlin", send_at="02:30")
    assert first == again
    assert first.scheduled_at == at("2026-10-25T00:30:00+00:00")


def test_slot_that_came_before_the_clock_went_back_over_midnight_stays() -> None:
    # Havana: 1 November 2026, 1:00 becomes 0:00 again.
    before = slot("2026-11-01T00:40:00-04:00", zone="America/Havana", send_at="00:30")
    after = slot("2026-11-01T00:10:00-05:00", zone="America/Havana", send_at="00:30")
    assert before.key == after.key == "2026-11-01"


def test_day_that_a_zone_skipped_has_no_daily_slot() -> None:
    due = slot("2011-12-31T05:00:00+14:00", zone="Pacific/Apia")
    assert due.key == "2011-12-29"
    assert due.next_at == at("2011-12-31T07:00:00+14:00")


def test_week_whose_day_a_zone_skipped_is_due_after_the_gap() -> None:
    friday = Cadence(kind="weekly", weekday=4)
    due = slot("2011-12-31T00:00:00+14:00", zone="Pacific/Apia", cadence=friday)
    assert (due.key, due.scheduled_at) == ("2011-W52", at("2011-12-31T00:00:00+14:00"))
    assert due.next_at == at("2012-01-06T07:00:00+14:00")


def test_unknown_zone_is_named() -> None:
    with pytest.raises(ValueError, match='unknown time zone "Europe/Atlantis"'):
        slot("2026-04-21T12:00:00+00:00", zone="Europe/Atlantis")


def test_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="give an aware datetime"):
        slot("2026-04-21T12:00:00")
