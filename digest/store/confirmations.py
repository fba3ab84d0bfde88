"""Wishes that their address must confirm: asked, looked at, and confirmed once.

What is asked writes the same rows whatever is known of the address: who asks cannot tell by the time that it
takes. A wish of which nobody will be written to is kept without what was asked, so that nobody confirms it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import sqlalchemy as sa

from digest.store import occasions, tables
from digest.store.members import by_address, membership
from digest.store.tables_web import confirmations, notes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.model import SuppressionCause
    from digest.store.database import Database
    from digest.store.hashes import Hashes
    from digest.store.members import Membership
    from digest.store.occasions import NoteKind

LIFETIME = dt.timedelta(days=7)
REMEMBERED = dt.timedelta(days=7)  # how far back an addressee's notes are told
MOVED = "moved to another address"  # the evidence of a suppression that only this person's wish lifts

# open: it can be confirmed. again: it was. later: one that was asked later was confirmed. left: the reader
# has left since. late: it is older than LIFETIME. refused: the address is suppressed for another cause.
# taken: the address is another reader's. unknown: there is none, or nobody was ever written to for it.
Standing = Literal["open", "again", "later", "left", "late", "refused", "taken", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for. `where` from (a client's address: evidence, in no log), `shown` what they were
    shown when they did."""

    kind: Literal["join", "move"]
    email: str
    body: Mapping[str, object]
    where: str
    shown: str
    at: dt.datetime
    subscriber_id: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A wish as it is kept. `subscriber_id`: whose it is, once it is confirmed; of a move, from the start."""

    id: int
    kind: Literal["join", "move"]
    subscriber_id: int | None
    address_hash: bytes
    email: str
    body: Mapping[str, Any]
    asked_at: dt.datetime
    asked_where: str
    shown: str
    confirmed_at: dt.datetime | None


class Ground(NamedTuple):
    """Since when an address is suppressed for a cause, and the evidence."""

    at: dt.datetime
    evidence: str


Grounds = dict["SuppressionCause", Ground]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """What is known of an address: whose it is, why it is suppressed, and the notes of the last week that
    were to leave, by kind and time."""

    member: Membership | None
    causes: Mapping[SuppressionCause, Ground]
    posted: tuple[tuple[NoteKind, dt.datetime], ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The note that an asking leads to; `why_not`: none leaves."""

    kind: NoteKind
    why_not: str = ""


class Confirmations:
    """The wishes of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    def ask(self, wish: Wish, *, decide: Callable[[Addressee], Answer]) -> int:
        """Keep a wish and the note that `decide` wants for its addressee, in one transaction; its id."""
        address_hash = self._hashes.address(wish.email)
        with self._database.begin() as connection:
            addressee = _addressee(connection, wish.email, address_hash, at=wish.at)
            answer = decide(addressee)
            kept = answer.kind in ("confirm", "move") and not answer.why_not
            row = {
                "kind": wish.kind,
                "subscriber_id": wish.subscriber_id,
                "address_hash": address_hash,
                "email": wish.email if kept else "",
                "body": dict(wish.body) if kept else {},
                "asked_at": wish.at,
                "asked_where": wish.where if kept else "",
                "shown": wish.shown if kept else "",
            }
            insert = sa.insert(confirmations).values(row).returning(confirmations.c.id)
            confirmation_id = int(connection.execute(insert).scalar_one())
            self._put(connection, answer, addressee, wish.email, at=wish.at, confirmation_id=confirmation_id)
            return confirmation_id

    def write_to(self, email: str, *, at: dt.datetime, decide: Callable[[Addressee], Answer]) -> None:
        """Let the note wait that `decide` wants for this address, without a wish to confirm."""
        address_hash = self._hashes.address(email)
        with self._database.begin() as connection:
            addressee = _addressee(connection, email, address_hash, at=at)
            self._put(connection, decide(addressee), addressee, email, at=at)

    def get(self, confirmation_id: int) -> Confirmation | None:
        """The wish of that id, as it stands."""
        with self._database.read() as connection:
            return find(connection, confirmation_id)

    def standing(self, confirmation_id: int, *, now: dt.datetime) -> Standing:
        """Whether it can be confirmed, or why not."""
        with self._database.read() as connection:
            return standing(connection, find(connection, confirmation_id), now=now)

    def _put(
        self,
        connection: sa.Connection,
        answer: Answer,
        addressee: Addressee,
        email: str,
        *,
        at: dt.datetime,
        confirmation_id: int | None = None,
    ) -> None:
        confirms = answer.kind in ("confirm", "move")
        member = None if confirms else addressee.member
        occasions.put(
            connection,
            self._hashes,
            answer.kind,
            email=member.subscriber.email if member else email,
            address_hash=self._hashes.address(email),
            at=at,
            subscriber_id=member.subscriber.id if member else None,
            confirmation_id=confirmation_id if confirms else None,
            why_not=answer.why_not,
        )


def find(connection: sa.Connection, confirmation_id: int) -> Confirmation | None:
    """The wish of that id, in the caller's transaction."""
    query = sa.select(confirmations).where(confirmations.c.id == confirmation_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else Confirmation(**row._mapping)


def standing(connection: sa.Connection, wish: Confirmation | None, *, now: dt.datetime) -> Standing:
    """How a wish stands at `now`, in the caller's transaction."""
    if wish is None or not wish.email:
        return "unknown"
    if wish.confirmed_at is not None:
        return "again"
    if _was_overtaken(connection, wish):
        return "later"
    if _left_since(connection, wish):
        return "left"
    if now >= wish.asked_at + LIFETIME:
        return "late"
    causes = suppressed_for(connection, wish.address_hash)
    if not set(causes) <= lifted(wish.kind, causes):
        return "refused"
    if wish.kind == "move":
        holder = connection.execute(by_address(wish.email)).one_or_none()
        if holder is not None and holder.id != wish.subscriber_id:
            return "taken"
    return "open"


def lifted(kind: str, causes: Mapping[SuppressionCause, Ground]) -> set[SuppressionCause]:
    """The causes that confirming takes back: of who joins, that they had left; of who moves, that they had
    moved away from there."""
    has_moved = "unsubscribe" in causes and causes["unsubscribe"].evidence == MOVED
    return {"unsubscribe"} if kind == "join" or has_moved else set()


def suppressed_for(connection: sa.Connection, address_hash: bytes) -> Grounds:
    """Why an address is suppressed; empty: it is not."""
    table = tables.suppressions
    query = sa.select(table.c.cause, table.c.at, table.c.evidence).where(table.c.address_hash == address_hash)
    return {row.cause: Ground(row.at, row.evidence) for row in connection.execute(query)}


def _addressee(connection: sa.Connection, email: str, address_hash: bytes, *, at: dt.datetime) -> Addressee:
    row = connection.execute(by_address(email)).one_or_none()
    posted = connection.execute(
        sa.select(notes.c.kind, notes.c.asked_at)
        .where(notes.c.address_hash == address_hash, notes.c.asked_at > at - REMEMBERED)
        .where(notes.c.email != "")
        .order_by(notes.c.asked_at)
    )
    return Addressee(
        member=None if row is None else membership(row),
        causes=suppressed_for(connection, address_hash),
        posted=tuple((one.kind, one.asked_at) for one in posted),
    )


def _was_overtaken(connection: sa.Connection, wish: Confirmation) -> bool:
    """Whether a later wish of the same kind was confirmed: for the same address, or of the same reader."""
    table = confirmations
    same = (
        table.c.address_hash == wish.address_hash
        if wish.kind == "join"
        else table.c.subscriber_id == wish.subscriber_id
    )
    later = sa.or_(
        table.c.asked_at > wish.asked_at, sa.and_(table.c.asked_at == wish.asked_at, table.c.id > wish.id)
    )
    found = sa.select(table.c.id).where(
        same, later, table.c.kind == wish.kind, table.c.confirmed_at.is_not(None)
    )
    return connection.scalar(found.limit(1)) is not None


def _left_since(connection: sa.Connection, wish: Confirmation) -> bool:
    """Whether the reader has left after they asked: then no earlier link brings them back."""
    readers = tables.subscribers
    if wish.kind == "move":
        status = connection.scalar(sa.select(readers.c.status).where(readers.c.id == wish.subscriber_id))
        return status not in ("active", "paused")
    left = suppressed_for(connection, wish.address_hash).get("unsubscribe")
    return left is not None and left.at > wish.asked_at
