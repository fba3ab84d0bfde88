"""Papers' numbers in, papers with what editors made of them out: what lists and searches show."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.model import Curated, Paper
from digest.store import tables, tables_web
from digest.store.database import parts
from digest.store.rows import read_paper

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_PAPERS, _CURATED = tables.papers, tables_web.curated


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper, and what editors made of it."""

    paper: Paper
    curated: Curated | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of `total` papers."""

    entries: tuple[Entry, ...] = ()
    total: int = 0


def read_ids(connection: sa.Connection, query: sa.Select[tuple[int]]) -> list[int]:
    """The numbers that a query finds, in one piece: a hundred thousand rows take four times as long."""
    found = query.subquery()
    is_sqlite = connection.dialect.name == "sqlite"
    gather = sa.func.json_group_array if is_sqlite else sa.func.json_agg
    piece = connection.scalar(sa.select(gather(found.c[0])))
    ids: list[int] = json.loads(piece) if isinstance(piece, str) else piece or []
    return ids


def read_entries(connection: sa.Connection, ids: Collection[int]) -> dict[int, Entry]:
    """See `Lists.entries`; within the caller's transaction. Two statements, three where some were merged."""
    asked = sorted(set(ids))
    found: dict[int, Paper] = {}
    stands: dict[int, int] = {}
    for part in parts(asked):
        for row in connection.execute(sa.select(_PAPERS).where(_PAPERS.c.id.in_(part))):
            stands[row.id] = row.merged_into or row.id
            found[row.id] = read_paper(row)
    others = sorted({other for other in stands.values() if other not in found})
    for part in parts(others):
        for row in connection.execute(sa.select(_PAPERS).where(_PAPERS.c.id.in_(part))):
            found[row.id] = read_paper(row)
    curated = _read_curated(connection, sorted(set(stands.values())))
    return {
        paper_id: Entry(paper=found[other], curated=curated.get(other))
        for paper_id, other in stands.items()
        if other in found
    }


def _read_curated(connection: sa.Connection, ids: Sequence[int]) -> Mapping[int, Curated]:
    return {
        row.paper_id: Curated(
            submitted_by=row.submitted_by,
            picked_by=row.picked_by,
            sentence=row.sentence,
            hidden_by=row.hidden_by,
            day=row.day,
        )
        for part in parts(ids)
        for row in connection.execute(sa.select(_CURATED).where(_CURATED.c.paper_id.in_(part)))
    }
