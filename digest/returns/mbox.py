"""An mbox file: mails one after the other, each after a line that begins with "From " (RFC 4155).

The file is never written. Every mail in it is read at every time, which is harmless, because what a mail
says is taken in once; so empty it now and then, or let a Maildir be written in its place.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import time
from email.utils import parsedate
from typing import TYPE_CHECKING, BinaryIO

from digest.errors import FolderError
from digest.returns.folders import Returned
from digest.returns.mime import BYTES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LINE_LIMIT = 64 * 1024
LOCK_TRIES = 50
LOCK_PAUSE_S = 0.1


class Mbox:
    """The mails of an mbox file, as far as it went when it was opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def mails(self) -> Iterator[Returned]:
        """All of them, in their order."""
        try:
            with self._path.open("rb") as file:
                yield from _mails(file, end=_whole_until(file))
        except OSError as error:
            raise FolderError(f"{self._path}: cannot be read: {error.strerror}") from error

    def mark(self, keys: Sequence[str]) -> None:
        """Nothing: the file is the mail server's."""


def _whole_until(file: BinaryIO) -> int:
    """The size of the file at a moment when no mail server was writing to it; the lock is for that moment."""
    for _ in range(LOCK_TRIES):
        with contextlib.suppress(BlockingIOError, PermissionError):
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            size = os.fstat(file.fileno()).st_size
            fcntl.lockf(file, fcntl.LOCK_UN)
            return size
        time.sleep(LOCK_PAUSE_S)
    raise OSError(None, "a mail server keeps it locked; try again later")


def _mails(file: BinaryIO, *, end: int) -> Iterator[Returned]:
    opened = dt.datetime.fromtimestamp(int(os.fstat(file.fileno()).st_mtime), dt.UTC)
    kept: list[bytes] = []
    size, key, arrived, blank = 0, "", opened, True
    while file.tell() < end:
        start = file.tell()
        line = file.readline(min(LINE_LIMIT, end - start))
        if blank and line.startswith(b"From "):
            if key:
                yield Returned(key=key, arrived=arrived, raw=b"".join(kept))
            kept, size, key = [], 0, f"@{start}"
            arrived = _arrived(line) or opened
        elif key and size < BYTES_LIMIT:
            kept.append(line[: BYTES_LIMIT - size])
            size += len(line)
        blank = line in (b"\n", b"\r\n")
    if key:
        yield Returned(key=key, arrived=arrived, raw=b"".join(kept))
    elif end:
        raise OSError(None, "it does not begin with a From line, so it is no mbox file")


def _arrived(line: bytes) -> dt.datetime | None:
    """The time in `From sender Tue Apr 21 05:00:00 2026`; UTC, for the line names no zone."""
    words = line.decode("ascii", "replace").split()[2:]
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        found = parsedate(" ".join(words[:5]))
        if found is not None:
            return dt.datetime(*found[:6], tzinfo=dt.UTC)
    return None
