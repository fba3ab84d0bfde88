"""An engine on the database, its schema brought up to date, and its refusals in sentences.

Every write is one `begin()`: a transaction that is committed at its end or never was.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from digest.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.store.hashes import Hashes

SCHEMA = "0005"  # the newest revision in migrations/versions
BUSY_S = 30  # how long a writer waits for another one
CHUNK = 500  # bound variables a statement; SQLite's oldest limit is 999

T = TypeVar("T")


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in runs of at most CHUNK."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless one with a key of its own is there; whether it was inserted."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return connection.execute(insert(table).values(row).on_conflict_do_nothing()).rowcount == 1


class Database:
    """One database. `begin()` writes, `read()` reads; both raise StoreError and nothing of the driver's.
    Opening one raises ConfigError for an address of anything but SQLite."""

    def __init__(self, url: str, *, busy_s: float = BUSY_S, create: bool = True) -> None:
        self._url = _url(url)
        self._name = self._url.render_as_string(hide_password=True)
        self._engine = sa.create_engine(self._url, poolclass=sa.pool.QueuePool, pool_size=4)
        # SQLAlchemy's own word for it: sqlite:///digest.db?timeout=5
        waits_s = float(str(self._url.query.get("timeout", busy_s)))
        self._prepare_sqlite(waits_s, create=create)

    @property
    def name(self) -> str:
        """The database's address without its password."""
        return self._name

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(self._url.database) if self._url.database not in (None, "", ":memory:") else None

    def _prepare_sqlite(self, busy_s: float, *, create: bool) -> None:
        if create and self.path is not None and not self.path.parent.is_dir():
            raise StoreError(f"{self._name}: the folder {self.path.parent} does not exist; create it")
        if create and self.path is not None and not self.path.exists():
            # It will hold addresses: nobody else's to read. (SQLite gives its companions the same mode.)
            with contextlib.suppress(OSError):
                self.path.touch(mode=0o600, exist_ok=True)

        @sa.event.listens_for(self._engine, "connect")
        def configure(connection, _record) -> None:  # type: ignore[no-untyped-def]
            # The driver would begin late and read-only; we say BEGIN ourselves, so that a writer is one
            # from its first statement and never has to give up a snapshot that it already decided on.
            connection.isolation_level = None
            connection.execute(f"PRAGMA busy_timeout = {int(busy_s * 1000)}")
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: in WAL mode NORMAL may lose the last commits with the power, and with them the
            # knowledge that a mail has left.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # Who is erased shall not be found in the file's free pages either.
            connection.execute("PRAGMA secure_delete = ON")

        @sa.event.listens_for(self._engine, "begin")
        def begin(connection: sa.Connection) -> None:
            mode = connection.get_execution_options().get("begin", "IMMEDIATE")
            connection.exec_driver_sql(f"BEGIN {mode}")

    @contextlib.contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction that writes."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads, and waits for no writer."""
        with (
            self._told(),
            self._engine.connect().execution_options(begin="DEFERRED") as connection,
            connection.begin(),
        ):
            yield connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise StoreError(_sentence(self._name, str(error.orig))) from error

    def upgrade(self) -> None:
        """Bring the schema up to this program's; StoreError for a database of a newer version."""
        if self.known_version() == SCHEMA:
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def known_version(self) -> str | None:
        """The schema's revision, None for an empty database; StoreError for one of a newer version."""
        found = self._version()
        if found is not None and found > SCHEMA:
            raise StoreError(
                f"{self._name}: made by a newer version of this program (schema {found}, this one knows "
                f"{SCHEMA}); upgrade the program, or use another database"
            )
        return found

    def _version(self) -> str | None:
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return version

    def hashes(self) -> Hashes:
        """The hashes under this database's own key."""
        from digest.store.hashes import SUPPRESSION_KEY, Hashes

        with self.read() as connection:
            key = connection.scalar(
                sa.text("SELECT value FROM keys WHERE name = :name"), {"name": SUPPRESSION_KEY}
            )
        return Hashes(key)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def _url(text: str) -> sa.URL:
    """The address, of an SQLite database: its locks, copies and modes are what the rest leans on."""
    try:
        url = sa.make_url(text)
        found = url.drivername
    except sa.exc.ArgumentError:
        found = "no address"
    if found not in ("sqlite", "sqlite+pysqlite"):
        raise ConfigError(
            f"store.url: {found}: the library is kept in SQLite alone; "
            'write the address of a file, such as "sqlite:///digest.db"'
        )
    return url


def _sentence(name: str, cause: str) -> str:
    if "locked" in cause or "busy" in cause:
        return f"{name}: another process holds the database; nothing was changed; try again in a minute"
    if "full" in cause:
        return f"{name}: the disk is full; nothing was changed; make room, then run again"
    if "readonly" in cause or "read-only" in cause:
        return f"{name}: the database may only be read; give this user the right to write it and its folder"
    if "not a database" in cause or "malformed" in cause:
        return f"{name}: this is not a database, or a damaged one; restore a backup, or name another file"
    if "disk I/O" in cause:
        return f"{name}: the disk refused ({cause}); nothing was changed; look at the disk, then run again"
    if "unable to open" in cause:
        return f"{name}: cannot be opened; check that its folder exists and may be written"
    return f"{name}: {cause}"
