"""A Maildir: one file a mail, new ones in `new`, those that were seen in `cur` with the flag S.

Format: the Maildir specification of qmail (cr.yp.to/proto/maildir.html), with its flags after ":2,".
"""

from __future__ import annotations

import datetime as dt
import os
import stat
from typing import TYPE_CHECKING

from digest.errors import FolderError
from digest.returns.folders import Returned
from digest.returns.mime import BYTES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Maildir:
    """The mails of a Maildir that nobody has seen."""

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        self._path = path
        self._writing = writing

    def mails(self) -> Iterator[Returned]:
        """Those in `new`, and those in `cur` without the flag S, by name: that is nearly by arrival."""
        try:
            keys = [
                f"{place}/{name}"
                for place in ("new", "cur")
                for name in sorted(os.listdir(self._path / place))  # noqa: PTH208 - names, many of them
                if not name.startswith(".") and not (place == "cur" and "S" in _flags(name))
            ]
        except OSError as error:
            raise FolderError(f"{self._path}: cannot be read: {error.strerror}") from error
        for key in keys:
            mail = self._read(key)
            if mail is not None:
                yield mail

    def _read(self, key: str) -> Returned | None:
        """None for what is no mail, or was taken away by another program in the meantime."""
        path = self._path / key
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                return None
            # Not through a link: whoever may write into the folder shall not choose what we read.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with open(descriptor, "rb") as file:  # noqa: PTH123
                raw = file.read(BYTES_LIMIT)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise FolderError(f"{path}: cannot be read: {error.strerror}") from error
        return Returned(key=key, arrived=dt.datetime.fromtimestamp(int(status.st_mtime), dt.UTC), raw=raw)

    def mark(self, keys: Sequence[str]) -> None:
        """Move them to `cur`, with the flag S."""
        for key in keys if self._writing else ():
            place, _, name = key.partition("/")
            unique, _, _ = name.partition(":2,")
            flags = "".join(sorted({*_flags(name), "S"}))
            try:
                (self._path / place / name).rename(self._path / "cur" / f"{unique}:2,{flags}")
            except FileNotFoundError:
                continue  # another program has moved it: what it says is committed, and known once
            except OSError as error:
                raise FolderError(
                    f"{self._path}: cannot mark a mail as seen: {error.strerror}; what it says was taken in, "
                    "and it will be read again; let this user write there"
                ) from error


def _flags(name: str) -> str:
    return name.partition(":2,")[2]
