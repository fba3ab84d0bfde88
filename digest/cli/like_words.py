"""What became of an imported library in, the words that `digest likes` prints out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.output import note, one_line, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.libraries import Library
    from digest.pipeline.importing import Imported
    from digest.store.libraries import LibraryRow

SHOWN = 80  # characters of a title in a sentence


def report(library: Library, done: Imported, *, topic: str, is_new: bool, as_json: bool) -> None:
    """What became of a file, and each entry that was not found, with why."""
    if as_json:
        print_json({
            "kind": library.kind,
            "topic": topic,
            "is_new_topic": is_new,
            "found": done.found,
            "fetched": done.fetched,
            "likes": done.likes,
            "missing": [_plain(row) for row in done.missing],
            "repeated": library.repeated,
            "faults": library.faults,
            "stopped": done.stopped or None,
        })  # fmt: skip
        return
    entries, new = (
        counted(len(library.entries), "entry", "entries"),
        counted(done.likes, "new like", "new likes"),
    )
    found = f"{done.found} of {entries} found, {done.fetched} fetched from arXiv"
    click.echo(f"{library.kind}: {found}, {new} of “{topic}”")
    for row in done.missing:
        if row.state == "missing" or not done.stopped:
            click.echo(f"  not found: {_called(row)}: {row.reason}")
    if done.stopped:
        note(done.stopped)
        left = counted(done.waiting, "entry waits", "entries wait")
        note(f"{left} to be asked for; what was found is kept, and the same command goes on from there.")


def counted(number: int, one: str, many: str) -> str:
    """A number and its noun."""
    return f"{number} {one if number == 1 else many}"


def print_missing(rows: Sequence[LibraryRow], *, as_json: bool) -> None:
    """Entries that are no papers, as a table."""
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    print_table(("state", "entry", "why"), [(row.state, _called(row), row.reason) for row in rows])


def _plain(row: LibraryRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": row.title,
        "arxiv_id": row.arxiv_id,
        "doi": row.doi,
        "state": row.state,
        "reason": row.reason,
    }


def _called(row: LibraryRow) -> str:
    """What an entry is called in a sentence."""
    named = " ".join(filter(None, (row.arxiv_id or row.doi, f"“{row.title}”" if row.title else "")))
    shown = one_line(named)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
