"""Which process owns what it is sending: a lock that the kernel lets go of when the process dies.

An owner is a file beside the database, locked for as long as its process lives. Whoever can lock it
knows that its process is gone, at once and without a clock. (The folder must be on a local disk, as an
SQLite database in WAL mode must be anyway.)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from typing import TYPE_CHECKING

from digest.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


class Owner:
    """This process, for as long as it holds the lock on its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.id = secrets.token_hex(8)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            # Locked before it has its name, so that nobody can find it there and not locked.
            unnamed = folder / f"{self.id}.new"
            self._file = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unnamed.rename(self._path(self.id))
        except OSError as error:
            raise StoreError(
                f"{folder}: cannot keep this process's lock there: {error.strerror}; "
                "the database's folder must be writable and have room"
            ) from error
        for path in folder.glob("*.lock"):
            self.is_alive(path.stem)  # what dead processes left is taken away

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"

    def is_alive(self, owner: str) -> bool:
        """Whether the process of that id still runs. A dead one's file is taken away."""
        if owner == self.id:
            return True
        try:
            file = os.open(self._path(owner), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            self._path(owner).unlink(missing_ok=True)
            return False
        finally:
            os.close(file)

    def close(self) -> None:
        """Let go of the lock; whatever this owner has not finished is then anybody's to judge."""
        with contextlib.suppress(OSError):
            self._path(self.id).unlink(missing_ok=True)
            os.close(self._file)
