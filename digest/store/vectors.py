"""Papers' vectors, as the operator's model made them: float16 rows beside the papers, each under the label of
what made it and the revision that it is of. Rows of another label are as good as none.

They follow from the papers and can be made anew. So can the vectors of topics' texts, which are kept under a
hash of the text; these go when anybody is erased, for whose they were is not known any more.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import facts, tables
from digest.store.database import parts
from digest.store.tables_learning import artefacts, paper_vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from digest.store.database import Database

STATE = "vectors"  # the fact
TEXTS_KEPT = dt.timedelta(days=90)  # a topic that is still asked for is embedded again
_TEXT, _TEXT_END = "text ", "text!"  # all names that begin with the first come before the second


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VectorState:
    """What is kept of one label: rows of `size` numbers (None: no row yet). `changes` grows with whatever is
    kept. Papers from number `walked` on have been looked at since the last walk began."""

    label: str
    size: int | None = None
    changes: int = 0
    walked: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A paper that has no vector of this label and revision."""

    paper_id: int
    revision: int
    title: str
    abstract: str


class Vectors:
    """The vectors of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, label: str) -> VectorState:
        """What is kept of that label."""
        with self._database.read() as connection:
            return _state(connection, label)

    def lacking(self, label: str, *, above: int, upto: int, since: dt.date, limit: int) -> list[Lacking]:
        """Papers of a number in (above, upto] without a vector of that label and their revision, the newest
        first. Of those listed before `since`, one that has no abstract needs none: it was taken away."""
        papers, table = tables.papers, paper_vectors
        query = (
            sa.select(papers.c.id, papers.c.revision, papers.c.title, papers.c.abstract)
            .outerjoin(table, table.c.paper_id == papers.c.id)
            .where(papers.c.id > above, papers.c.id <= upto, papers.c.merged_into.is_(None))
            .where(sa.or_(papers.c.abstract != "", papers.c.first_listed >= since))
            .where(
                sa.or_(
                    table.c.paper_id.is_(None),
                    table.c.model != label,
                    table.c.revision != papers.c.revision,
                )
            )
            .order_by(papers.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                Lacking(paper_id=row.id, revision=row.revision, title=row.title, abstract=row.abstract)
                for row in connection.execute(query)
            ]

    def keep(self, label: str, rows: Mapping[tuple[int, int], NDArray[np.float32]]) -> int:
        """Keep rows by (paper, revision) in place of what was there; returns how many. Left out are those of
        papers that have gone meanwhile, and those of another size than what is kept."""
        table = paper_vectors
        with self._database.begin() as connection:
            state = _state(connection, label)
            size = state.size or next((len(row) for row in rows.values()), None)
            known = _standing(connection, sorted({paper_id for paper_id, _ in rows}))
            kept = {key: row for key, row in rows.items() if key[0] in known and len(row) == size}
            forget(connection, [paper_id for paper_id, _ in kept])
            if kept:
                made = [
                    {"paper_id": paper_id, "model": label, "revision": revision, "vector": _packed(row)}
                    for (paper_id, revision), row in kept.items()
                ]
                connection.execute(sa.insert(table), made)
                _put(connection, dataclasses.replace(state, size=size, changes=state.changes + 1))
        return len(kept)

    def note_walked(self, label: str, walked: int | None) -> None:
        """Remember how far down the library has been looked at; None: begin anew."""
        with self._database.begin() as connection:
            _put(connection, dataclasses.replace(_state(connection, label), walked=walked))

    def of(self, label: str, ids: Sequence[int]) -> NDArray[np.float32]:
        """The rows of these papers, in this order (papers × size); zeros where there is none."""
        import numpy as np

        with self._database.read() as connection:
            size = _state(connection, label).size or 0
            found = np.zeros((len(ids), size), dtype=np.float32)
            place = {paper_id: number for number, paper_id in enumerate(ids)}
            table = paper_vectors
            for part in parts(sorted(place)):
                query = sa.select(table.c.paper_id, table.c.vector).where(
                    table.c.paper_id.in_(part), table.c.model == label
                )
                for row in connection.execute(query):
                    if len(row.vector) == 2 * size:
                        found[place[row.paper_id]] = np.frombuffer(row.vector, dtype="<f2")
        found[~np.isfinite(found).all(axis=1)] = 0  # a damaged one is none
        return found

    def newest(self, label: str, *, limit: int) -> NDArray[np.float32]:
        """The rows of the newest papers that have one."""
        table = paper_vectors
        query = sa.select(table.c.paper_id).where(table.c.model == label)
        with self._database.read() as connection:
            ids = connection.scalars(query.order_by(table.c.paper_id.desc()).limit(limit)).all()
        return self.of(label, ids)

    def count(self, label: str, *, most: int) -> int:
        """How many papers have one; no more than `most` are counted."""
        table = paper_vectors
        some = sa.select(table.c.paper_id).where(table.c.model == label).limit(most).subquery()
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0

    def rows(self, label: str) -> Iterator[tuple[int, bytes]]:
        """Each paper's number and row, little-endian float16; ascending, one at a time."""
        table = paper_vectors
        query = sa.select(table.c.paper_id, table.c.vector).where(table.c.model == label)
        with self._database.read() as connection:
            size = _state(connection, label).size or 0
            for row in connection.execute(query.order_by(table.c.paper_id)):
                if len(row.vector) == 2 * size:
                    yield row.paper_id, row.vector

    def texts(self, label: str, texts: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """The rows of those of the texts that have one."""
        import numpy as np

        named = {_name(text): text for text in texts}
        with self._database.read() as connection:
            size = _state(connection, label).size
            found = {
                named[row.name]: np.frombuffer(row.body, dtype="<f2").astype(np.float32)
                for part in parts(sorted(named))
                for row in connection.execute(
                    sa.select(artefacts).where(artefacts.c.name.in_(part), artefacts.c.version == label)
                )
                if size is None or len(row.body) == 2 * size
            }
        return {text: row for text, row in found.items() if np.isfinite(row).all()}

    def keep_texts(self, label: str, rows: Mapping[str, NDArray[np.float32]], *, now: dt.datetime) -> None:
        """Keep the rows of texts; let go of those of another label, and of old ones."""
        made = [
            {"name": _name(text), "version": label, "made_at": now, "body": _packed(row)}
            for text, row in rows.items()
        ]
        table = artefacts
        with self._database.begin() as connection:
            past = sa.or_(table.c.version != label, table.c.made_at < now - TEXTS_KEPT)
            connection.execute(sa.delete(table).where(*_is_text(), past))
            for part in parts([str(one["name"]) for one in made]):
                connection.execute(sa.delete(table).where(table.c.name.in_(part)))
            if made:
                connection.execute(sa.insert(table), made)


def forget(connection: sa.Connection, ids: Iterable[int]) -> None:
    """Let go of the vectors of papers."""
    for part in parts(sorted(ids)):
        connection.execute(sa.delete(paper_vectors).where(paper_vectors.c.paper_id.in_(part)))


def forget_texts(connection: sa.Connection) -> None:
    """Let go of the vectors of all topics' texts; the next run makes those anew that are still asked for."""
    connection.execute(sa.delete(artefacts).where(*_is_text()))


def _is_text() -> tuple[sa.ColumnElement[bool], ...]:
    return artefacts.c.name >= _TEXT, artefacts.c.name < _TEXT_END


def _name(text: str) -> str:
    return _TEXT + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _packed(row: NDArray[np.float32]) -> bytes:
    return row.astype("<f2").tobytes()


def _standing(connection: sa.Connection, ids: Sequence[int]) -> set[int]:
    papers = tables.papers
    return {
        paper_id
        for part in parts(ids)
        for paper_id in connection.scalars(
            sa.select(papers.c.id).where(papers.c.id.in_(part), papers.c.merged_into.is_(None))
        )
    }


def _state(connection: sa.Connection, label: str) -> VectorState:
    """What is noted; of another label only that something changed."""
    value = facts.get(connection, STATE)
    noted = VectorState(label=label) if value is None else VectorState(**json.loads(value))
    return noted if noted.label == label else VectorState(label=label, changes=noted.changes + 1)


def _put(connection: sa.Connection, state: VectorState) -> None:
    facts.put(connection, STATE, json.dumps(dataclasses.asdict(state)).encode())
