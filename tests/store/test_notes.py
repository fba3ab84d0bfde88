"""The states of a note: each change is one that happens, or none."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest.model import Outcome
from digest.store.confirmations import Answer
from digest.store.limits import Hold, Limits
from digest.store.members import Admission
from tests.store.test_confirmations import ADA, NOW, confirm_it, wish

if TYPE_CHECKING:
    from digest.store import Store
    from digest.store.occasions import Note

ACCEPTED = Outcome(kind="accepted", provider_id="ok")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def note(store: Store) -> Note:
    store.confirmations.ask(wish(), decide=confirm_it)
    (waiting,) = store.notes.ready(NOW)
    return waiting


def claim(store: Store, note: Note, *, owner: str = "me", now: dt.datetime = NOW) -> Hold | bool:
    return store.notes.claim(
        note, owner=owner, provider="told", domain="example.org", limits=Limits(), per_hour=10, now=now
    )


def land(store: Store, note: Note, outcome: Outcome, *, owner: str = "me") -> bool:
    retry_at = NOW + MINUTE if outcome.kind == "retry" else None
    return store.notes.land(
        note, outcome, owner=owner, provider="told", domain="example.org", retry_at=retry_at, now=NOW
    )


def test_a_note_is_claimed_by_one(store: Store, note: Note) -> None:
    assert [claim(store, note, owner=owner) for owner in ("me", "you", "me")] == [True, False, False]
    assert store.notes.counts() == {"sending": 1}


def test_only_its_owner_lands_a_note_and_only_once(store: Store, note: Note) -> None:
    assert not land(store, note, ACCEPTED)
    claim(store, note)
    assert not land(store, note, ACCEPTED, owner="you")
    assert land(store, note, ACCEPTED)
    assert not land(store, note, Outcome(kind="rejected", reason="late"))
    assert store.notes.counts() == {"accepted": 1}


def test_a_note_to_be_tried_again_is_not_ready_before_its_time(store: Store, note: Note) -> None:
    claim(store, note)
    land(store, note, Outcome(kind="retry", reason="busy"))
    assert store.notes.ready(NOW) == []
    assert claim(store, note) is False  # by one who saw it before
    assert not store.notes.has_work(NOW)
    assert store.notes.has_work(NOW + MINUTE)
    assert claim(store, note, now=NOW + MINUTE) is True


@pytest.mark.parametrize("is_alive", [True, False])
def test_what_a_dead_process_was_sending_is_uncertain(store: Store, note: Note, is_alive: bool) -> None:
    claim(store, note)
    assert store.notes.settle(lambda _owner: is_alive, now=NOW) == int(not is_alive)
    assert store.notes.counts() == {"sending" if is_alive else "uncertain": 1}


def test_a_note_has_the_id_of_no_delivery(store: Store) -> None:
    for _ in range(5):
        store.confirmations.ask(wish(), decide=confirm_it)
    ids = {note.id for note in store.notes.latest()}
    assert len(ids) == 5
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)


def test_notes_are_posted_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    for minutes in (3, 1, 2):
        store.confirmations.ask(wish(NOW + minutes * MINUTE), decide=confirm_it)
    asked = [note.asked_at for note in store.notes.ready(NOW + 5 * MINUTE)]
    assert asked == sorted(asked)


def test_a_note_for_a_reader_goes_nowhere_else_once_they_have_moved(store: Store) -> None:
    store.subscribers.add(Admission(subscriber=ADA))
    store.confirmations.write_to(ADA.email, at=NOW, decide=lambda _: Answer(kind="link"))
    (note,) = store.notes.ready(NOW)
    store.subscribers.erase(ADA.email, at=NOW)
    assert claim(store, note) is False
    assert store.notes.latest() == []


def test_a_hold_leaves_the_note_waiting(store: Store, note: Note) -> None:
    hold = Hold(until=NOW + MINUTE, reason="example.org is left alone", reach="domain")
    store.notes.postpone(note.id, hold, now=NOW)
    assert store.notes.ready(NOW) == []
    (waiting,) = store.notes.ready(NOW + MINUTE)
    assert (waiting.state, waiting.reason) == ("waiting", "example.org is left alone")
