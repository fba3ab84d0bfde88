"""Each trouble is told once, and once more when it is over, whatever the order of things."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.alarms import (
    DAY,
    LATE,
    Alarm,
    FailedSource,
    Heap,
    News,
    Signs,
    Trouble,
    news,
    troubles,
)

NOW = dt.datetime(2026, 4, 21, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def trouble(name: str = "uncertain", *, patience: dt.timedelta = dt.timedelta(0)) -> Trouble:
    return Trouble(name=name, since=NOW, words=f"{name} is wrong: somehow", patience=patience)


def told(found: News, at: dt.datetime) -> list[Alarm]:
    """What is remembered once that news was told."""
    return [*(dataclasses.replace(alarm, told_at=at) for alarm in found.begun), *found.standing]


def untold(found: News) -> list[Alarm]:
    """What is remembered where nobody could be told."""
    return [*found.begun, *found.missed, *found.mended, *found.standing]


def names(alarms: tuple[Alarm, ...]) -> list[str]:
    return [alarm.name for alarm in alarms]


def test_a_trouble_is_told_once_and_once_when_it_is_mended() -> None:
    first = news([trouble()], [], now=NOW)
    assert names(first.begun) == ["uncertain"]
    known = told(first, NOW)
    assert not news([trouble()], known, now=NOW + 5 * DAY)
    mended = news([], known, now=NOW + HOUR)
    assert names(mended.mended) == ["uncertain"]
    assert mended.mended[0].since == NOW
    assert not news([], told(mended, NOW), now=NOW + 2 * HOUR)


def test_words_that_grow_are_not_told_again() -> None:
    known = told(news([trouble()], [], now=NOW), NOW)
    grown = dataclasses.replace(trouble(), words="six are uncertain: somehow")
    assert not news([grown], known, now=NOW + HOUR)


def test_what_nobody_could_be_told_is_told_later_or_with_its_end() -> None:
    known = untold(news([trouble()], [], now=NOW))
    assert names(news([trouble()], known, now=NOW + HOUR).begun) == ["uncertain"]
    over = news([], known, now=NOW + HOUR)
    assert (names(over.missed), over.mended) == (["uncertain"], ())
    assert names(news([], untold(over), now=NOW + 2 * HOUR).missed) == ["uncertain"]


def test_a_trouble_within_its_patience_is_watched_and_forgotten() -> None:
    patient = trouble("source/arxiv", patience=DAY)
    watched = news([patient], [], now=NOW)
    assert not watched
    assert not news([], told(watched, NOW), now=NOW + HOUR)
    later = dataclasses.replace(patient, since=NOW + DAY)  # it was never read: its failure has no date
    ripe = news([later], told(watched, NOW), now=NOW + DAY)
    assert [(alarm.name, alarm.since) for alarm in ripe.begun] == [("source/arxiv", NOW)]


def test_what_nothing_is_known_of_stays_as_it_was() -> None:
    first = news([trouble("stopped")], [], now=NOW)
    assert not news([], told(first, NOW), unsure={"stopped"}, now=NOW + HOUR)
    again = news([], untold(first), unsure={"stopped"}, now=NOW + HOUR)
    assert names(again.begun) == ["stopped"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.booleans()), max_size=12))
def test_begun_and_mended_alternate_for_every_trouble(days: list[tuple[set[str], bool]]) -> None:
    known: list[Alarm] = []
    heard: dict[str, bool] = dict.fromkeys("abc", False)  # whether the last word was that it is wrong
    for number, (wrong, accepted) in enumerate(days):
        at = NOW + number * HOUR
        found = news([trouble(name) for name in sorted(wrong)], known, now=at)
        known = told(found, at) if accepted else untold(found)
        if not accepted:
            continue
        for alarm in found.begun:
            assert not heard[alarm.name]
            heard[alarm.name] = True
        for alarm in found.mended:
            assert heard[alarm.name]
            heard[alarm.name] = False
        assert all(not heard[alarm.name] for alarm in found.missed)
        assert {name for name, is_wrong in heard.items() if is_wrong} == wrong


def test_a_quiet_run_has_no_troubles() -> None:
    assert troubles(Signs(), now=NOW) == []


@pytest.mark.parametrize(
    ("signs", "name", "headline"),
    [
        (Signs(uncertain=Heap(count=1, since=NOW)), "uncertain", "1 delivery is uncertain"),
        (Signs(uncertain=Heap(count=3, since=NOW)), "uncertain", "3 deliveries are uncertain"),
        (Signs(stopped="401 bad key"), "stopped", "a run was stopped"),
        (Signs(late=Heap(count=1, since=NOW - LATE)), "morning", "1 delivery has not gone out"),
        (Signs(expired=Heap(count=2, since=NOW)), "morning", "2 deliveries have not gone out"),
        (
            Signs(late=Heap(count=4, since=NOW), expired=Heap(count=2, since=NOW)),
            "morning",
            "6 deliveries have not gone out",
        ),
    ],
)
def test_each_sign_is_a_trouble_with_words_and_advice(signs: Signs, name: str, headline: str) -> None:
    (found,) = news(troubles(signs, now=NOW), [], now=NOW).begun
    assert (found.name, found.headline) == (name, headline)
    assert any("`digest " in line for line in found.advice)


def test_a_source_is_told_a_day_after_it_was_last_read() -> None:
    def signs(ago: dt.timedelta) -> Signs:
        failed = FailedSource(name="a", title="arXiv", succeeded_at=NOW - ago, error="HTTP 500")
        return Signs(failed=(failed,))

    assert not news(troubles(signs(DAY - HOUR), now=NOW), [], now=NOW)
    (alarm,) = news(troubles(signs(DAY), now=NOW), [], now=NOW).begun
    assert alarm.words == "arXiv could not be read for more than a day: HTTP 500"
    assert (alarm.since, alarm.told_at) == (NOW - DAY, None)
