"""A backup in; the database as it was then out, in the place of the one that is there.

A sound database is written over in one transaction, whoever has it open; a damaged one is moved aside with
its companions. What was there is kept under a dated name. As long as it can be read, what may not be
forgotten is taken over from it (see `takeover`): a restore brings back no one who has left since.
"""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.errors import StoreError, UsageError
from digest.store import copies, tables, tables_web, takeover
from digest.store.backups import TABLES, read_backup
from digest.store.database import Database
from digest.store.ledger import move
from digest.store.owners import Owner

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from digest.store.backups import Backup

REASON = "may have been sent before the restore"
# Numbers that were given out after the backup are in links that somebody has: nobody else may get them. The
# room is for those that the replaced database does not tell of, or gives while it is being replaced.
SIGNED = ("confirmations", "editors", "subscribers")
ROOM = 1_000_000


class Restore:
    """A backup on its way: copied beside the database, where it can be made ready, and put in its place by
    `finish`. While it lasts no other process sends."""

    def __init__(self, path: Path, ready: Path, backup: Backup, *, stamp: str) -> None:
        self.path = path  # the database's
        self.ready = ready
        self.backup = backup
        self._kept = path.with_name(f"{path.name}.replaced-{stamp}")

    @property
    def url(self) -> str:
        """Where the copy stands until it is put in place."""
        return f"sqlite:///{self.ready}"

    def take_over(self, database: Database) -> int | None:
        """Take over into the copy, open as `database`, what may not be forgotten, before anyone is taken into
        it. Returns how many came onto the suppression list after the backup, None where the database that is
        replaced cannot be read or is another one."""
        replaced = takeover.read(self.path) if self.path.exists() and is_sound(self.path) else None
        with database.begin() as connection:
            _leave_room(connection, past=replaced.numbers if replaced is not None else {})
            return None if replaced is None else takeover.put(connection, replaced)

    def finish(self) -> Path | None:
        """Put the copy in place; where to find what was replaced, None if there was nothing."""
        copies.finish(self.ready, named=self.backup.path)
        if self.path.exists() and is_sound(self.path):
            with copies.growing(self._kept) as grown:
                copies.copy(self.path, grown)
                copies.finish(grown, named=self.path)
            copies.overwrite(self.ready, self.path)
            return self._kept
        replaced = self._set_aside()
        copies.move_in(self.ready, self.path)
        return replaced

    def _set_aside(self) -> Path | None:
        found = self.path.exists()
        # The companions first: a log that met another database's file would be played into it.
        for companion in (*copies.COMPANIONS, ""):
            old = self.path.with_name(self.path.name + companion)
            if old.exists():
                copies.move_in(old, self._kept.with_name(self._kept.name + companion))
        return self._kept if found else None


@contextlib.contextmanager
def restoring(url: str, file: Path, *, force: bool = False, now: dt.datetime) -> Iterator[Restore]:
    """Make ready to put a backup in place of the database at `url`. Nothing has changed until `finish`.

    UsageError where a sound database stands there (unless `force`); StoreError while a run is under way, and
    for a file that is no backup, or a damaged one.
    """
    database = Database(url, create=False)
    database.close()
    path = database.path
    if path is None or not path.parent.is_dir():
        raise StoreError(f"{database.name}: its folder does not exist; create it")
    backup = read_backup(file)
    if path.exists() and path.samefile(file):
        raise UsageError(f"{file}: that is the database itself; name a backup of it")
    with _alone(path):
        if not force and path.exists() and is_sound(path):
            raise UsageError(
                f"{path}: a sound database is there; with --force the backup takes its place, "
                "and what was there is kept beside it"
            )
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            ready = Path(folder) / path.name
            ready.touch(mode=0o600)
            copies.copy(file, ready)
            copies.finish(ready, named=file)
            yield Restore(path, ready, backup, stamp=f"{now:%Y%m%dT%H%M%SZ}")


def is_sound(path: Path) -> bool:
    """Whether it is a database of ours that can be read from end to end."""
    try:
        with copies.opened(path, read_only=True) as connection:  # a damaged one is somebody's to examine
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            return names >= TABLES and not copies.first_fault(connection)
    except sqlite3.Error:
        return False


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """As an owner of deliveries, and the only one that lives."""
    folder = path.with_name(path.name + ".owners")
    owner = Owner(folder)
    try:
        others = [lock.stem for lock in folder.glob("*.lock") if lock.stem != owner.id]
        if any(owner.is_alive(other) for other in others):
            raise StoreError(f"{path}: a run is under way; stop it, or wait for its end, then restore")
        yield
    finally:
        owner.close()


def _leave_room(connection: sa.Connection, *, past: Mapping[str, int]) -> None:
    """Let the next of each have a number that none had before the restore."""
    known = takeover.last_numbers(connection)
    for table in SIGNED:
        last = max(known.get(table, 0), past.get(table, 0)) + ROOM
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
            {"name": table, "last": last},
        )


def end_flights(database: Database, *, until: dt.datetime, now: dt.datetime) -> int:
    """Take as sent what was composed, in the air or uncertain when the backup was taken, of slots due by
    `until`: nobody is sent it again, nor its papers; nor a note that waited then. Returns how many
    deliveries that were."""
    table = tables.deliveries
    due = table.c.scheduled_at <= until
    with database.begin() as connection:
        ended = move(
            connection, ("composed", "retry"), "expired", due, now=now, reason=REASON, maybe_sent=True
        )
        move(connection, ("sending",), "uncertain", due, now=now, reason=REASON, maybe_sent=True)
        ended += move(connection, ("uncertain",), "abandoned", due, now=now, reason=REASON, maybe_sent=True)
        may_have_left = tables_web.notes.c.state.in_(("waiting", "sending"))
        connection.execute(
            sa.update(tables_web.notes)
            .where(may_have_left)
            .values(state="uncertain", reason=REASON, updated_at=now)
        )
    return len(ended)


def skip_slots(database: Database, *, until: dt.datetime, cut_off: int, now: dt.datetime) -> int:
    """Take as sent what is planned and due by `until`, and with it every listing up to `cut_off`. Returns
    how many."""
    table = tables.deliveries
    with database.begin() as connection:
        return len(
            move(
                connection, ("planned",), "skipped", table.c.scheduled_at <= until, now=now, reason=REASON,
                cut_off=cut_off,
            )
        )  # fmt: skip
