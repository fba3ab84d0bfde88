"""A living database in, a copy in one file out, as it stood at one moment, which says when that was."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.errors import StoreError, UsageError
from digest.store import copies
from digest.store.database import SCHEMA, Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TAKEN_AT = "backup taken at"  # a fact, in the copy alone
TABLES = frozenset({"alembic_version", "deliveries", "editions", "facts", "subscribers"})  # in any version


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy of a database. `taken_at` is None for one that was copied by other means."""

    path: Path
    size: int  # bytes
    taken_at: dt.datetime | None
    schema: str


def back_up(
    url: str,
    target: Path,
    *,
    force: bool = False,
    clock: Callable[[], dt.datetime],
    pause_s: float = copies.PAUSE_S,
) -> Backup:
    """Copy the database at `url`, which others may be using, to a file that only its owner may read.

    UsageError where the file is there already (unless `force`), or is the database itself; StoreError where
    there is no database, or the copy fails or turns out to be damaged: then no file was made.
    """
    with contextlib.closing(Database(url, create=False)) as database:
        source = database.path
        if source is None or not source.exists():
            raise StoreError(f"{database.name}: there is no database yet; nothing was backed up")
        if target.exists():
            if target.samefile(source):
                raise UsageError(f"{target}: that is the database itself; name another file")
            if not force:
                raise UsageError(f"{target}: is there already; name another file, or add --force")
        if database.known_version() is None:
            raise StoreError(f"{database.name}: this is not a database of this program, or an empty one")
    with copies.growing(target) as grown:
        taken_at = clock()  # before the snapshot: what was sent from here on it may not know
        copies.copy(source, grown, pause_s=pause_s)
        with copies.told(target), copies.opened(grown) as copy:
            copy.execute("DELETE FROM facts WHERE name = ?", (TAKEN_AT,))
            copy.execute(
                "INSERT INTO facts (name, value) VALUES (?, ?)", (TAKEN_AT, taken_at.isoformat().encode())
            )
        copies.finish(grown, named=source)
    return read_backup(target)


def read_backup(file: Path) -> Backup:
    """Look at a backup without changing it. StoreError for a file that is none, or a newer version's."""
    if not file.is_file():
        raise StoreError(f"{file}: there is no such file")
    with copies.told(file), copies.opened(file, read_only=True) as copy:
        names = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not names >= TABLES:
            raise StoreError(f"{file}: this is not a database of this program")
        (schema,) = copy.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        taken = copy.execute("SELECT value FROM facts WHERE name = ?", (TAKEN_AT,)).fetchone()
    if schema > SCHEMA:
        raise StoreError(
            f"{file}: made by a newer version of this program (schema {schema}, this one knows {SCHEMA}); "
            "upgrade the program first"
        )
    return Backup(
        path=file,
        size=file.stat().st_size,
        taken_at=None if taken is None else dt.datetime.fromisoformat(taken[0].decode()),
        schema=schema,
    )
