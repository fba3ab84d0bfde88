"""A database of the first version, brought up to date: with everything that was in it, or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest import pipeline
from digest.errors import StoreError
from digest.links import Signer
from digest.mail.templates import Templates
from digest.model import DeliveryEvent
from digest.pipeline.works import Works
from digest.store import Store
from digest.store.bounces import SoftBounces
from digest.store.database import SCHEMA
from tests.pipeline.test_deliver import NOW, SITE, ToldMailer, ToldSource

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = (Path(__file__).parent / "schemas" / "0001.sql").read_text(encoding="utf-8")
# As it was then, for the readers 1 to 4.
ADA, BOB, CYD, DAN = "8835756420b71ae6", "ddda8430731a28c2", "11c94cb1d4ffc2fb", "df13c2215648309b"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as the first version left it."""
    path = tmp_path / "digest.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST)
    return path


@pytest.fixture
def upgraded(old: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{old}") as store:
        yield store


def dump(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def rows(path: Path, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT {', '.join(columns)} FROM {table}")
        return sorted((tuple(map(said, row)) for row in found), key=repr)


def said(value: object) -> object:
    """What a value says: an edition is compressed now, and says the same."""
    is_compressed = isinstance(value, bytes) and value.startswith(b"x\x9c")
    return zlib.decompress(value).decode() if is_compressed else value


def schema(path: Path) -> dict[str, object]:
    """Tables, columns with type, nullability and key, indexes, and what is unique."""
    engine = sa.create_engine(f"sqlite:///{path}")
    inspector = sa.inspect(engine)
    found: dict[str, object] = {}
    for table in inspector.get_table_names():
        found[table] = (
            {
                column["name"]: (str(column["type"]), column["nullable"], column["primary_key"])
                for column in inspector.get_columns(table)
            },
            {
                index["name"]: (index["column_names"], index["unique"])
                for index in inspector.get_indexes(table)
            },
            sorted(unique["column_names"] for unique in inspector.get_unique_constraints(table)),
            inspector.get_pk_constraint(table)["constrained_columns"],
        )
    engine.dispose()
    return found


def works(store: Store, *, at: dt.datetime) -> Works:
    return Works(
        store=store,
        sources=(ToldSource(),),
        mailer=ToldMailer(),
        templates=Templates.load(),
        site=SITE,
        signer=Signer("a secret that is long enough for a test", ()),
        clock=lambda: at,
    )


def test_nothing_that_was_in_it_is_lost(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old)) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != "alembic_version"
        ]
        columns = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables
        }
    before = {table: rows(old, table, columns[table]) for table in tables}
    assert {len(before[table]) for table in ("subscribers", "deliveries", "editions")} == {4}
    Store.open(f"sqlite:///{old}").close()
    assert {table: rows(old, table, columns[table]) for table in tables} == before


def test_it_has_the_schema_of_a_new_one(old: Path, tmp_path: Path) -> None:
    Store.open(f"sqlite:///{old}").close()
    fresh = tmp_path / "fresh.db"
    Store.open(f"sqlite:///{fresh}").close()
    assert schema(old) == schema(fresh)
    assert rows(old, "alembic_version", ["version_num"]) == [(SCHEMA,)]


def test_bringing_it_up_to_date_twice_changes_nothing(old: Path) -> None:
    Store.open(f"sqlite:///{old}").close()
    once = dump(old)
    Store.open(f"sqlite:///{old}").close()
    assert dump(old) == once


def test_who_had_left_is_suppressed_and_nobody_else(upgraded: Store) -> None:
    (found,) = upgraded.suppressions.everyone()
    assert (found.email, found.cause) == ("dan@example.org", "unsubscribe")
    assert found.at == dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
    assert upgraded.suppressions.of("DAN@example.org") == [found]
    upgraded.subscribers.erase("dan@example.org", at=NOW)
    assert [one.cause for one in upgraded.suppressions.of("dan@example.org")] == ["unsubscribe"]


def test_what_waited_goes_out_and_what_was_uncertain_is_held(upgraded: Store) -> None:
    later = NOW + dt.timedelta(minutes=5)
    told = works(upgraded, at=later)
    report = pipeline.run(told, now=later)
    assert isinstance(told.mailer, ToldMailer)
    assert [message.recipient for message in told.mailer.handed] == ["Bob@example.org"]
    assert [message.delivery_id for message in told.mailer.handed] == [BOB]
    assert (report.due, report.accepted, report.uncertain_total) == (1, 1, 1)
    states = {one.id: one.state for one, _ in upgraded.deliveries.latest()}
    assert states == {ADA: "accepted", BOB: "accepted", CYD: "uncertain", DAN: "rejected"}
    assert upgraded.deliveries.by_id([BOB])[BOB].attempts == 2


def test_the_papers_of_what_was_uncertain_stay_behind_its_reader(upgraded: Store) -> None:
    tomorrow = NOW + dt.timedelta(days=2)
    told = works(upgraded, at=tomorrow)
    pipeline.run(told, now=tomorrow)
    assert isinstance(told.mailer, ToldMailer)
    (raw,) = [message.raw for message in told.mailer.handed if message.recipient == "cyd@example.org"]
    assert upgraded.deliveries.by_id([CYD])[CYD].state == "uncertain"
    assert b"Telescope of day 23" in raw
    assert b"Telescope of day 21" not in raw


def test_what_is_told_of_a_mail_that_the_first_version_sent_still_counts(upgraded: Store) -> None:
    told = DeliveryEvent(kind="complaint", teller="sendgrid", name="spamreport", at=NOW, delivery_id=ADA)
    soft = dataclasses.replace(told, kind="soft_bounce", name="bounce", delivery_id=CYD)
    done = upgraded.events.absorb([told, soft], soft_bounces=SoftBounces(count=1, days=0), now=NOW)
    assert (done.new, done.moved) == (2, 2)
    assert [one.cause for one in upgraded.suppressions.of("ada@example.org")] == ["complaint"]
    assert [what for _, what, _ in upgraded.deliveries.history(ADA)] == ["complained", "sendgrid: spamreport"]


def test_a_failed_step_leaves_the_old_database_whole(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("CREATE TABLE shown_papers (mine TEXT)")  # which a step is to make
    before = dump(old)
    with pytest.raises(StoreError, match="shown_papers"):
        Store.open(f"sqlite:///{old}")
    assert dump(old) == before
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("DROP TABLE shown_papers")
    with Store.open(f"sqlite:///{old}") as store:
        assert [one.email for one in store.suppressions.everyone()] == ["dan@example.org"]


@pytest.mark.parametrize("statement", ["DROP TABLE deliveries", "UPDATE subscribers", "COMMIT"])
def test_a_killed_step_leaves_the_old_database_whole(old: Path, statement: str) -> None:
    """A process of its own, which is killed by the kernel's signal just before that statement."""
    before = dump(old)
    script = f"""
        import os, signal, sqlite3
        from digest.store import Store

        class Doomed(sqlite3.Connection):
            def __init__(self, *words, **keys):
                super().__init__(*words, **keys)
                self.is_upgrading = False
                self.set_trace_callback(self.look)

            def look(self, text):
                self.is_upgrading = self.is_upgrading or "ALTER TABLE" in text or "_alembic_tmp" in text
                if self.is_upgrading and text.lstrip().startswith({statement!r}):
                    os.kill(os.getpid(), signal.SIGKILL)

        connect = sqlite3.dbapi2.connect
        sqlite3.dbapi2.connect = lambda *words, **keys: connect(*words, factory=Doomed, **keys)
        sqlite3.connect = sqlite3.dbapi2.connect
        Store.open("sqlite:///{old}")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert dump(old) == before
    with Store.open(f"sqlite:///{old}") as store:
        assert [one.email for one in store.suppressions.everyone()] == ["dan@example.org"]
