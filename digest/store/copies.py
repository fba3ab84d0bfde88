"""A database file in, another one out: whole, sound, on the disk, or not there at all.

Copies grow under another name beside their own and get it at the end. Nothing here knows what is in a table.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.store.database import BUSY_S

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = 1024  # copied at a time: 4 MB, a few milliseconds of the disk's
PAUSE_S = 0.005  # for the others, between two such times
COMPANIONS = ("-wal", "-shm", "-journal")


@contextlib.contextmanager
def opened(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection to a file that must be there, in nobody's transaction. Raises sqlite3.Error."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_S
    )
    with contextlib.closing(connection):
        yield connection


@contextlib.contextmanager
def growing(target: Path) -> Iterator[Path]:
    """A file beside `target`, with mode 0600, that takes its name at the end; gone if that is not reached."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from error
    os.close(descriptor)
    grown = Path(name)
    try:
        yield grown
        move_in(grown, target)
    finally:
        for companion in ("", *COMPANIONS):
            grown.with_name(grown.name + companion).unlink(missing_ok=True)


def copy(source: Path, target: Path, *, pause_s: float = 0.0) -> None:
    """A snapshot of `source`, which others may be using, in place of what `target` held.

    The read transaction pins it: without one, each commit of another process would begin the copy anew, and
    a busy database would never be done. In WAL mode no writer waits for it. Raises StoreError.
    """
    with told(target), opened(source, read_only=True) as living, opened(target) as grown:
        living.execute("BEGIN")
        living.execute("SELECT count(*) FROM sqlite_master").fetchone()
        living.backup(grown, pages=PAGES, progress=lambda *_: time.sleep(pause_s))
        living.execute("COMMIT")


def overwrite(source: Path, target: Path, *, busy_s: float = BUSY_S) -> None:
    """Put the content of `source` into the place of that of `target` in one transaction: whoever has it open
    sees the one or the other. Raises StoreError."""
    deadline = time.monotonic() + busy_s

    def patient(_status: int, remaining: int, _total: int) -> None:
        if remaining and time.monotonic() > deadline:
            raise sqlite3.OperationalError("database is locked")

    with told(target), opened(source, read_only=True) as read, opened(target) as written:
        written.execute("PRAGMA synchronous = FULL")
        read.backup(written, pages=-1, progress=patient)
        with contextlib.suppress(sqlite3.Error):  # somebody reads: then it is done later
            written.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def finish(path: Path, *, named: Path) -> None:
    """Make it one file without companions, read it from end to end, and wait until the disk has it.
    StoreError, about `named`, where it is damaged."""
    with told(named), opened(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        verdict = first_fault(connection)
    if verdict:
        raise StoreError(f"{named}: the database is damaged ({verdict}); restore an earlier backup")
    _flush(path, os.O_RDONLY)


def first_fault(connection: sqlite3.Connection) -> str:
    """What reading the database from end to end finds first; "" where it is sound."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if verdict == "ok" else str(verdict).splitlines()[-1]


def move_in(path: Path, target: Path) -> None:
    """Give a file its name, in place of what had it, so that a power cut does not take it back."""
    try:
        path.rename(target)
        _flush(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from error


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """The driver's errors as sentences about that file."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_cause(str(error))}") from error


def _cause(said: str) -> str:
    if "full" in said:
        return "the disk is full; nothing was changed; make room, then try again"
    if "locked" in said or "busy" in said:
        return "another process holds the database; nothing was changed; try again in a minute"
    if "not a database" in said or "malformed" in said:
        return "this is not a database, or a damaged one"
    if "unable to open" in said or "readonly" in said:
        return "cannot be opened; check that it and its folder may be written by this user"
    return said
