"""Who gets mail."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

import pytest

from digest.errors import UsageError
from digest.model import Cadence, Subscriber, Topic
from digest.store.members import Admission

if TYPE_CHECKING:
    from digest.store import Store

NOW = dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)
ADA = Subscriber(
    email="Ada@Example.org",
    name="Ada",
    timezone="Europe/Berlin",
    send_at=dt.time(6, 30),
    cadence=Cadence(kind="weekly", weekday=2),
    topics=(Topic(name="Vision", keywords=("nerf", "C++"), examples=("2604.90001",), weight=2.0),),
)


def test_a_reader_comes_back_as_they_were_written(store: Store) -> None:
    store.subscribers.add(Admission(subscriber=ADA, agreed_at=NOW, agreed_where="lab meeting"))
    member = store.subscribers.find("ada@example.ORG")
    assert member is not None
    assert dataclasses.replace(member.subscriber, id=0) == ADA
    assert (member.agreed_at, member.agreed_where) == (NOW, "lab meeting")


def test_two_spellings_of_an_address_are_one_reader(store: Store) -> None:
    assert store.subscribers.add(Admission(subscriber=ADA))
    assert not store.subscribers.add(Admission(subscriber=dataclasses.replace(ADA, email="ada@example.org")))
    assert len(store.subscribers.everyone()) == 1


def test_one_who_left_stays_out_although_the_file_names_them(store: Store) -> None:
    store.subscribers.synchronise([ADA])
    store.subscribers.set_status(ADA.email, "left", at=NOW)
    assert store.subscribers.synchronise([ADA]) == [ADA.email]
    assert store.subscribers.due(NOW) == []
    with pytest.raises(UsageError, match="has left and is not added again"):
        store.subscribers.add(Admission(subscriber=ADA))


def test_a_reader_the_file_drops_gets_no_more_mail_until_it_names_them_again(store: Store) -> None:
    store.subscribers.synchronise([ADA])
    store.subscribers.synchronise([])
    assert store.subscribers.due(NOW) == []
    store.subscribers.synchronise([ADA])
    assert len(store.subscribers.due(NOW)) == 1


def test_a_reader_added_by_command_is_not_the_files_to_drop(store: Store) -> None:
    store.subscribers.add(Admission(subscriber=ADA))
    store.subscribers.synchronise([])
    assert len(store.subscribers.due(NOW)) == 1


def test_a_paused_reader_stays_paused_over_synchronising(store: Store) -> None:
    store.subscribers.synchronise([ADA])
    store.subscribers.set_status(ADA.email, "paused")
    store.subscribers.synchronise([dataclasses.replace(ADA, name="Ada L.")])
    assert store.subscribers.due(NOW) == []


def test_nobody_by_that_address_is_said(store: Store) -> None:
    with pytest.raises(UsageError, match="no such subscriber"):
        store.subscribers.set_status("nobody@example.org", "paused")


def test_a_pause_outlasts_a_file_that_drops_and_names_them_again(store: Store) -> None:
    store.subscribers.synchronise([ADA])
    store.subscribers.set_status(ADA.email, "paused")
    store.subscribers.synchronise([])
    store.subscribers.synchronise([ADA])
    assert store.subscribers.due(NOW) == []


@pytest.mark.parametrize("gone", ["left", "unlisted"])
def test_one_who_is_resumed_is_not_dropped_by_a_file_that_does_not_name_them(
    store: Store, gone: Literal["left", "unlisted"]
) -> None:
    store.subscribers.synchronise([ADA])
    store.subscribers.set_status(ADA.email, gone)
    store.subscribers.synchronise([])
    store.subscribers.set_status(ADA.email, "active")
    store.subscribers.synchronise([])
    assert len(store.subscribers.due(NOW)) == 1


def test_what_is_not_said_of_a_known_reader_stays(store: Store) -> None:
    store.subscribers.add(Admission(subscriber=ADA))
    bare = Subscriber(email=ADA.email, name="Ada L.")
    store.subscribers.add(Admission(subscriber=bare, said=frozenset({"email", "name"})))
    member = store.subscribers.find(ADA.email)
    assert member is not None
    assert dataclasses.replace(member.subscriber, id=0) == dataclasses.replace(ADA, name="Ada L.")
