"""Pausing, leaving, coming back and being forgotten."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.errors import StoreError
from digest.membership import join, links, move, prefer, standing
from digest.membership.refusals import Refused
from digest.model import Cadence, DeliveryEvent
from digest.pipeline.editions import plan
from digest.pipeline.works import Works
from digest.store import tables
from digest.store.bounces import SoftBounces
from digest.store.suppressions import Suppression
from tests.membership.conftest import ADA, DAY, NOW, added, ask, found, joined, post_all
from tests.pipeline.test_deliver import ToldMailer, ToldSource
from tests.site import SITE

if TYPE_CHECKING:
    from digest.membership.house import House
    from digest.membership.posting import Post
    from digest.store.members import Membership
    from tests.membership.conftest import Clock, Lines

TODAY = NOW.date()


def member(house: House, reader: int) -> Membership:
    return house.store.subscribers.by_id([reader])[reader]


def works(house: House, rules: Post, *, at: dt.datetime) -> Works:
    return Works(
        store=house.store,
        sources=(ToldSource(),),
        mailer=ToldMailer(),
        templates=rules.templates,
        site=SITE,
        signer=house.signer,
        clock=lambda: at,
        jitter=lambda: 0.5,
    )


def test_a_pause_ends_when_its_day_begins_where_the_reader_is(house: House, rules: Post) -> None:
    reader = added(house, ADA.email)
    until = standing.pause(house, reader, until=TODAY + 3 * DAY, now=NOW)
    assert until == dt.datetime(2026, 4, 23, 22, tzinfo=dt.UTC)  # midnight in Berlin
    assert (member(house, reader).status, member(house, reader).paused_until) == ("paused", until)
    for at in (NOW + DAY, until - dt.timedelta(seconds=1)):
        assert plan(works(house, rules, at=at), now=at) == []
    assert plan(works(house, rules, at=until), now=until) == []  # back, and no slot of before comes
    assert (member(house, reader).status, member(house, reader).paused_until) == ("active", None)
    (delivery,) = plan(works(house, rules, at=until + DAY / 2), now=until + DAY / 2)
    slot = house.store.deliveries.by_id([delivery])[delivery].slot
    assert slot.key == "2026-04-24"


def test_a_suppressed_reader_is_not_woken(house: House) -> None:
    reader = added(house, ADA.email)
    standing.pause(house, reader, until=TODAY + DAY, now=NOW)
    house.store.suppressions.add([Suppression(email=ADA.email, cause="bounce", at=NOW)])
    assert house.store.pauses.wake(now=NOW + 5 * DAY) == 0
    assert member(house, reader).status == "paused"


def test_a_pause_without_an_end_lasts_until_they_resume(house: House) -> None:
    reader = added(house, ADA.email)
    assert standing.pause(house, reader, now=NOW) is None
    assert house.store.pauses.wake(now=NOW + 3000 * DAY) == 0
    assert standing.resume(house, reader, now=NOW + DAY)
    assert (member(house, reader).status, member(house, reader).last_scheduled_at) == ("active", NOW + DAY)
    assert not standing.resume(house, reader, now=NOW + DAY)


def test_a_pause_may_be_made_longer_or_shorter(house: House) -> None:
    reader = added(house, ADA.email)
    standing.pause(house, reader, until=TODAY + 9 * DAY, now=NOW)
    standing.pause(house, reader, until=TODAY + 2 * DAY, now=NOW)
    assert house.store.pauses.wake(now=NOW + 3 * DAY) == 1


@pytest.mark.parametrize("days", [0, -1, 367, 40_000])
def test_a_pause_ends_within_a_year_and_not_before_tomorrow(house: House, days: int) -> None:
    reader = added(house, ADA.email)
    with pytest.raises(Refused) as refused:
        standing.pause(house, reader, until=TODAY + days * DAY, now=NOW)
    assert list(refused.value.faults) == ["until"]
    assert member(house, reader).status == "active"


def test_a_pause_of_the_operator_has_no_end_left_over(house: House) -> None:
    reader = added(house, ADA.email)
    standing.pause(house, reader, until=TODAY + DAY, now=NOW)
    house.store.subscribers.set_status(ADA.email, "paused")
    assert house.store.pauses.wake(now=NOW + 9 * DAY) == 0
    assert member(house, reader).paused_until is None


def test_leaving_works_twice_and_for_one_who_was_erased(house: House) -> None:
    reader = added(house, ADA.email)
    assert standing.leave(house, reader, evidence="the link of a mail", now=NOW)
    assert not standing.leave(house, reader, evidence="the link of a mail", now=NOW)
    (one,) = house.store.suppressions.of(ADA.email)
    assert (one.cause, one.evidence) == ("unsubscribe", "the link of a mail")
    standing.erase(house, reader, now=NOW)
    assert not standing.leave(house, reader, evidence="", now=NOW)


def test_one_who_paused_may_leave_and_is_not_woken(house: House) -> None:
    reader = added(house, ADA.email)
    standing.pause(house, reader, until=TODAY + DAY, now=NOW)
    standing.leave(house, reader, evidence="", now=NOW)
    assert house.store.pauses.wake(now=NOW + 9 * DAY) == 0
    assert member(house, reader).status == "left"


def test_who_left_comes_back_with_evidence_and_no_mail_of_before(house: House, rules: Post) -> None:
    reader = added(house, ADA.email)
    standing.leave(house, reader, evidence="", now=NOW - DAY)
    standing.come_back(house, reader, where="192.0.2.9", shown="Mail me again.", now=NOW)
    back = member(house, reader)
    assert (back.status, back.origin, back.agreed_at, back.left_at) == ("active", "web", NOW, None)
    assert "192.0.2.9" in back.agreed_where
    assert "Mail me again." in back.agreed_where
    assert house.store.suppressions.of(ADA.email) == []
    assert plan(works(house, rules, at=NOW), now=NOW) == []
    assert len(plan(works(house, rules, at=NOW + DAY), now=NOW + DAY)) == 1


@pytest.mark.parametrize("cause", ["bounce", "complaint", "operator"])
def test_who_is_suppressed_for_more_than_leaving_does_not_come_back(house: House, cause: str) -> None:
    reader = added(house, ADA.email)
    standing.leave(house, reader, evidence="", now=NOW)
    house.store.suppressions.add([Suppression(email=ADA.email, cause=cause, at=NOW)])  # type: ignore[arg-type]
    with pytest.raises(Refused, match="cannot get mail") as refused:
        standing.come_back(house, reader, where="", shown="", now=NOW)
    assert "digest@example.org" in str(refused.value)
    assert member(house, reader).status == "left"
    assert {one.cause for one in house.store.suppressions.of(ADA.email)} == {cause, "unsubscribe"}


def test_coming_back_changes_nothing_for_who_is_there(house: House) -> None:
    reader = added(house, ADA.email)
    before = member(house, reader)
    standing.come_back(house, reader, where="x", shown="y", now=NOW)
    assert member(house, reader) == before


def test_a_reader_of_the_file_who_pauses_is_still_the_files(house: House) -> None:
    house.store.subscribers.synchronise([ADA])
    reader = found(house, ADA.email)
    standing.pause(house, reader, until=TODAY + DAY, now=NOW)
    house.store.subscribers.synchronise([dataclasses.replace(ADA, name="Of the file")])
    house.store.pauses.wake(now=NOW + 2 * DAY)
    assert member(house, reader).subscriber.name == "Of the file"
    house.store.subscribers.synchronise([])
    assert member(house, reader).status == "unlisted"


# ---------------------------------------------------------------------------- being forgotten


def test_what_the_library_refused_is_not_told_as_done(house: House, lines: Lines) -> None:
    reader = added(house, ADA.email)
    with house.store.database.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER full BEFORE DELETE ON subscribers BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    with pytest.raises(StoreError):
        standing.erase(house, reader, now=NOW)
    assert lines.events() == []
    assert member(house, reader).subscriber.email == ADA.email
    with house.store.database.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER full"))
    assert standing.erase(house, reader, now=NOW)
    assert lines.events() == ["reader.erased"]


def rows_that_hold(house: House, *words: bytes) -> list[tuple[str, object]]:
    """Every row of every table in whose text or bytes one of the words stands."""
    with house.store.database.read() as connection:
        return [
            (table.name, tuple(row))
            for table in tables.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
            if any(word in repr(tuple(row)).encode() for word in words)
        ]


def test_nothing_of_an_erased_person_stays_but_hashes(house: House, rules: Post, clock: Clock) -> None:
    """They asked, joined, moved, voted, were mailed, asked for a link, and for an address in vain."""
    other = added(house, "other@example.net", named="Bo")
    reader = joined(house)
    move.ask(house, reader, "ada@new.example", where="192.0.2.8", shown="Move.", now=NOW)
    move.confirm(house, join.token_of(house, 2), now=NOW)
    move.ask(house, reader, "other@example.net", where="192.0.2.8", shown="Move.", now=NOW)
    links.ask(house, "ada@new.example", now=NOW)
    at = clock.pass_by(DAY)
    pipeline.run(works(house, rules, at=at), now=at)
    post_all(house, ToldMailer(), rules)
    (paper,) = house.store.papers.by_arxiv_id(["2604.90022"]).values()
    for one in (reader, other):
        assert house.store.votes.upvote(one, paper.id, at=at, on=True)
        assert house.store.votes.like(one, paper.id, value=1, at=at)
    ask(house, dataclasses.replace(ADA, email="ada@new.example"))
    move.ask(house, reader, "ada@wrong.example", where="192.0.2.8", shown="Move.", now=at)
    post_all(house, ToldMailer(), rules)
    bounced = [
        DeliveryEvent(
            kind="soft_bounce", teller="mail", name="4.2.2", at=at, delivery_id=note.id, body=note.email
        )
        for note in house.store.notes.latest()
        if note.email.startswith(("ada@", "Ada@"))
    ]
    house.store.events.absorb(bounced, soft_bounces=SoftBounces(), now=at)
    assert rows_that_hold(house, b"ada@", b"Ada@", b"192.0.2")
    assert standing.erase(house, reader, now=at)
    assert rows_that_hold(house, b"ada@", b"Ada@", b"192.0.2") == []
    held = rows_that_hold(house, b"other@")
    assert {name for name, _ in held} == {"subscribers", "notes"}
    with house.store.database.read() as connection:
        for table in tables.metadata.sorted_tables:
            if "subscriber_id" in table.c:
                theirs = sa.select(sa.func.count()).where(table.c.subscriber_id == reader)
                assert connection.scalar(theirs) == 0, table.name
    assert house.store.papers.by_arxiv_id(["2604.90022"])["2604.90022"].votes == 1
    for address in (ADA.email, "ada@new.example"):
        (one,) = house.store.suppressions.of(address)
        assert (one.cause, one.email) == ("unsubscribe", "")
    assert not standing.erase(house, reader, now=at)
    assert house.store.subscribers.synchronise([ADA]) == [ADA.email]


def test_a_cadence_that_is_chosen_makes_no_second_mail_of_a_day(house: House, rules: Post) -> None:
    reader = added(house, ADA.email)
    pipeline.run(works(house, rules, at=NOW), now=NOW)
    prefer.save(house, reader, send_at=dt.time(13), cadence=Cadence(kind="weekdays"))
    assert plan(works(house, rules, at=NOW), now=NOW) == []
