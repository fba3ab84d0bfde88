"""What editors did with papers, act for act, and what it comes to: submitted, picked, pinned, hidden.

The history is the truth; `curated` follows from it, in the transaction that writes the act.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, get_args

import sqlalchemy as sa

from digest.errors import UsageError
from digest.model import Curated
from digest.store import tables
from digest.store.community import announce, live, withdraw
from digest.store.tables_web import curated, curations, editors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from digest.store.database import Database

ActKind = Literal["submit", "pick", "unpick", "pin", "unpin", "hide", "unhide"]
KINDS: tuple[ActKind, ...] = get_args(ActKind)
SENTENCE_LIMIT = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an editor did with a paper, and when. `words` is the pinned sentence."""

    paper_id: int
    title: str
    arxiv_id: str | None
    editor: str
    kind: ActKind
    words: str
    at: dt.datetime


class Curations:
    """The curated papers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def act(self, editor_id: int, paper_id: int, *, kind: ActKind, at: dt.datetime, words: str = "") -> bool:
        """Do something with a paper in an editor's name; False where it was so already.

        Submitting and picking put the paper into the community's list of the day, if it is in none, and
        make it news. UsageError for one who is no editor (any more), a paper that there is not, and an
        empty or longer sentence than `SENTENCE_LIMIT`.
        """
        with self._database.begin() as connection:
            return act(connection, editor_id, paper_id, kind=kind, at=at, words=words)

    def of(self, paper_id: int) -> list[Act]:
        """What was done with one paper, newest first."""
        return self._acts(curations.c.paper_id == paper_id)

    def recent(self, *, limit: int) -> list[Act]:
        """What was done last, newest first."""
        return self._acts(limit=limit)

    def news(self, *, first_day: dt.date) -> dict[int, Curated]:
        """What editors made of the papers that were listed on that day or later."""
        listings = tables.listings
        listed = sa.select(listings.c.paper_id).where(listings.c.day >= first_day)
        with self._database.read() as connection:
            rows = connection.execute(sa.select(curated).where(curated.c.paper_id.in_(listed)))
            return {row.paper_id: _curated(row) for row in rows}

    def _acts(self, *conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Act]:
        papers = tables.papers
        query = (
            sa.select(curations, editors.c.name, papers.c.title, papers.c.arxiv_id)
            .join(editors, editors.c.id == curations.c.editor_id)
            .join(papers, papers.c.id == curations.c.paper_id)
            .where(*conditions)
            .order_by(curations.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                Act(
                    paper_id=row.paper_id,
                    title=row.title,
                    arxiv_id=row.arxiv_id,
                    editor=row.name,
                    kind=row.kind,
                    words=row.words,
                    at=row.at,
                )
                for row in connection.execute(query)
            ]


def act(
    connection: sa.Connection,
    editor_id: int,
    paper_id: int,
    *,
    kind: ActKind,
    at: dt.datetime,
    words: str = "",
) -> bool:
    """`Curations.act` in the caller's transaction."""
    paper = live(connection, paper_id)
    active = sa.select(editors.c.id).where(editors.c.id == editor_id, editors.c.ended_at.is_(None))
    if connection.scalar(active) is None:
        raise UsageError(f"editor {editor_id}: is no editor (any more); nothing was changed")
    if paper is None:
        raise UsageError(f"paper {paper_id}: is not in the library; nothing was changed")
    if kind == "pin" and not 0 < len(words) <= SENTENCE_LIMIT:
        raise UsageError(
            f"the sentence has {len(words)} characters, and may have 1 to {SENTENCE_LIMIT}; "
            "nothing was changed"
        )
    before = _what_it_comes_to(_history(connection, paper)) or Curated(day=at.date())
    row = {"paper_id": paper, "editor_id": editor_id, "kind": kind, "words": words, "at": at}
    name = connection.scalar(sa.select(editors.c.name).where(editors.c.id == editor_id))
    after = _followed(before, kind, editor=str(name), words=words)
    if after == before:
        return False
    connection.execute(sa.insert(curations), row)
    _write(connection, paper, after)
    if kind in ("submit", "pick"):
        announce(connection, paper, "editors", at=at)
    elif kind == "unpick" and not after.submitted_by:
        withdraw(connection, [paper], "editors")
    return True


def merge(connection: sa.Connection, other: int, *, into: int) -> None:
    """Let one paper have the history of two that turned out to be one work, and what it comes to."""
    connection.execute(sa.update(curations).where(curations.c.paper_id == other).values(paper_id=into))
    connection.execute(sa.delete(curated).where(curated.c.paper_id == other))
    _write(connection, into, _what_it_comes_to(_history(connection, into)))


def _history(connection: sa.Connection, paper_id: int) -> list[sa.Row[Any]]:
    """The acts on a paper, oldest first."""
    return list(
        connection.execute(
            sa.select(curations, editors.c.name)
            .join(editors, editors.c.id == curations.c.editor_id)
            .where(curations.c.paper_id == paper_id)
            .order_by(curations.c.at, curations.c.id)
        )
    )


def _what_it_comes_to(history: Iterable[sa.Row[Any]]) -> Curated | None:
    found: Curated | None = None
    for row in history:
        was = found or Curated(day=row.at.date())
        found = _followed(was, row.kind, editor=row.name, words=row.words)
    return found


def _followed(was: Curated, kind: ActKind, *, editor: str, words: str) -> Curated:
    """What stands after an act. The first who submits, picks or hides is named; who pins is not."""
    match kind:
        case "submit":
            return dataclasses.replace(was, submitted_by=was.submitted_by or editor)
        case "pick":
            return dataclasses.replace(was, picked_by=was.picked_by or editor)
        case "unpick":
            return dataclasses.replace(was, picked_by="")
        case "pin":
            return dataclasses.replace(was, sentence=words)
        case "unpin":
            return dataclasses.replace(was, sentence="")
        case "hide":
            return dataclasses.replace(was, hidden_by=was.hidden_by or editor)
        case "unhide":
            return dataclasses.replace(was, hidden_by="")


def _write(connection: sa.Connection, paper_id: int, now: Curated | None) -> None:
    """Keep what it came to; no row where that is nothing."""
    connection.execute(sa.delete(curated).where(curated.c.paper_id == paper_id))
    if now is not None and (now.submitted_by or now.picked_by or now.sentence or now.hidden_by):
        row = {name: getattr(now, name) for name in _FIELDS}
        connection.execute(sa.insert(curated), {"paper_id": paper_id, **row})


_FIELDS = ("submitted_by", "picked_by", "sentence", "hidden_by", "day")


def _curated(row: sa.Row[Any]) -> Curated:
    return Curated(**{name: getattr(row, name) for name in _FIELDS})
