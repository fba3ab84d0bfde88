"""The database, which is the truth: papers, readers, editions, deliveries, sources.

`Store.open` brings the schema up to date. Every method that writes commits before it returns, or takes
the caller's transaction.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from digest.store.alarms import Alarms
from digest.store.archive import Archive
from digest.store.background import Background
from digest.store.confirmations import Confirmations
from digest.store.corrections import Corrections
from digest.store.counts import Counts
from digest.store.curations import Curations
from digest.store.database import Database
from digest.store.deliveries import Deliveries
from digest.store.editions import Editions
from digest.store.editors import Editors
from digest.store.events import Events
from digest.store.facts import Facts
from digest.store.figures import FigureBook
from digest.store.flights import Flights
from digest.store.gists import Gists
from digest.store.joining import Joining
from digest.store.kept import Kept
from digest.store.learned import Learned
from digest.store.libraries import Libraries
from digest.store.lists import Lists
from digest.store.notes import Notes
from digest.store.owners import Owner
from digest.store.papers import Papers
from digest.store.pauses import Pauses
from digest.store.preferences import Preferences
from digest.store.pruning import Pruning
from digest.store.search import Search
from digest.store.sources import Sources, StoredPace
from digest.store.subscribers import Subscribers
from digest.store.suppressions import Suppressions
from digest.store.tastes import Tastes
from digest.store.terms import Terms
from digest.store.vectors import Vectors
from digest.store.votes import Votes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self


class Store:
    """One open database, and what is kept in it by noun."""

    def __init__(self, database: Database) -> None:
        self.database = database
        hashes = database.hashes()
        self.papers = Papers(database)
        self.lists = Lists(database)
        self.search = Search(database)
        self.terms = Terms(database)
        self.counts = Counts(database)
        self.subscribers = Subscribers(database, hashes)
        self.suppressions = Suppressions(database, hashes)
        self.confirmations = Confirmations(database, hashes)
        self.joining = Joining(database, hashes)
        self.preferences = Preferences(database, hashes)
        self.pauses = Pauses(database)
        self.kept = Kept(database)
        self.notes = Notes(database)
        self.editions = Editions(database)
        self.archive = Archive(database, hashes)
        self.deliveries = Deliveries(database, hashes)
        self.flights = Flights(database)
        self.events = Events(database, hashes)
        self.sources = Sources(database)
        self.pace = StoredPace(database)
        self.facts = Facts(database)
        self.pruning = Pruning(database)
        self.alarms = Alarms(database)
        self.figures = FigureBook(database)
        self.votes = Votes(database)
        self.gists = Gists(database)
        self.tastes = Tastes(database)
        self.learned = Learned(database)
        self.background = Background(database)
        self.corrections = Corrections(database)
        self.libraries = Libraries(database, hashes)
        self.vectors = Vectors(database)
        self.editors = Editors(database)
        self.curations = Curations(database)

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database at an SQLAlchemy URL; make or upgrade its tables. Raises StoreError."""
        database = Database(url)
        database.upgrade()
        return cls(database)

    @contextlib.contextmanager
    def own(self) -> Iterator[Owner]:
        """This process as an owner of deliveries, for one run. What the run leaves unfinished, however it
        ends, is then the next run's to judge."""
        path = self.database.path or Path("digest.db")
        owner = Owner(path.with_name(path.name + ".owners"))
        try:
            yield owner
        finally:
            owner.close()

    @classmethod
    @contextlib.contextmanager
    def scratch(cls, url: str) -> Iterator[Store]:
        """A copy of the database as it stands, to try out what shall change nothing. One that does not
        exist yet is an empty one. SQLite only."""
        import sqlite3
        import tempfile

        database = Database(url, create=False)
        with tempfile.TemporaryDirectory(prefix="digest-") as folder:
            target = Path(folder) / "copy.db"
            if database.path is not None and database.path.exists():
                database.known_version()  # said of the database itself, not of its copy
                with database.read() as connection, sqlite3.connect(target) as copy:
                    source = connection.connection.driver_connection
                    source.backup(copy)  # type: ignore[union-attr]
                copy.close()
            database.close()
            with cls.open(f"sqlite:///{target}") as store:
                yield store

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
