"""Readers: who gets mail, what they want, and when they are due. One who has left stays out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from digest.config import address_key
from digest.errors import UsageError
from digest.store import tables
from digest.store.database import parts
from digest.store.erasing import erase, forget_address, number_of
from digest.store.members import admit, adopt, as_row, by_address, membership, set_values
from digest.store.suppressions import is_suppressed, lift, suppress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.model import Subscriber, SuppressionCause
    from digest.store.database import Database
    from digest.store.hashes import Hashes
    from digest.store.members import Admission, Membership, Status

Became = Literal["added", "updated", "left", "suppressed"]


class Subscribers:
    """The readers of one database."""

    def __init__(self, database: Database, hashes: Hashes) -> None:
        self._database = database
        self._hashes = hashes

    # ------------------------------------------------------------------------ coming and going

    def synchronise(self, listed: Sequence[Subscriber]) -> list[str]:
        """Make the file's readers those of the database; returns the addresses that it names in vain,
        because they have left or are suppressed. Readers whom the file no longer names get no more mail.
        Those who chose on the web (origin "web") are left as they are, whatever the file says."""
        table = tables.subscribers
        gone: list[str] = []
        with self._database.begin() as connection:
            refused = self._refused(connection, listed)
            known = {
                row.address_key: row
                for row in connection.execute(
                    sa.select(table).where(
                        sa.or_(
                            table.c.origin == "file",
                            table.c.address_key.in_([address_key(reader.email) for reader in listed]),
                        )
                    )
                )
            }
            for reader in listed:
                row = known.pop(address_key(reader.email), None)
                if (row is not None and row.status == "left") or refused[reader.email]:
                    gone.append(reader.email)
                elif row is None:
                    values = as_row(reader, self._hashes)
                    admit(connection, {**values, "status": "active", "origin": "file"})
                elif row.origin != "web":
                    adopt(connection, row, reader, self._hashes)
            for row in known.values():
                # One who paused gets no mail anyway, and their wish must outlast a change of the file.
                if row.origin == "file" and row.status == "active":
                    set_values(connection, row.id, status="unlisted")
        return gone

    def add(self, admission: Admission) -> bool:
        """Take a reader in, or bring an earlier one's preferences up to date; True if new. Raises
        UsageError for one who has left (only they may come back), and for a suppressed address."""
        (done,) = self.add_all([admission])
        email = admission.subscriber.email
        if done == "left":
            raise UsageError(
                f"{email}: has left and is not added again; with their new consent: "
                f"digest subscribers resume {email} --agreed-at TIME --agreed-where WORDS"
            )
        if done == "suppressed":
            raise UsageError(
                f"{email}: is suppressed and is not added; `digest suppressions list` says why, "
                f"`digest suppressions remove {email}` lifts it"
            )
        return done == "added"

    def add_all(self, admissions: Sequence[Admission]) -> list[Became]:
        """Take many in, in one transaction: what became of each. One who has left, or whose address is
        suppressed, is left alone."""
        done: list[Became] = []
        with self._database.begin() as connection:
            refused = self._refused(connection, [admission.subscriber for admission in admissions])
            for admission in admissions:
                reader = admission.subscriber
                consent = {"agreed_at": admission.agreed_at, "agreed_where": admission.agreed_where}
                row = connection.execute(by_address(reader.email)).one_or_none()
                if (row is not None and row.status == "left") or "unsubscribe" in refused[reader.email]:
                    done.append("left")  # one who was erased has no row, and has left all the same
                elif refused[reader.email]:
                    done.append("suppressed")
                elif row is None:
                    values = as_row(reader, self._hashes)
                    admit(connection, {**values, **consent, "status": "active", "origin": "command"})
                    done.append("added")
                else:
                    if row.status == "unlisted":  # theirs who add them now, no more the file's
                        set_values(connection, row.id, origin="command")
                    adopt(connection, row, reader, self._hashes, said=admission.said)
                    said = {name: value for name, value in consent.items() if value}
                    set_values(connection, row.id, **said)
                    done.append("updated")
        return done

    def set_status(
        self, email: str, status: Status, *, at: dt.datetime | None = None, evidence: str = ""
    ) -> Membership:
        """Pause, resume or end a membership. Who leaves is suppressed; who comes back no longer is.

        UsageError for an address that nobody has, and for coming back to one that is suppressed for
        another cause than having left.
        """
        with self._database.begin() as connection:
            row = connection.execute(by_address(email)).one_or_none()
            if row is None:
                raise UsageError(f"{email}: no such subscriber; `digest subscribers list` shows all of them")
            if status == "left":
                at = at or dt.datetime.now(dt.UTC)
                leave(connection, row.id, at=at)
                suppress(
                    connection, row.address_hash, "unsubscribe", email=row.email, at=at, evidence=evidence
                )
            else:
                changes: dict[str, Any] = {"status": status, "left_at": None, "paused_until": None}
                if status == "active":
                    _come_back(connection, row)
                    changes["next_due_at"] = None
                    if row.status in ("left", "unlisted"):
                        changes["origin"] = "command"  # a file that does not name them ends it no more
                set_values(connection, row.id, **changes)
            return membership(connection.execute(by_address(email)).one())

    def leave(self, subscriber_id: int, *, at: dt.datetime, evidence: str) -> bool:
        """A reader's own wish, as a signed link or mail proves it; False where they had left already."""
        table = tables.subscribers
        with self._database.begin() as connection:
            row = connection.execute(sa.select(table).where(table.c.id == subscriber_id)).one_or_none()
            if row is None:
                return False
            leave(connection, row.id, at=at)
            return suppress(
                connection, row.address_hash, "unsubscribe", email=row.email, at=at, evidence=evidence
            )

    def erase(self, email: str, *, at: dt.datetime) -> bool:
        """Forget a person: preferences, consent, editions, deliveries and their history, votes, notes, wishes
        to be confirmed. What stays is the hash of their addresses on the suppression list, so that no import
        brings them back. Their number is nobody's any more, not theirs either: its links are dead. False if
        nobody has the address, nor had it before a restore."""
        with self._database.begin() as connection:
            address_hash = self._hashes.address(email)
            number = number_of(connection, address_hash)
            if number is not None:
                suppress(connection, address_hash, "unsubscribe", email=None, at=at, evidence="")
                erase(connection, number)
            forget_address(connection, address_hash)
        return number is not None

    def _refused(
        self, connection: sa.Connection, readers: Iterable[Subscriber]
    ) -> dict[str, set[SuppressionCause]]:
        """For each address, as these readers write it, why it is suppressed; empty: it is not."""
        table = tables.suppressions
        hashes = {reader.email: self._hashes.address(reader.email) for reader in readers}
        causes: dict[bytes, set[SuppressionCause]] = {}
        for part in parts(sorted(set(hashes.values()))):
            query = sa.select(table.c.address_hash, table.c.cause).where(table.c.address_hash.in_(part))
            for row in connection.execute(query):
                causes.setdefault(row.address_hash, set()).add(row.cause)
        return {email: causes.get(address_hash, set()) for email, address_hash in hashes.items()}

    # ------------------------------------------------------------------------ looking

    def find(self, email: str) -> Membership | None:
        """The membership of an address."""
        with self._database.read() as connection:
            row = connection.execute(by_address(email)).one_or_none()
        return None if row is None else membership(row)

    def everyone(self) -> list[Membership]:
        """All memberships, by address."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(tables.subscribers).order_by(tables.subscribers.c.address_key)
            )
            return [membership(row) for row in rows]

    def due(self, now: dt.datetime, *, email: str | None = None) -> list[Membership]:
        """Active readers who may have a slot that is due at `now`, by id."""
        table = tables.subscribers
        query = (
            sa.select(table)
            .where(table.c.status == "active", ~is_suppressed(table.c.address_hash))
            .where(sa.or_(table.c.next_due_at.is_(None), table.c.next_due_at <= now))
            .order_by(table.c.id)
        )
        if email is not None:
            query = query.where(table.c.address_key == address_key(email))
        with self._database.read() as connection:
            return [membership(row) for row in connection.execute(query)]

    def next_due_at(self, *, email: str | None = None) -> dt.datetime | None:
        """When the next slot of any active reader, or of that one, is due; None where nobody gets mail."""
        table = tables.subscribers
        query = sa.select(sa.func.min(table.c.next_due_at)).where(
            table.c.status == "active", ~is_suppressed(table.c.address_hash)
        )
        if email is not None:
            query = query.where(table.c.address_key == address_key(email))
        with self._database.read() as connection:
            found: dt.datetime | None = connection.scalar(query)
            return found

    def examples(self) -> set[str]:
        """The arXiv ids that the topics of active readers name as examples."""
        table = tables.subscribers
        with self._database.read() as connection:
            rows = connection.scalars(sa.select(table.c.topics).where(table.c.status == "active"))
            return {one for topics in rows for topic in topics for one in topic["examples"]}

    def by_id(self, ids: Sequence[int]) -> dict[int, Membership]:
        """Memberships by id."""
        table = tables.subscribers
        with self._database.read() as connection:
            return {
                row.id: membership(row)
                for part in parts(ids)
                for row in connection.execute(sa.select(table).where(table.c.id.in_(part)))
            }


def leave(connection: sa.Connection, subscriber_id: int, *, at: dt.datetime) -> None:
    """End a membership in the caller's transaction, for good; the address is the caller's to suppress."""
    table = tables.subscribers
    connection.execute(
        sa.update(table)
        .where(table.c.id == subscriber_id, table.c.status != "left")
        .values(status="left", left_at=at, paused_until=None)
    )


def _come_back(connection: sa.Connection, row: sa.Row[Any]) -> None:
    lift(connection, row.address_hash, cause="unsubscribe")
    table = tables.suppressions
    other = connection.scalars(
        sa.select(table.c.cause).where(table.c.address_hash == row.address_hash).order_by(table.c.at)
    ).all()
    if other:
        raise UsageError(
            f"{row.email}: is suppressed ({', '.join(other)}) and gets no mail; if that is mended: "
            f"digest suppressions remove {row.email}"
        )
