"""A note as a noun and as a row, and the one statement that lets it wait."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import tables
from digest.store.database import insert_new
from digest.store.tables_web import notes

if TYPE_CHECKING:
    import datetime as dt

    from digest.store.hashes import Hashes

# confirm, move: the link that confirms a wish. known: the address is a reader's already. link: the way to the
# preferences, for one who lost it. moved: told to the address that a reader has left for another one.
NoteKind = Literal["confirm", "move", "known", "link", "moved"]
NoteState = Literal["waiting", "sending", "accepted", "rejected", "suppressed", "uncertain"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it stands. `email` is "" where it was never meant to leave."""

    id: str
    kind: NoteKind
    email: str
    subscriber_id: int | None
    confirmation_id: int | None
    state: NoteState
    attempts: int
    reason: str
    asked_at: dt.datetime
    retry_at: dt.datetime | None


def as_note(row: sa.Row[Any]) -> Note:
    """A row as a noun."""
    return Note(**{field.name: getattr(row, field.name) for field in dataclasses.fields(Note)})


def put(
    connection: sa.Connection,
    hashes: Hashes,
    kind: NoteKind,
    *,
    email: str,
    address_hash: bytes,
    at: dt.datetime,
    subscriber_id: int | None = None,
    confirmation_id: int | None = None,
    why_not: str = "",
) -> str:
    """Let a note wait, in the caller's transaction; one that may not leave (`why_not`) is kept without its
    address, so that the same is written whoever is asked for. Returns its id."""
    row: dict[str, Any] = {
        "kind": kind,
        "address_hash": address_hash,
        "email": "" if why_not else email,
        "subscriber_id": subscriber_id,
        "confirmation_id": confirmation_id,
        "state": "suppressed" if why_not else "waiting",
        "attempts": 0,
        "owner": "",
        "provider": "",
        "provider_id": "",
        "reason": why_not,
        "asked_at": at,
        "updated_at": at,
    }
    for turn in range(100):
        note_id = hashes.note(f"{kind}/{address_hash.hex()}/{at.isoformat()}/{turn}")
        taken = sa.select(tables.deliveries.c.id).where(tables.deliveries.c.id == note_id)
        if connection.scalar(taken) is None and insert_new(connection, notes, {**row, "id": note_id}):
            return note_id
    raise StoreError("a hundred notes to one address at one moment; nothing was kept")
