"""Notes: short mails of one occasion, and what became of each.

    waiting ──▶ sending ──▶ accepted | rejected | suppressed | uncertain
       ▲───────────┘ (provably not accepted: again at `retry_at`)

A change of state is one conditional UPDATE, committed before the act that it announces, as in the ledger. A
note is never sent again once it is uncertain: whoever misses it asks once more.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables
from digest.store.limits import Hold, Limits, Permits, note_answers, note_pause
from digest.store.occasions import Note, NoteState, as_note
from digest.store.suppressions import suppress
from digest.store.tables_web import confirmations, notes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.model import Outcome
    from digest.store.database import Database

HOUR = dt.timedelta(hours=1)
GIVE_UP = dt.timedelta(hours=24)
DEAD = "the process that was sending it died; it may have left or not"
# Whom these notes reach has left and asks to come back, or is told for safety's sake that they have moved.
_DESPITE_LEAVING = ("confirm", "move", "moved")


class Notes:
    """The notes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ready(self, now: dt.datetime, *, limit: int = 100) -> list[Note]:
        """What waits and may be tried at `now`, oldest first."""
        query = (
            sa.select(notes)
            .where(notes.c.state == "waiting")
            .where(sa.or_(notes.c.retry_at.is_(None), notes.c.retry_at <= now))
            .order_by(notes.c.asked_at, notes.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [as_note(row) for row in connection.execute(query)]

    def has_work(self, now: dt.datetime) -> bool:
        """Whether a note may be tried at `now`, or hangs in the hands of a process."""
        work = sa.or_(
            sa.and_(notes.c.state == "waiting", sa.or_(notes.c.retry_at.is_(None), notes.c.retry_at <= now)),
            notes.c.state == "sending",
        )
        with self._database.read() as connection:
            return connection.scalar(sa.select(notes.c.id).where(work).limit(1)) is not None

    def claim(
        self,
        note: Note,
        *,
        owner: str,
        provider: str,
        domain: str,
        limits: Limits,
        per_hour: int,
        now: dt.datetime,
    ) -> Hold | bool:
        """Take a note for sending: True, and it is this owner's. False: somebody else has it, or it may no
        longer leave, which is decided here and now. A Hold: not before its time."""
        due = sa.or_(notes.c.retry_at.is_(None), notes.c.retry_at <= now)
        mine = (notes.c.id == note.id, notes.c.state == "waiting", due)
        with self._database.begin() as connection:
            why_not = _why_not(connection, note)
            if why_not:
                _move(connection, mine, "suppressed", now=now, reason=why_not, retry_at=None)
                return False
            if connection.scalar(sa.select(notes.c.id).where(*mine)) is None:
                return False
            recent = sa.select(sa.func.count()).where(
                notes.c.state.not_in(("waiting", "suppressed")), notes.c.updated_at > now - HOUR
            )
            if (connection.scalar(recent) or 0) >= per_hour:
                return Hold(
                    until=now + HOUR / 12,
                    reason=f"{per_hour} notes left in the last hour, and no more may",
                    reach="provider",
                )
            permits = Permits.read(connection, limits, provider, [domain], now=now)
            hold = permits.take(domain)
            if hold is not None:
                return hold
            permits.write(connection)
            return _move(
                connection, mine, "sending", now=now,
                owner=owner, provider=provider, attempts=notes.c.attempts + 1,
            )  # fmt: skip

    def postpone(self, note_id: str, hold: Hold, *, now: dt.datetime) -> None:
        """Leave a note waiting until its time, with the reason for people to read."""
        mine = (notes.c.id == note_id, notes.c.state == "waiting")
        with self._database.begin() as connection:
            _move(connection, mine, "waiting", now=now, reason=hold.reason, retry_at=hold.until)

    def land(
        self,
        note: Note,
        outcome: Outcome,
        *,
        owner: str,
        provider: str,
        domain: str,
        retry_at: dt.datetime | None,
        now: dt.datetime,
    ) -> bool:
        """Write down what became of a note that this owner was sending, and what follows from it for the
        address, its domain and the provider."""
        state: NoteState = "waiting" if outcome.kind == "retry" else outcome.kind
        mine = (notes.c.id == note.id, notes.c.state == "sending", notes.c.owner == owner)
        with self._database.begin() as connection:
            # Where the provider as a whole refused, it was no attempt.
            no_attempt = outcome.stop and outcome.kind == "retry"
            landed = _move(
                connection, mine, state, now=now, reason=outcome.reason, provider_id=outcome.provider_id,
                retry_at=retry_at, attempts=notes.c.attempts - (1 if no_attempt else 0),
            )  # fmt: skip
            if landed:
                if outcome.kind == "suppressed":
                    whose = sa.select(notes.c.address_hash).where(notes.c.id == note.id)
                    address_hash = connection.execute(whose).scalar_one()
                    suppress(
                        connection, address_hash, "bounce", email=note.email, at=now, evidence=outcome.reason
                    )
                if outcome.stop and retry_at is not None:
                    note_pause(connection, provider, until=retry_at)
                note_answers(connection, [(domain, outcome)], now=now)
            return landed

    def reject(self, note_id: str, reason: str, *, now: dt.datetime) -> bool:
        """Give up a note that cannot be written, whoever tries."""
        mine = (notes.c.id == note_id, notes.c.state == "waiting")
        with self._database.begin() as connection:
            return _move(connection, mine, "rejected", now=now, reason=reason, retry_at=None)

    def settle(self, is_alive: Callable[[str], bool], *, now: dt.datetime) -> int:
        """What a dead process was sending is uncertain from now on, and what waited for a day is given up;
        returns how many are uncertain that were not before."""
        sending = sa.select(notes.c.owner).where(notes.c.state == "sending").distinct()
        late = (notes.c.state == "waiting", notes.c.asked_at <= now - GIVE_UP)
        with self._database.read() as connection:
            dead = [owner for owner in connection.scalars(sending).all() if not is_alive(owner)]
            is_late = connection.scalar(sa.select(notes.c.id).where(*late).limit(1)) is not None
        if not dead and not is_late:
            return 0
        with self._database.begin() as connection:
            reason = sa.case(
                (notes.c.reason == "", "given up after a day"),
                else_="given up after a day: " + notes.c.reason,
            )
            _move(connection, late, "rejected", now=now, reason=reason, retry_at=None)
            lost = (notes.c.state == "sending", notes.c.owner.in_(dead))
            return _moved(connection, lost, "uncertain", now=now, reason=DEAD)

    def forget(self, *, before: dt.datetime) -> int:
        """Take away notes asked for before then, and wishes that nobody confirmed; returns how many rows."""
        old_notes = (notes.c.asked_at < before, notes.c.state.not_in(("waiting", "sending")))
        old_wishes = (confirmations.c.asked_at < before, confirmations.c.confirmed_at.is_(None))
        with self._database.read() as connection:
            if not any(
                connection.scalar(sa.select(table.c.id).where(*old).limit(1)) is not None
                for table, old in ((notes, old_notes), (confirmations, old_wishes))
            ):
                return 0
        with self._database.begin() as connection:
            gone = connection.execute(sa.delete(notes).where(*old_notes)).rowcount
            return gone + connection.execute(sa.delete(confirmations).where(*old_wishes)).rowcount

    def latest(self, *, email_hash: bytes | None = None, limit: int = 100) -> list[Note]:
        """Notes, newest first."""
        query = sa.select(notes).order_by(notes.c.asked_at.desc(), notes.c.id).limit(limit)
        if email_hash is not None:
            query = query.where(notes.c.address_hash == email_hash)
        with self._database.read() as connection:
            return [as_note(row) for row in connection.execute(query)]

    def counts(self) -> dict[NoteState, int]:
        """How many notes there are in each state; none: not in it."""
        query = sa.select(notes.c.state, sa.func.count().label("number")).group_by(notes.c.state)
        with self._database.read() as connection:
            return {row.state: row.number for row in connection.execute(query)}


def _why_not(connection: sa.Connection, note: Note) -> str:
    """Why a note may not leave (any more); "" where it may."""
    address_hash = sa.select(notes.c.address_hash).where(notes.c.id == note.id).scalar_subquery()
    table = tables.suppressions
    refused = sa.select(table.c.cause).where(table.c.address_hash == address_hash)
    if note.kind in _DESPITE_LEAVING:
        refused = refused.where(table.c.cause != "unsubscribe")
    if connection.scalar(refused.limit(1)) is not None:
        return "the address is suppressed"
    if note.kind in ("confirm", "move"):
        wish = sa.select(confirmations.c.confirmed_at).where(confirmations.c.id == note.confirmation_id)
        row = connection.execute(wish).one_or_none()
        return "there is nothing left to confirm" if row is None or row.confirmed_at is not None else ""
    if note.kind in ("known", "link"):
        readers = tables.subscribers
        theirs = sa.select(readers.c.id).where(
            readers.c.id == note.subscriber_id,
            readers.c.status.in_(("active", "paused")),
            readers.c.address_hash == address_hash,
        )
        return "" if connection.scalar(theirs) is not None else "the address is no reader's any more"
    return ""


def _move(
    connection: sa.Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    to: NoteState,
    *,
    now: dt.datetime,
    **values: object,
) -> bool:
    return _moved(connection, conditions, to, now=now, **values) > 0


def _moved(
    connection: sa.Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    to: NoteState,
    *,
    now: dt.datetime,
    **values: object,
) -> int:
    change = sa.update(notes).where(*conditions).values(state=to, updated_at=now, **values)
    return connection.execute(change).rowcount
