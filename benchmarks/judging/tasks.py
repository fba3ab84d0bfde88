"""A task folder in, its papers, candidates and readers out; rankings in, a rankings file out.

    task.json          {"papers": PATH}, as seen from the folder
    papers             jsonl.gz of {"id", "title", "abstract"}, perhaps "date"
    candidates.json    the ids that every reader ranks
    readers.jsonl.gz   {"reader", "group", "likes": [ids], "dislikes": [ids],
                        "topics": [{"name", "keywords", "text"}]}

Never opens held.jsonl.gz, which says what is relevant: that is the judge's.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

DEPTH = 100  # a ranking holds at most this many ids


class BadTaskError(Exception):
    """A folder that is no task; the message says why."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paper's words, and its day where the folder tells."""

    id: str
    title: str
    abstract: str
    date: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A topic as its reader typed it."""

    name: str
    keywords: tuple[str, ...] = ()
    text: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One reader; likes and dislikes are places in the task's papers, in the file's order (oldest first)."""

    name: str
    group: str = ""
    likes: tuple[int, ...] = ()
    dislikes: tuple[int, ...] = ()
    topics: tuple[Said, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """`candidates` are places in `papers`."""

    name: str
    folder: Path
    papers: tuple[Text, ...]
    candidates: NDArray[np.int64]
    readers: tuple[Reader, ...]

    @classmethod
    def of(cls, folder: Path) -> Task:
        """Read a folder. Raises BadTaskError for one that lacks a file or a paper."""
        try:
            source = folder / json.loads((folder / "task.json").read_text(encoding="utf-8"))["papers"]
            papers = tuple(map(_text, rows(source)))
            places = {paper.id: place for place, paper in enumerate(papers)}
            names = json.loads((folder / "candidates.json").read_text(encoding="utf-8"))
            return cls(
                name=folder.resolve().name,
                folder=folder,
                papers=papers,
                candidates=np.array([places[name] for name in names], dtype=np.int64),
                readers=tuple(_reader(row, places) for row in rows(folder / "readers.jsonl.gz")),
            )
        except OSError as problem:
            raise BadTaskError(
                f"{folder}: {problem.strerror or problem}: {problem.filename or 'a file'}"
            ) from problem
        except (KeyError, ValueError, TypeError, EOFError) as problem:
            raise BadTaskError(f"{folder} is not in the format of a task: {problem!r}") from problem


def _text(row: Mapping[str, Any]) -> Text:
    return Text(
        id=row["id"], title=row["title"] or "", abstract=row["abstract"] or "", date=row.get("date") or ""
    )


def _reader(row: Mapping[str, Any], places: Mapping[str, int]) -> Reader:
    return Reader(
        name=row["reader"],
        group=row.get("group") or "",
        likes=tuple(places[one] for one in row.get("likes") or ()),
        dislikes=tuple(places[one] for one in row.get("dislikes") or ()),
        topics=tuple(
            Said(name=one["name"], keywords=tuple(one.get("keywords") or ()), text=one.get("text") or "")
            for one in row.get("topics") or ()
        ),
    )


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def folders(root: Path) -> list[Path]:
    """The task folders of `root`, by name; `root` itself, where it is one. Raises BadTaskError for none."""
    if (root / "task.json").is_file():
        return [root]
    found = sorted(path.parent for path in root.glob("*/task.json"))
    if not found:
        raise BadTaskError(f"{root} holds no task: there is no task.json in it, nor in a folder below.")
    return found


def best(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The places of the hundred highest scores, highest first, the earlier first among equals."""
    if len(scores) <= DEPTH:
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - DEPTH)[len(scores) - DEPTH]
    few = np.flatnonzero(scores >= least)
    return few[np.argsort(-scores[few], kind="stable")][:DEPTH]


def write(path: Path, task: Task, rankings: Sequence[NDArray[np.int64]]) -> None:
    """A rankings file: for each reader places in `task.candidates`, best first."""
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for reader, ranking in zip(task.readers, rankings, strict=True):
            names = [task.papers[place].id for place in task.candidates[ranking]]
            out.write(json.dumps({"reader": reader.name, "ranking": names}) + "\n")
