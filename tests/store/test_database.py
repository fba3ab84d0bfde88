"""What the database refuses, in sentences."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.errors import ConfigError, StoreError
from digest.store import Store
from digest.store.database import Database

if TYPE_CHECKING:
    from pathlib import Path


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    with Store.open(f"sqlite:///{path}") as store, store.database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version of this program"):
        Store.open(f"sqlite:///{path}")


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        Store.open(f"sqlite:///{tmp_path / 'digest.db'}").close()


def test_a_locked_database_is_said_after_the_wait(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    Store.open(f"sqlite:///{path}").close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{path}", busy_s=0.1)
    with pytest.raises(StoreError, match="another process holds the database"), database.begin():
        pass
    holder.close()
    database.close()


def test_a_full_disk_is_said_and_nothing_half_done_stays(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    with Store.open(f"sqlite:///{path}") as store:
        with store.database.begin() as connection:
            pages = connection.scalar(sa.text("PRAGMA page_count"))
            connection.execute(sa.text(f"PRAGMA max_page_count = {pages + 2}"))
        with pytest.raises(StoreError, match="disk is full"), store.database.begin() as connection:
            connection.execute(
                sa.text("INSERT INTO facts VALUES (:name, :value)"),
                [{"name": f"n{number}", "value": b"x" * 1000} for number in range(2000)],
            )
        with store.database.read() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM facts")) == 0


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    path.write_bytes(b"this is a text, and a long one at that " * 40)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{path}")


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Store.open(f"sqlite:///{tmp_path / 'nowhere' / 'digest.db'}")


def test_the_tables_and_the_migrations_agree(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from digest.store.tables import metadata

    with (
        Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store,
        store.database.read() as connection,
    ):
        # The index of words is SQLite's own, and in no table of ours.
        options = {"include_object": lambda _object, name, *_: not name.startswith("paper_words")}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_scratch_copy_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with Store.scratch(url) as copy, copy.database.begin() as connection:
        connection.execute(sa.text("INSERT INTO facts VALUES ('a', x'00')"))
    assert list(tmp_path.iterdir()) == []
    Store.open(url).close()
    with Store.scratch(url) as copy, copy.database.begin() as connection:
        connection.execute(sa.text("INSERT INTO facts VALUES ('a', x'00')"))
    with Store.open(url) as store, store.database.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM facts")) == 0


def test_a_copy_is_refused_in_the_name_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    with Store.open(f"sqlite:///{path}") as store, store.database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version") as raised, Store.scratch(f"sqlite:///{path}"):
        pass
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    "url", ["postgresql://me:hush@db/digest", "mysql://db/x", "sqlite+other:///x.db", "://", "nonsense://x"]
)
def test_what_is_no_sqlite_address_is_a_fault_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.url") as raised:
        Store.open(url)
    assert "hush" not in str(raised.value)
