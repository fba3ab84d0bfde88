"""A change of address: confirmed at the new one, told to the old one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.membership import join, move, standing
from digest.membership.refusals import Refused
from digest.model import DeliveryEvent
from digest.store.bounces import SoftBounces
from digest.store.members import Admission
from digest.store.suppressions import Suppression
from tests.membership.conftest import ADA, DAY, NOW, added, found, joined, post_all, text_of, token_in

if TYPE_CHECKING:
    from digest.membership.house import House
    from digest.membership.posting import Post
    from tests.membership.conftest import Clock
    from tests.pipeline.test_deliver import ToldMailer

NEW = "ada@new.example"
LATER = dt.timedelta(minutes=5)


def ask(house: House, reader: int, email: str = NEW) -> None:
    move.ask(house, reader, email, where="192.0.2.3", shown="Move my mail.", now=house.clock())


def email_of(house: House, reader: int) -> str:
    return house.store.subscribers.by_id([reader])[reader].subscriber.email


def test_the_new_address_confirms_and_the_old_one_is_told(
    house: House, mailer: ToldMailer, rules: Post, clock: Clock
) -> None:
    reader = added(house, ADA.email)
    ask(house, reader)
    post_all(house, mailer, rules)
    (note,) = mailer.handed
    assert note.recipient == NEW
    token = token_in(note, "c")
    asked = join.look(house, token, now=NOW)
    assert asked is not None
    assert (asked.kind, asked.email, asked.standing) == ("move", NEW, "open")
    assert email_of(house, reader) == ADA.email
    done = move.confirm(house, token, now=clock.pass_by(LATER))
    assert (done.is_new, done.subscriber_id) == (True, reader)
    assert email_of(house, reader) == NEW
    assert found(house, NEW) == reader
    post_all(house, mailer, rules)
    assert [message.recipient for message in mailer.handed] == [NEW, ADA.email]
    assert "goes to another" in text_of(mailer.handed[1])
    assert NEW not in text_of(mailer.handed[1])


def test_a_move_is_made_once_and_by_its_own_kind_of_link(house: House, clock: Clock) -> None:
    reader = added(house, ADA.email)
    ask(house, reader)
    token = join.token_of(house, 1)
    assert join.confirm(house, token, where="x", now=NOW).standing == "unknown"
    assert move.confirm(house, token, now=NOW).is_new
    assert move.confirm(house, token, now=clock.pass_by(LATER)).standing == "again"
    assert len(house.store.notes.latest()) == 2


@pytest.mark.parametrize("by", ["file", "import"])
def test_the_old_address_gets_no_more_mail_whoever_names_it(house: House, by: str) -> None:
    house.store.subscribers.synchronise([ADA])
    reader = found(house, ADA.email)
    ask(house, reader)
    move.confirm(house, join.token_of(house, 1), now=NOW)
    if by == "file":
        assert house.store.subscribers.synchronise([ADA]) == [ADA.email]
    else:
        assert house.store.subscribers.add_all([Admission(subscriber=ADA)]) == ["left"]
    assert [one.subscriber.email for one in house.store.subscribers.due(NOW + DAY)] == [NEW]


def test_one_may_move_back(house: House, clock: Clock) -> None:
    reader = added(house, ADA.email)
    ask(house, reader)
    move.confirm(house, join.token_of(house, 1), now=clock.pass_by(LATER))
    ask(house, reader, ADA.email)
    assert move.confirm(house, join.token_of(house, 2), now=clock.pass_by(LATER)).is_new
    assert email_of(house, reader) == ADA.email
    assert house.store.suppressions.of(ADA.email) == []
    assert [one.cause for one in house.store.suppressions.of(NEW)] == ["unsubscribe"]


def test_a_move_onto_another_readers_address_does_nothing_but_tell_them(
    house: House, mailer: ToldMailer, rules: Post
) -> None:
    reader, other = added(house, ADA.email), added(house, NEW)
    ask(house, reader)
    post_all(house, mailer, rules)
    (note,) = mailer.handed
    assert note.recipient == NEW
    assert house.signer.read("preferences", token_in(note, "p")) == other
    assert move.confirm(house, join.token_of(house, 1), now=NOW).standing == "unknown"
    assert (email_of(house, reader), email_of(house, other)) == (ADA.email, NEW)


def test_an_address_that_was_taken_meanwhile_stays_with_who_has_it(house: House, clock: Clock) -> None:
    reader = added(house, ADA.email)
    ask(house, reader)
    other = added(house, NEW)
    assert move.confirm(house, join.token_of(house, 1), now=clock.pass_by(LATER)).standing == "taken"
    assert (email_of(house, reader), email_of(house, other)) == (ADA.email, NEW)


@pytest.mark.parametrize("cause", ["bounce", "complaint", "operator", "unsubscribe"])
def test_a_suppressed_address_gets_no_note_and_cannot_be_moved_to(
    house: House, mailer: ToldMailer, rules: Post, cause: str
) -> None:
    reader = added(house, ADA.email)
    house.store.suppressions.add([Suppression(email=NEW, cause=cause, at=NOW - DAY)])  # type: ignore[arg-type]
    ask(house, reader)
    post_all(house, mailer, rules)
    assert mailer.handed == []
    assert move.confirm(house, join.token_of(house, 1), now=NOW).standing == "unknown"


def test_of_two_moves_the_later_asked_one_wins(house: House, clock: Clock) -> None:
    reader = added(house, ADA.email)
    ask(house, reader, "first@new.example")
    clock.pass_by(LATER)
    ask(house, reader, "second@new.example")
    assert move.confirm(house, join.token_of(house, 2), now=clock.now).is_new
    assert move.confirm(house, join.token_of(house, 1), now=clock.now).standing == "later"
    assert email_of(house, reader) == "second@new.example"


def test_one_who_has_left_moves_nowhere(house: House, clock: Clock) -> None:
    reader = added(house, ADA.email)
    ask(house, reader)
    standing.leave(house, reader, evidence="a mail", now=clock.pass_by(LATER))
    assert move.confirm(house, join.token_of(house, 1), now=clock.now).standing == "left"
    with pytest.raises(Refused, match="left"):
        ask(house, reader)


@pytest.mark.parametrize(
    "wrong", ["", "nobody", "a@b@c", "ada@example.org\r\nBcc: x@y.example", "ADA@example.ORG"]
)
def test_what_is_no_new_address_is_refused_beside_its_field(house: House, wrong: str) -> None:
    reader = added(house, ADA.email)
    with pytest.raises(Refused) as refused:
        ask(house, reader, wrong)
    assert list(refused.value.faults) == ["email"]


def test_another_spelling_of_an_address_is_that_address(house: House) -> None:
    reader = added(house, ADA.email)
    other = added(house, "Bob@new.example")
    ask(house, reader, "BOB@new.example")
    assert move.confirm(house, join.token_of(house, 1), now=NOW).standing == "unknown"
    assert email_of(house, other) == "Bob@new.example"


def test_what_was_sent_to_the_old_address_still_concerns_that_one(house: House, clock: Clock) -> None:
    """A complaint about a mail of before the move does not silence the new address."""
    reader = joined(house, dataclasses.replace(ADA, email="old@example.org"))
    ask(house, reader)
    done = move.confirm(house, join.token_of(house, 2), now=clock.pass_by(LATER))
    assert done.is_new
    notes = {note.kind: note for note in house.store.notes.latest()}
    event = DeliveryEvent(
        kind="complaint", teller="mail", name="abuse", at=clock.now, delivery_id=notes["moved"].id
    )
    house.store.events.absorb([event], soft_bounces=SoftBounces(), now=clock.now)
    assert {one.cause for one in house.store.suppressions.of("old@example.org")} == {
        "complaint",
        "unsubscribe",
    }
    assert house.store.suppressions.of(NEW) == []
