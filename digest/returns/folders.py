"""The name of a folder in, its mails out, one at a time; and marks on those that were dealt with.

Nothing is marked before the caller says so, which is after what the mails say was committed: a reader that
dies in between reads them again. Of one mail no more than `BYTES_LIMIT` is held.
"""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from digest.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    import ssl
    from collections.abc import Iterator, Sequence


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One mail of a folder. `key` names it there; `arrived` is when it came, as the folder has it; `raw` is
    its beginning where it is longer than the limit."""

    key: str
    arrived: dt.datetime
    raw: bytes


class Folder(Protocol):
    """Mails that came back, wherever they lie."""

    def mails(self) -> Iterator[Returned]:
        """Those that were not marked yet. Raises FolderError."""

    def mark(self, keys: Sequence[str]) -> None:
        """These were dealt with, and need not come again. Raises FolderError."""


@contextlib.contextmanager
def open_folder(
    name: str, *, password: str | None = None, writing: bool = True, tls: ssl.SSLContext | None = None
) -> Iterator[Folder]:
    """A Maildir, an mbox file, or `imaps://user@host/folder`; closed at the end. Unless `writing`, no mark is
    ever set. Raises UsageError for what is none of them, FolderError where it cannot be read."""
    if "://" in name:
        from digest.returns.imap import ImapFolder

        with contextlib.closing(ImapFolder(name, password=password, writing=writing, tls=tls)) as folder:
            yield folder
        return
    path = Path(name)
    if (path / "cur").is_dir() and (path / "new").is_dir():
        from digest.returns.maildir import Maildir

        yield Maildir(path, writing=writing)
    elif path.is_file():
        from digest.returns.mbox import Mbox

        yield Mbox(path)
    else:
        what = "is a folder without cur and new in it" if path.is_dir() else "is not there"
        raise UsageError(f"{name}: {what}; expected a Maildir, an mbox file or imaps://user@host/folder")


class OneMail:
    """A single mail that somebody hands over, as a folder of its own."""

    def __init__(self, raw: bytes, *, arrived: dt.datetime) -> None:
        self._mail = Returned(key="-", arrived=arrived, raw=raw)

    def mails(self) -> Iterator[Returned]:
        """It."""
        yield self._mail

    def mark(self, keys: Sequence[str]) -> None:
        """Nothing: whoever handed it over hears by our exit code that it is dealt with."""
