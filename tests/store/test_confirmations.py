"""Wishes as they are kept: with their evidence, or with nothing."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest

from digest.model import Subscriber
from digest.store import Store
from digest.store.confirmations import Answer, Wish
from digest.store.members import READER

if TYPE_CHECKING:
    from pathlib import Path

    from digest.store.confirmations import Addressee, Confirmation
    from digest.store.joining import Verdict

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
ADA = Subscriber(email="Ada@example.org", max_papers=7)


def wish(at: dt.datetime = NOW) -> Wish:
    body = READER.dump_python(ADA, mode="json")
    return Wish(kind="join", email=ADA.email, body=body, where="192.0.2.1", shown="Yes.", at=at)


def confirm_it(_addressee: Addressee) -> Answer:
    return Answer(kind="confirm")


def evidence(kept: Confirmation) -> str:
    return f"{kept.asked_where}: {kept.shown}"


def test_a_wish_is_kept_with_its_evidence_and_a_note_waits(store: Store) -> None:
    number = store.confirmations.ask(wish(), decide=confirm_it)
    kept = store.confirmations.get(number)
    assert kept is not None
    assert (kept.email, kept.asked_at, kept.asked_where, kept.shown) == (ADA.email, NOW, "192.0.2.1", "Yes.")
    assert READER.validate_python(kept.body) == ADA
    (note,) = store.notes.ready(NOW)
    assert (note.kind, note.email, note.confirmation_id) == ("confirm", ADA.email, number)


@pytest.mark.parametrize(
    "answer", [Answer(kind="confirm", why_not="no"), Answer(kind="known"), Answer(kind="known", why_not="no")]
)
def test_a_wish_of_which_nobody_is_asked_keeps_nothing(store: Store, answer: Answer) -> None:
    number = store.confirmations.ask(wish(), decide=lambda _: answer)
    kept = store.confirmations.get(number)
    assert kept is not None
    assert (kept.email, kept.body, kept.asked_where, kept.shown) == ("", {}, "", "")
    assert store.joining.join(number, evidence=evidence, now=NOW).standing == "unknown"


def test_who_decides_sees_the_notes_of_the_last_week(store: Store) -> None:
    seen: list[tuple[str, ...]] = []

    def decide(addressee: Addressee) -> Answer:
        seen.append(tuple(kind for kind, _ in addressee.posted))
        return Answer(kind="confirm")

    for days in (0, 1, 7, 8):
        store.confirmations.ask(wish(NOW + dt.timedelta(days=days)), decide=decide)
    assert seen == [(), ("confirm",), ("confirm",), ("confirm",)]


def test_what_decide_raises_keeps_nothing(store: Store) -> None:
    def decide(_addressee: Addressee) -> Answer:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.confirmations.ask(wish(), decide=decide)
    assert store.confirmations.get(1) is None
    assert store.notes.latest() == []


def test_many_that_confirm_at_once_make_one_reader_and_one_does_it(tmp_path: Path, store: Store) -> None:
    number = store.confirmations.ask(wish(), decide=confirm_it)
    verdicts: list[Verdict] = []
    together = threading.Barrier(4)

    def confirm() -> None:
        with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as mine:
            together.wait()
            verdicts.append(mine.joining.join(number, evidence=evidence, now=NOW))

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdict.standing for verdict in verdicts) == ["again", "again", "again", "open"]
    assert [member.agreed_where for member in store.subscribers.everyone()] == ["192.0.2.1: Yes."]


def test_a_wish_that_was_confirmed_for_a_reader_who_is_there_keeps_since_when_they_are(store: Store) -> None:
    first, second = (store.confirmations.ask(wish(), decide=confirm_it) for _ in range(2))
    store.joining.join(first, evidence=evidence, now=NOW)
    later = NOW + dt.timedelta(hours=1)
    store.joining.join(second, evidence=evidence, now=later)
    (member,) = store.subscribers.everyone()
    assert (member.joined_at, member.agreed_at, member.last_scheduled_at) == (NOW, later, NOW)


def test_ids_are_never_used_again(store: Store) -> None:
    """A token is an id that was signed: nobody may get the id of somebody whose wish is gone."""
    for _ in range(3):
        store.confirmations.ask(wish(), decide=confirm_it)
    assert store.notes.forget(before=NOW + dt.timedelta(days=40)) > 0
    assert store.confirmations.ask(wish(), decide=confirm_it) == 4
