"""Editors: named people whom the operator gave a link. An ended one stays in the history by name, and their
link is worth nothing; one who is taken in again under that name is a new editor with a new link."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.errors import UsageError
from digest.store.tables_web import editors

if TYPE_CHECKING:
    import datetime as dt

    from digest.store.database import Database


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """A person who may choose for the community's list, since when and, maybe, until when."""

    id: int
    name: str
    since: dt.datetime
    ended_at: dt.datetime | None = None


class Editors:
    """The editors of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, *, at: dt.datetime) -> Editor:
        """Take an editor in. UsageError where there is one of that name."""
        with self._database.begin() as connection:
            if _active(connection, name) is not None:
                raise UsageError(
                    f"{name}: is an editor already; `digest editors link {_quoted(name)}` prints the link"
                )
            done = connection.execute(
                sa.insert(editors).returning(editors.c.id), {"name": name, "since": at, "ended_at": None}
            )
            return Editor(id=int(done.scalar_one()), name=name, since=at)

    def end(self, name: str, *, at: dt.datetime) -> Editor:
        """End an editor's part; what they chose stays. UsageError where there is none of that name."""
        with self._database.begin() as connection:
            editor = _known(connection, name)
            connection.execute(sa.update(editors).where(editors.c.id == editor.id).values(ended_at=at))
            return dataclasses.replace(editor, ended_at=at)

    def named(self, name: str) -> Editor:
        """The editor of that name. UsageError where there is none."""
        with self._database.read() as connection:
            return _known(connection, name)

    def find(self, editor_id: int) -> Editor | None:
        """An editor by number, also one who ended."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(editors).where(editors.c.id == editor_id)).one_or_none()
        return None if row is None else _editor(row)

    def everyone(self) -> list[Editor]:
        """All editors, also those who ended, in the order in which they came."""
        with self._database.read() as connection:
            return [_editor(row) for row in connection.execute(sa.select(editors).order_by(editors.c.id))]


def _active(connection: sa.Connection, name: str) -> Editor | None:
    row = connection.execute(
        sa.select(editors).where(editors.c.name == name, editors.c.ended_at.is_(None))
    ).one_or_none()
    return None if row is None else _editor(row)


def _known(connection: sa.Connection, name: str) -> Editor:
    found = _active(connection, name)
    if found is None:
        raise UsageError(f"{name}: no such editor; `digest editors list` shows all of them")
    return found


def _editor(row: sa.Row[Any]) -> Editor:
    return Editor(id=row.id, name=row.name, since=row.since, ended_at=row.ended_at)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
