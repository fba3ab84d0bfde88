"""After a backup came back, nobody gets a number that stands in somebody else's links."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.model import Subscriber
from digest.store import Store
from digest.store.backups import back_up
from digest.store.confirmations import Wish
from digest.store.members import READER, Admission
from digest.store.restores import ROOM, end_flights, restoring
from digest.store.tables_web import former_ids, notes
from tests.store.test_confirmations import NOW, confirm_it, evidence, wish
from tests.store.test_deliveries import slot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DAY = dt.timedelta(days=1)
ADA, BO, CYD, NEW = "ada@example.org", "bo@example.org", "cyd@example.org", "ada@new.example"


@dataclasses.dataclass
class Place:
    """A folder with a database and its backups."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "digest.db"

    @contextlib.contextmanager
    def open(self) -> Iterator[Store]:
        with Store.open(f"sqlite:///{self.path}") as store:
            yield store

    def back_up(self, name: str = "backup.db") -> None:
        back_up(f"sqlite:///{self.path}", self.folder / name, clock=lambda: NOW)

    def restore(self, name: str = "backup.db") -> int | None:
        with restoring(f"sqlite:///{self.path}", self.folder / name, force=True, now=NOW) as going:
            with Store.open(going.url) as ready:
                suppressed = going.take_over(ready.database)
                end_flights(ready.database, until=NOW, now=NOW)
            for kept in self.folder.glob("digest.db.replaced-*"):
                kept.unlink()
            going.finish()
        return suppressed


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def add(store: Store, email: str) -> int:
    store.subscribers.add(Admission(subscriber=Subscriber(email=email)))
    return number(store, email)


def listed(store: Store, email: str) -> int:
    store.subscribers.synchronise([Subscriber(email=email)])
    return number(store, email)


def joined(store: Store, email: str) -> int:
    asked = dataclasses.replace(
        wish(NOW), email=email, body=READER.dump_python(Subscriber(email=email), mode="json")
    )
    verdict = store.joining.join(
        store.confirmations.ask(asked, decide=confirm_it), evidence=evidence, now=NOW
    )
    assert verdict.subscriber_id == number(store, email)
    return number(store, email)


def moved(store: Store, reader: int, email: str, *, at: dt.datetime = NOW) -> None:
    asked = Wish(kind="move", email=email, body={}, where="x", shown="Move.", at=at, subscriber_id=reader)
    verdict = store.joining.move(store.confirmations.ask(asked, decide=confirm_it), now=at)
    assert (verdict.standing, verdict.subscriber_id) == ("open", reader)


def number(store: Store, email: str) -> int:
    member = store.subscribers.find(email)
    assert member is not None
    return member.subscriber.id


def email_of(store: Store, reader: int) -> str | None:
    """Whose page a link of that number opens."""
    found = store.subscribers.by_id([reader]).get(reader)
    return None if found is None else found.subscriber.email


def kept(store: Store) -> int:
    with store.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(former_ids)) or 0


WAYS = [add, listed, joined]


def test_a_link_of_before_a_restore_confirms_nothing_of_after_it(place: Place) -> None:
    with place.open() as store:
        store.confirmations.ask(wish(), decide=confirm_it)
        place.back_up()
        store.confirmations.ask(wish(), decide=confirm_it)
    place.restore()
    with place.open() as store:
        assert store.confirmations.ask(wish(NOW + DAY), decide=confirm_it) > ROOM
        waiting = [note for note in store.notes.latest() if note.asked_at == NOW]
        assert [note.state for note in waiting] == ["uncertain"]  # it may have left before the restore


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_who_joined_since_the_backup_gets_their_own_number_and_nobody_else_does(
    place: Place, first: Callable[[Store, str], int], way: Callable[[Store, str], int]
) -> None:
    with place.open() as store:
        place.back_up()
        ada = first(store, ADA)
        (delivery,) = store.deliveries.plan([(ada, slot(22))], now=NOW)
    assert place.restore() == 0
    with place.open() as store:
        bo = way(store, BO)
        assert bo > ROOM
        assert email_of(store, ada) is None
        assert way(store, ADA) == ada
        assert store.deliveries.plan([(ada, slot(22))], now=NOW) == [delivery]
        assert way(store, CYD) > bo
        assert kept(store) == 0


def test_two_restores_of_one_backup_give_no_number_twice(place: Place) -> None:
    with place.open() as store:
        place.back_up()
        ada = add(store, ADA)
    place.restore()
    with place.open() as store:
        bo = add(store, BO)
        asked = store.confirmations.ask(wish(), decide=confirm_it)
    place.restore()
    with place.open() as store:
        cyd = add(store, CYD)
        assert cyd not in (ada, bo)
        assert (add(store, BO), add(store, ADA)) == (bo, ada)
        assert store.confirmations.ask(wish(NOW + DAY), decide=confirm_it) > asked


@pytest.mark.parametrize("how", ["damaged", "gone", "of other people"])
def test_where_the_replaced_database_tells_nothing_there_is_room(place: Place, how: str) -> None:
    with place.open() as store:
        place.back_up()
        ada = add(store, ADA)
    if how == "damaged":
        place.path.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    else:
        place.path.unlink()
    if how == "of other people":
        with place.open() as store:
            add(store, CYD)
    assert place.restore() is None
    with place.open() as store:
        assert kept(store) == 0
        assert add(store, BO) > ROOM
        assert add(store, ADA) > ROOM
        assert email_of(store, ada) is None


def test_who_joined_while_the_database_was_being_replaced_has_their_number_alone(place: Place) -> None:
    with place.open() as store:
        add(store, ADA)
        place.back_up()
    with restoring(f"sqlite:///{place.path}", place.folder / "backup.db", force=True, now=NOW) as going:
        with Store.open(going.url) as ready:
            going.take_over(ready.database)
        with place.open() as store:
            bo = add(store, BO)
        going.finish()
    with place.open() as store:
        assert add(store, CYD) > bo
        assert email_of(store, bo) is None


# ------------------------------------------------------------------------ moving


def test_who_moved_since_the_backup_stays_at_their_new_address(place: Place) -> None:
    with place.open() as store:
        ada = listed(store, ADA)
        place.back_up()
        moved(store, ada, NEW)
    assert place.restore() == 1
    with place.open() as store:
        assert email_of(store, ada) == NEW
        assert store.subscribers.synchronise([Subscriber(email=ADA)]) == [ADA]
        assert [one.subscriber.email for one in store.subscribers.due(NOW + DAY)] == [NEW]
        assert add(store, NEW) == ada
        assert kept(store) == 0


def test_the_number_of_one_who_joined_and_moved_is_their_last_addresss(place: Place) -> None:
    with place.open() as store:
        place.back_up()
        ada = joined(store, ADA)
        moved(store, ada, NEW)
    place.restore()
    with place.open() as store:
        assert joined(store, ADA) > ROOM  # the mailbox may be somebody else's by now
        assert email_of(store, ada) is None
        assert joined(store, NEW) == ada


def test_an_address_that_changed_hands_opens_no_page_of_who_had_it_before(place: Place) -> None:
    with place.open() as store:
        ada = joined(store, ADA)
        place.back_up()
        moved(store, ada, NEW)
        heir = joined(store, ADA)
    place.restore()
    with place.open() as store:
        assert (email_of(store, ada), email_of(store, heir)) == (NEW, None)
        assert joined(store, ADA) == heir
    place.restore()
    with place.open() as store:
        assert (email_of(store, ada), email_of(store, heir)) == (NEW, None)


def test_one_may_have_moved_to_where_another_was(place: Place) -> None:
    with place.open() as store:
        bo, ada = joined(store, BO), joined(store, ADA)
        place.back_up()
        moved(store, ada, NEW)
        moved(store, bo, CYD, at=NOW + DAY)
        moved(store, bo, ADA, at=NOW + 2 * DAY)
    place.restore()
    with place.open() as store:
        assert (email_of(store, ada), email_of(store, bo)) == (NEW, ADA)


def test_two_who_changed_places_stay_where_the_backup_has_them(place: Place) -> None:
    with place.open() as store:
        bo, ada = joined(store, BO), joined(store, ADA)
        place.back_up()
        moved(store, ada, NEW)
        moved(store, bo, ADA)
        moved(store, ada, BO, at=NOW + DAY)
    place.restore()
    with place.open() as store:
        assert (email_of(store, ada), email_of(store, bo)) == (ADA, BO)
        assert kept(store) == 0


def test_a_move_that_nothing_proves_any_more_is_not_made_again(place: Place) -> None:
    with place.open() as store:
        ada = joined(store, ADA)
        place.back_up()
        moved(store, ada, NEW)
        store.suppressions.lift(ADA)
        with store.database.begin() as connection:
            connection.execute(sa.delete(notes))  # as they are after a month
    place.restore()
    with place.open() as store:
        assert email_of(store, ada) == ADA
        assert joined(store, NEW) > ROOM


# ------------------------------------------------------------------------ being forgotten


def test_the_number_of_an_erased_person_is_nobodys(place: Place) -> None:
    with place.open() as store:
        place.back_up()
        ada = joined(store, ADA)
        store.subscribers.erase(ADA, at=NOW)
    assert place.restore() == 1
    with place.open() as store:
        assert store.subscribers.synchronise([Subscriber(email=ADA)]) == [ADA]
        assert (add(store, BO), joined(store, ADA)) == (ROOM + ada + 1, ROOM + ada + 2)
        assert email_of(store, ada) is None


def test_who_is_erased_after_the_restore_is_so_though_the_backup_did_not_know_them(place: Place) -> None:
    with place.open() as store:
        place.back_up()
        ada = joined(store, ADA)
        moved(store, ada, NEW)
    place.restore()
    with place.open() as store:
        assert store.subscribers.erase(NEW, at=NOW)
        assert kept(store) == 0
        assert [(one.email, one.cause) for one in store.suppressions.everyone()] == [("", "unsubscribe")] * 2
        assert store.subscribers.synchronise([Subscriber(email=NEW)]) == [NEW]
        assert not store.subscribers.erase(NEW, at=NOW)
        assert joined(store, NEW) > ROOM


def test_who_came_again_and_was_erased_does_not_get_their_number_from_a_later_backup(place: Place) -> None:
    with place.open() as store:
        place.back_up()
        ada = joined(store, ADA)
    place.restore()
    place.back_up("later.db")  # which remembers the number
    with place.open() as store:
        assert joined(store, ADA) == ada
        store.subscribers.erase(ADA, at=NOW)
    place.restore("later.db")
    with place.open() as store:
        assert kept(store) == 0
        assert joined(store, ADA) > ROOM


def test_the_first_address_of_one_who_moved_is_forgotten_with_them(place: Place) -> None:
    with place.open() as store:
        ada = listed(store, ADA)
        place.back_up()
        moved(store, ada, NEW)
    place.restore()
    with place.open() as store:
        assert store.subscribers.erase(NEW, at=NOW)
        assert [one.email for one in store.suppressions.everyone()] == ["", ""]
        assert store.notes.latest() == []


def test_who_was_erased_and_joined_anew_has_one_number_after_a_restore(place: Place) -> None:
    with place.open() as store:
        ada = joined(store, ADA)
        place.back_up()
        store.subscribers.erase(ADA, at=NOW)
        anew = joined(store, ADA)
    place.restore()
    with place.open() as store:
        assert (number(store, ADA), email_of(store, anew)) == (ada, None)
        store.subscribers.erase(ADA, at=NOW)
        assert joined(store, ADA) > ROOM
