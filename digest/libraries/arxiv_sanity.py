"""What arxiv-sanity keeps in, entries out: arxiv-sanity-lite's `dict.db` (its tags), the older arxiv-sanity's
`as.db` (its library), or the tags as JSON: `{"tag": ["2604.01234", …]}`. It has no export of its own.

`dict.db` holds pickles, and a pickle may be a program: only texts, sets, lists and mappings are let out of
it, and nothing is imported for it. The database is opened in memory and only read.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import pickle
import pickletools
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any

from digest.errors import UsageError
from digest.libraries.entry import Entry, Fault, entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAGIC = b"SQLite format 3\x00"
_LARGEST = 8 * 1024 * 1024  # bytes of one reader's tags, unpacked


# What texts, sets, lists and mappings are written with: nothing that names, calls or builds anything.
_PLAIN = frozenset((
    "PROTO", "FRAME", "STOP", "MARK", "MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET",
    "EMPTY_DICT", "EMPTY_SET", "EMPTY_LIST", "SHORT_BINUNICODE", "BINUNICODE", "ADDITEMS", "APPEND",
    "APPENDS", "SETITEM", "SETITEMS",
))  # fmt: skip
_MOST_MEMOS = 1_000_000


class _Refused(pickle.Unpickler):
    """Reads plain values alone."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse: whatever is named here would be imported, and could be called."""
        raise pickle.UnpicklingError(f"names {module[:40]}.{name[:40]}")


def _unpickled(raw: bytes) -> object:
    for code, argument, _ in pickletools.genops(raw):
        # An index of a memo is an allocation, too.
        if code.name not in _PLAIN or (code.name.endswith("PUT") and int(argument or 0) > _MOST_MEMOS):
            raise pickle.UnpicklingError(f"holds {code.name}, which is no plain value")
    return _Refused(io.BytesIO(raw)).load()


def parse_database(raw: bytes, *, owner: str = "") -> Iterator[Entry | Fault]:
    """The papers that a user of it tagged or kept. `owner`: which of several users. UsageError for a
    database of something else, and where it must be said whose papers are wanted."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(raw)
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            tables = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            if "tags" in tables:
                yield from _tagged(connection, owner)
            elif {"library", "user"} <= tables:
                yield from _kept(connection, owner)
            else:
                raise UsageError(
                    "is a database, and not one of arxiv-sanity (dict.db, as.db); of Zotero's and others', "
                    "export a file: BibTeX, RIS, CSL-JSON, CSV or Zotero RDF"
                )
        except sqlite3.Error as why:
            raise UsageError(f"is a database that cannot be read: {why}") from why


def of_tags(tags: Mapping[str, Any]) -> Iterator[Entry | Fault]:
    """The papers under tags; one under two of them is there twice."""
    for tag, ids in tags.items():
        for one in ids if isinstance(ids, list | set | tuple | frozenset) else ():
            found = entry(arxiv_id=one, doi=one) if isinstance(one, str) else None
            yield found or Fault(line=0, words=f"tag {str(tag)[:40]!r}: {str(one)[:40]!r} is no id of arXiv")


def _tagged(connection: sqlite3.Connection, owner: str) -> Iterator[Entry | Fault]:
    rows: dict[str, bytes] = {
        str(key): value for key, value in connection.execute("SELECT key, value FROM tags LIMIT 100000")
    }
    user = _user(list(rows), owner)
    try:
        unpacked = zlib.decompressobj().decompress(rows[user], _LARGEST)
        tags = _unpickled(unpacked)
    except (pickle.UnpicklingError, zlib.error, EOFError, ValueError, TypeError, KeyError, IndexError,
            AttributeError, MemoryError, OverflowError) as why:  # fmt: skip
        raise UsageError(f"the tags of {user!r} cannot be read: {why}") from why
    if not isinstance(tags, dict):
        raise UsageError(f"the tags of {user!r} are no tags")
    # A set has no order; what was tagged is imported alike each time.
    yield from of_tags(
        {str(tag): sorted(map(str, ids)) for tag, ids in tags.items() if isinstance(ids, set | list)}
    )


def _kept(connection: sqlite3.Connection, owner: str) -> Iterator[Entry | Fault]:
    users = {str(name): number for number, name in connection.execute("SELECT user_id, username FROM user")}
    user = _user(list(users), owner)
    query = "SELECT paper_id, update_time FROM library WHERE user_id = ? ORDER BY rowid"
    for paper, at in connection.execute(query, (users[user],)):
        yield entry(arxiv_id=str(paper), added=_stamp(at))


def _user(known: list[str], owner: str) -> str:
    if owner in known:
        return owner
    if not owner and len(known) == 1:
        return known[0]
    shown = ", ".join(repr(name[:40]) for name in sorted(known)[:10]) or "nobody"
    raise UsageError(f"holds what {len(known)} users kept ({shown}); say whose with --owner NAME")


def _stamp(value: object) -> str:
    try:
        return dt.datetime.fromtimestamp(int(value), dt.UTC).isoformat(" ")  # type: ignore[call-overload]
    except (ValueError, TypeError, OverflowError, OSError):
        return ""
