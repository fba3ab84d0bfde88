"""arXiv's calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources import timetable
from tests.sources.opening import day, moment

START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        ("2026-04-16 17:59", "04-17"),  # Thursday, a minute before the deadline
        ("2026-04-16 18:00", "04-20"),  # and at it: Sunday's mailing, Monday's feed
        ("2026-04-17 17:59", "04-20"),
        ("2026-04-17 18:00", "04-21"),  # Friday after the deadline, and the weekend: Tuesday's feed
        ("2026-04-19 03:00", "04-21"),
        ("2026-04-20 17:59", "04-21"),
        ("2026-04-20 18:00", "04-22"),
        ("2026-01-14 18:59", "01-15"),  # in winter the deadline is at 19:00 UTC
        ("2026-01-14 19:00", "01-16"),
        ("2026-11-24 19:30", "11-27"),  # Thanksgiving's feed is empty
    ],
)
def test_submission_is_announced_on(submitted: str, announced: str) -> None:
    assert timetable.announced_on(moment(submitted)) == day(announced)


@given(MOMENTS)
@settings(max_examples=80)
def test_announcement_and_window_agree(submitted: dt.datetime) -> None:
    announced = timetable.announced_on(submitted)
    start, end = timetable.submission_window(announced)
    assert timetable.is_announcement_day(announced)
    assert start <= submitted < end


@given(MOMENTS)
@settings(max_examples=40)
def test_windows_of_following_announcements_touch(now: dt.datetime) -> None:
    latest = timetable.latest_announcement(now)
    earlier = timetable.previous_announcement(latest)
    assert timetable.submission_window(earlier)[1] == timetable.submission_window(latest)[0]


def test_weekends_and_holidays_announce_nothing() -> None:
    assert not timetable.is_announcement_day(day("04-18"))
    assert not timetable.is_announcement_day(day("04-19"))
    assert not any(timetable.is_announcement_day(day(text)) for text in ("01-01", "07-03", "11-26", "12-31"))
    assert timetable.is_announcement_day(day("12-30"))


def test_holidays_of_2026_are_what_the_rules_for_other_years_give() -> None:
    assert timetable.holidays(2026) == timetable.derived_holidays(2026)


def test_holiday_on_a_weekend_is_kept_on_the_weekday_beside_it() -> None:
    assert dt.date(2027, 7, 5) in timetable.holidays(2027)  # the fourth is a Sunday
    assert dt.date(2027, 12, 24) in timetable.holidays(2027)  # Christmas is a Saturday


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        ("2026-04-21 03:59", "04-20"),  # 23:59 in New York
        ("2026-04-21 04:00", "04-21"),
        ("2026-01-15 04:59", "01-14"),
        ("2026-01-15 05:00", "01-15"),
        ("2026-04-18 12:00", "04-17"),
        ("2026-04-20 03:00", "04-17"),
        ("2026-01-01 12:00", None),
    ],
)
def test_feeds_turn_over_at_midnight_in_new_york(now: str, latest: str | None) -> None:
    expected = day(latest) if latest else dt.date(2025, 12, 30)
    assert timetable.latest_announcement(moment(now)) == expected


def test_announcement_is_overdue_three_hours_past_its_time() -> None:
    assert not timetable.overdue(moment("2026-04-21 06:59"), day("04-21"))
    assert timetable.overdue(moment("2026-04-21 07:00"), day("04-21"))
    assert not timetable.overdue(moment("2026-01-15 07:59"), day("01-15"))
    assert timetable.overdue(moment("2026-01-15 08:00"), day("01-15"))
