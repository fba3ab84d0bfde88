"""The sample sources keep the promises of a source."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.demo.samples import SampleSourceName, sample_listings
from digest.demo.source import ANNOUNCED_AT, SampleSource, sample_sources
from digest.model import Position

NAMES: tuple[SampleSourceName, ...] = ("arxiv", "huggingface", "feed")
MONDAY = dt.datetime(2026, 4, 20, tzinfo=dt.UTC)
BEFORE, AFTER = MONDAY - dt.timedelta(days=1), MONDAY + dt.timedelta(days=2, hours=20)

any_source = pytest.mark.parametrize("name", NAMES)


def test_there_is_one_source_for_each_name() -> None:
    assert sorted(source.name for source in sample_sources()) == sorted(NAMES)
    assert all("samples" in source.title for source in sample_sources())


@any_source
def test_a_day_is_there_from_its_hour_on(name: SampleSourceName) -> None:
    source, hour = SampleSource(name), dt.datetime.combine(MONDAY, ANNOUNCED_AT[name])
    early = source.collect(Position(), now=hour - dt.timedelta(seconds=1), window_days=7)
    assert (early.listings, early.status, early.position) == ((), "quiet", Position())
    due = source.collect(Position(), now=hour, window_days=7)
    assert due.status == "ok"
    assert {listing.day for listing in due.listings} == {MONDAY.date()}
    assert due.seen == len(due.listings)


@any_source
def test_now_may_be_told_in_any_zone(name: SampleSourceName) -> None:
    hour = dt.datetime.combine(MONDAY, ANNOUNCED_AT[name])
    elsewhere = hour.astimezone(dt.timezone(dt.timedelta(hours=-7)))  # still Sunday there
    source = SampleSource(name)
    assert source.collect(Position(), now=elsewhere, window_days=7) == source.collect(
        Position(), now=hour, window_days=7
    )


@any_source
def test_second_look_on_the_same_day_brings_nothing_and_is_ok(name: SampleSourceName) -> None:
    source, noon = SampleSource(name), MONDAY + dt.timedelta(hours=12)
    first = source.collect(Position(), now=noon, window_days=7)
    second = source.collect(first.position, now=noon, window_days=7)
    assert (second.listings, second.seen, second.status) == ((), 0, "ok")
    assert second.position == first.position


@any_source
@settings(max_examples=25)
@given(hours=st.lists(st.integers(min_value=-24, max_value=72), max_size=12))
def test_however_often_it_is_asked_everything_comes_once(name: SampleSourceName, hours: list[int]) -> None:
    source, position, had = SampleSource(name), Position(), []
    for moment in sorted([*(MONDAY + dt.timedelta(hours=hour) for hour in hours), AFTER]):
        collection = source.collect(position, now=moment, window_days=7)
        position = collection.position
        had += collection.listings
    assert tuple(had) == sample_listings(name)


@any_source
def test_days_that_were_missed_are_caught_up(name: SampleSourceName) -> None:
    source = SampleSource(name)
    first = source.collect(Position(), now=MONDAY + dt.timedelta(hours=12), window_days=7)
    later = source.collect(first.position, now=AFTER, window_days=1)
    assert {listing.day.day for listing in later.listings} == {21, 22}
    assert (*first.listings, *later.listings) == sample_listings(name)


@any_source
def test_first_look_reaches_back_no_further_than_the_window(name: SampleSourceName) -> None:
    collection = SampleSource(name).collect(Position(), now=AFTER, window_days=1)
    assert {listing.day.day for listing in collection.listings} == {21, 22}


@any_source
def test_since_reads_again_and_moves_nothing_back(name: SampleSourceName) -> None:
    source = SampleSource(name)
    read = source.collect(Position(), now=AFTER, window_days=7).position
    again = source.collect(read, now=AFTER, window_days=7, since=MONDAY.date() + dt.timedelta(days=1))
    assert {listing.day.day for listing in again.listings} == {21, 22}
    assert again.position == read
    tuesday = source.collect(read, now=MONDAY + dt.timedelta(hours=12), window_days=7, since=BEFORE.date())
    assert {listing.day.day for listing in tuesday.listings} == {20}
    assert tuesday.position == read


@any_source
def test_a_day_without_an_announcement_is_quiet(name: SampleSourceName) -> None:
    source = SampleSource(name)
    assert source.collect(Position(), now=BEFORE, window_days=7).status == "quiet"
    read = source.collect(Position(), now=AFTER, window_days=7).position
    thursday = source.collect(read, now=AFTER + dt.timedelta(days=1), window_days=7)
    assert (thursday.status, thursday.listings, thursday.position) == ("quiet", (), read)


@any_source
def test_listings_carry_the_name_of_their_source(name: SampleSourceName) -> None:
    source = SampleSource(name)
    collection = source.collect(Position(), now=AFTER, window_days=7)
    assert {listing.source for listing in collection.listings} == {source.name}


@any_source
def test_check_says_what_is_there(name: SampleSourceName) -> None:
    assert f" {len(sample_listings(name))} listings" in SampleSource(name).check(now=AFTER)
