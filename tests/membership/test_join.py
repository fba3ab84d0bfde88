"""Double opt-in: who asks learns nothing, and who confirms is a reader, once."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from digest.membership import join, standing
from digest.membership.refusals import Refused
from digest.model import Cadence, Topic
from digest.store import tables, tables_web
from digest.store.suppressions import Suppression
from tests.membership.conftest import ADA, DAY, NOW, added, ask, found, joined, post_all, text_of, token_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.membership.house import House
    from digest.membership.posting import Post
    from tests.membership.conftest import Clock, Lines
    from tests.pipeline.test_deliver import ToldMailer

LATER = dt.timedelta(minutes=5)


def suppress(house: House, cause: Any) -> None:
    house.store.suppressions.add([Suppression(email=ADA.email, cause=cause, at=NOW - DAY)])


def leave(house: House) -> None:
    standing.leave(house, added(house, ADA.email), evidence="a mail", now=NOW - DAY)


def erase(house: House) -> None:
    standing.erase(house, added(house, ADA.email), now=NOW - DAY)


def pause(house: House) -> None:
    standing.pause(house, added(house, ADA.email), now=NOW - DAY)


KNOWN: dict[str, tuple[Callable[[House], object], str]] = {
    "new": (lambda house: None, "confirm"),
    "active": (lambda house: added(house, ADA.email), "known"),
    "paused": (pause, "known"),
    "left": (leave, "confirm"),
    "erased": (erase, "confirm"),
    "bounced": (lambda house: suppress(house, "bounce"), ""),
    "complained": (lambda house: suppress(house, "complaint"), ""),
    "the operator's": (lambda house: suppress(house, "operator"), ""),
    "active and bounced": (lambda house: (added(house, ADA.email), suppress(house, "bounce")), ""),
}


def counts(house: House) -> dict[str, int]:
    with house.store.database.read() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables.metadata.sorted_tables
        }


@contextlib.contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that is executed meanwhile."""
    seen: list[str] = []

    def note(*words: Any) -> None:
        seen.append(words[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("known", KNOWN)
def test_asking_does_the_same_whatever_is_known_of_the_address(house: House, known: str) -> None:
    KNOWN[known][0](house)
    before = counts(house)
    with statements() as seen:
        ask(house)
    after = counts(house)
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"confirmations": 1, "notes": 1}
    verbs = [statement.split(maxsplit=1)[0] for statement in seen if "sqlite_" not in statement]
    assert [verb for verb in verbs if verb != "BEGIN"] == ["SELECT"] * 3 + ["INSERT", "SELECT", "INSERT"]


@pytest.mark.parametrize("known", KNOWN)
def test_who_gets_which_note(house: House, mailer: ToldMailer, rules: Post, known: str) -> None:
    prepare, kind = KNOWN[known]
    prepare(house)
    ask(house)
    post_all(house, mailer, rules)
    assert [note.kind for note in house.store.notes.latest() if note.email] == ([kind] if kind else [])
    assert [message.recipient for message in mailer.handed] == ([ADA.email] if kind else [])


def test_an_asked_address_that_nobody_is_mailed_for_is_not_kept(house: House) -> None:
    suppress(house, "bounce")
    ask(house)
    with house.store.database.read() as connection:
        (wish,) = connection.execute(sa.select(tables_web.confirmations)).all()
        (note,) = connection.execute(sa.select(tables_web.notes)).all()
    assert (wish.email, wish.body, wish.asked_where, note.email, note.state) == ("", {}, "", "", "suppressed")
    token = join.token_of(house, wish.id)
    assert join.look(house, token, now=NOW) is None
    assert join.confirm(house, token, where="", now=NOW).standing == "unknown"


def test_the_link_of_the_note_confirms_and_keeps_the_evidence(
    house: House, mailer: ToldMailer, rules: Post, clock: Clock, lines: Lines
) -> None:
    ask(house)
    post_all(house, mailer, rules)
    token = token_in(mailer.handed[0], "c")
    asked = join.look(house, token, now=clock.pass_by(LATER))
    assert asked is not None
    assert (asked.standing, asked.kind, asked.email, asked.reader) == ("open", "join", ADA.email, ADA)
    assert house.store.subscribers.find(ADA.email) is None
    done = join.confirm(house, token, where="192.0.2.2", now=clock.now)
    assert done.is_new
    member = house.store.subscribers.find(ADA.email)
    assert member is not None
    assert dataclasses.replace(member.subscriber, id=0) == ADA
    assert (member.status, member.origin, member.agreed_at, member.joined_at) == (
        "active", "web", clock.now, clock.now,
    )  # fmt: skip
    assert member.subscriber.id == done.subscriber_id
    for evidence in (
        "asked 2026-04-21 12:00:00 UTC from 192.0.2.1", "confirmed", "from 192.0.2.2", "Yes, mail me.",
    ):  # fmt: skip
        assert evidence in member.agreed_where
    told = " ".join(str(line) for line in lines.told)
    assert "192.0.2" not in told
    assert "example.org" not in told


def test_a_link_works_once(house: House, clock: Clock) -> None:
    reader = joined(house)
    before = house.store.subscribers.everyone()
    again = join.confirm(house, join.token_of(house, 1), where="x", now=clock.pass_by(LATER))
    assert (again.standing, again.subscriber_id, again.is_new) == ("again", reader, False)
    assert house.store.subscribers.everyone() == before


def test_who_left_after_confirming_is_not_brought_back_by_the_old_link(house: House, clock: Clock) -> None:
    reader = joined(house)
    standing.leave(house, reader, evidence="a mail", now=clock.pass_by(LATER))
    again = join.confirm(house, join.token_of(house, 1), where="x", now=clock.pass_by(LATER))
    assert (again.standing, again.subscriber_id) == ("again", None)
    member = house.store.subscribers.find(ADA.email)
    assert member is not None
    assert member.status == "left"
    assert [one.cause for one in house.store.suppressions.of(ADA.email)] == ["unsubscribe"]


def test_an_unused_link_of_before_leaving_is_void(house: House, clock: Clock) -> None:
    ask(house)
    clock.pass_by(LATER)
    reader = joined(house, dataclasses.replace(ADA, name="Second"))
    standing.leave(house, reader, evidence="a mail", now=clock.pass_by(LATER))
    assert join.confirm(house, join.token_of(house, 1), where="x", now=clock.now).standing == "later"
    ask(house)  # after they left: a new wish, and a new link
    assert join.confirm(house, join.token_of(house, 3), where="x", now=clock.now).is_new


@pytest.mark.parametrize(("age", "stands"), [(7 * DAY - LATER, "open"), (7 * DAY, "late")])
def test_a_link_holds_for_seven_days(house: House, clock: Clock, age: dt.timedelta, stands: str) -> None:
    ask(house)
    now = clock.pass_by(age)
    asked = join.look(house, join.token_of(house, 1), now=now)
    assert asked is not None
    assert asked.standing == stands
    assert join.confirm(house, join.token_of(house, 1), where="x", now=now).standing == stands


def test_of_two_wishes_the_later_asked_one_wins(house: House, clock: Clock) -> None:
    ask(house)
    clock.pass_by(LATER)
    ask(house, dataclasses.replace(ADA, name="Second"))
    assert join.confirm(house, join.token_of(house, 2), where="x", now=clock.now).is_new
    assert join.confirm(house, join.token_of(house, 1), where="x", now=clock.now).standing == "later"
    member = house.store.subscribers.find(ADA.email)
    assert member is not None
    assert member.subscriber.name == "Second"


def test_a_later_wish_may_also_be_confirmed_second(house: House, clock: Clock) -> None:
    ask(house)
    clock.pass_by(LATER)
    ask(house, dataclasses.replace(ADA, name="Second"))
    first = join.confirm(house, join.token_of(house, 1), where="x", now=clock.now)
    second = join.confirm(house, join.token_of(house, 2), where="x", now=clock.pass_by(LATER))
    assert (first.is_new, second.is_new, first.subscriber_id) == (True, True, second.subscriber_id)
    member = house.store.subscribers.find(ADA.email)
    assert member is not None
    assert (member.subscriber.name, member.joined_at) == ("Second", NOW + LATER)


def test_who_left_comes_back_by_confirming_anew(house: House) -> None:
    leave(house)
    joined(house)
    assert house.store.suppressions.of(ADA.email) == []
    assert [member.status for member in house.store.subscribers.everyone()] == ["active"]


def test_what_else_suppresses_an_address_is_not_lifted_by_a_link(house: House) -> None:
    ask(house)
    suppress(house, "bounce")
    assert join.confirm(house, join.token_of(house, 1), where="x", now=NOW).standing == "refused"
    assert house.store.subscribers.find(ADA.email) is None
    assert [one.cause for one in house.store.suppressions.of(ADA.email)] == ["bounce"]


def test_the_first_mail_is_of_the_next_slot(house: House, clock: Clock) -> None:
    """It is noon: this morning's slot was before they joined."""
    reader = joined(house)
    member = house.store.subscribers.by_id([reader])[reader]
    assert (member.next_due_at, member.last_scheduled_at) == (None, NOW)
    assert [one.subscriber.id for one in house.store.subscribers.due(NOW)] == [reader]


def test_no_token_of_another_purpose_or_of_nobody_confirms(house: House) -> None:
    ask(house)
    for token in ("", "1-aaaaaaaaaaaaaaaaaaaaaaaa", house.signer.token("vote", 1), join.token_of(house, 99)):
        assert join.look(house, token, now=NOW) is None
        assert join.confirm(house, token, where="x", now=NOW).standing == "unknown"
    assert house.store.subscribers.everyone() == []


def test_an_address_gets_three_notes_a_day_whoever_asks(house: House, clock: Clock) -> None:
    for _ in range(5):
        ask(house)
        clock.pass_by(LATER)
    assert len([note for note in house.store.notes.latest() if note.state == "waiting"]) == 3
    clock.pass_by(DAY)
    ask(house)
    assert len([note for note in house.store.notes.latest() if note.state == "waiting"]) == 4


def test_who_left_is_asked_once_a_week(house: House, clock: Clock) -> None:
    leave(house)
    for _ in range(4):
        ask(house)
        clock.pass_by(3 * DAY)
    assert len([note for note in house.store.notes.latest() if note.state == "waiting"]) == 2


def test_a_note_repeats_no_word_that_somebody_typed(house: House, mailer: ToldMailer, rules: Post) -> None:
    ask(house, dataclasses.replace(ADA, name="Buy now", topics=(Topic(name="evil.example"),)))
    post_all(house, mailer, rules)
    assert "Buy now" not in text_of(mailer.handed[0])
    assert b"evil.example" not in mailer.handed[0].raw
    assert b"Buy" not in mailer.handed[0].raw


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"email": "nobody"}, "email"),
        ({"max_papers": 5000}, "max_papers"),
        ({"name": "A" * 500}, "name"),
        ({"topics": (Topic(name="A"), Topic(name="a"))}, "topics"),
        ({"topics": tuple(Topic(name=f"T{n}") for n in range(500))}, "topics"),
        ({"topics": (Topic(name="A", keywords=("x" * 10_000,)),)}, "topics"),
        ({"topics": (Topic(name="A", text="x" * 30_000),)}, "topics"),
    ],
)
def test_whom_the_settings_would_not_hold_is_refused_by_field(
    house: House, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        ask(house, dataclasses.replace(ADA, **wrong))
    assert list(refused.value.faults) == [field]
    assert refused.value.faults[field].endswith(".")
    assert house.store.notes.latest() == []


def test_every_cadence_comes_back_as_it_was_asked(house: House) -> None:
    wanted = dataclasses.replace(
        ADA, cadence=Cadence(kind="monthly", month_day=28), send_at=dt.time(23, 59), trending=True
    )
    joined(house, wanted)
    member = house.store.subscribers.find(ADA.email)
    assert member is not None
    assert dataclasses.replace(member.subscriber, id=0) == wanted
    assert found(house, ADA.email) == member.subscriber.id


def test_a_link_of_before_leaving_by_other_means_is_void(house: House, clock: Clock) -> None:
    ask(house)
    clock.pass_by(LATER)
    house.store.suppressions.add([Suppression(email=ADA.email, cause="unsubscribe", at=clock.now)])
    assert (
        join.confirm(house, join.token_of(house, 1), where="x", now=clock.pass_by(LATER)).standing == "left"
    )
    assert house.store.subscribers.find(ADA.email) is None
