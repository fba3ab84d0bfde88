"""An outbox's folder with a reader of mail on it, who looks at it all the time, and kills at what he sees."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.crash.ends import End, Trap

if TYPE_CHECKING:
    from pathlib import Path

_LOOK_EVERY_S = 0.0002


class OutboxEnd(End):
    """temporary: a file is being written. renamed: a mail has appeared. With `emptied`, a mail is taken away
    as soon as it is seen; a mail that is written again is, in either case, taken twice."""

    phases = ("temporary", "temporary", "temporary", "renamed")
    deepest = 4  # whoever looks does not see each mail come

    def __init__(self, folder: Path, *, outbox: Path, emptied: bool) -> None:
        super().__init__(folder)
        self._outbox = outbox
        self._emptied = emptied
        self._mails: set[tuple[str, int, int]] = set()
        self._unfinished: set[str] = set()  # names of files that are, or were, being written
        self._left_before: set[str] = set()
        self._looking = threading.Lock()
        self._is_watched = threading.Event()
        self._over = threading.Event()
        outbox.mkdir(mode=0o700, exist_ok=True)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def settings(self) -> str:
        return f'[mail]\nprovider = "outbox"\n[mail.outbox]\nfolder = "{self._outbox}"\n'

    def arm(self, trap: Trap | None, pid: int) -> None:
        self._left_before = self._temporary()
        super().arm(trap, pid)
        self._is_watched.set()

    def settle(self) -> None:
        self._is_watched.clear()
        self._look(closely=True)
        # What the dead had begun and not finished still lies there under its temporary name.
        self.was_cut = bool(self._temporary() - self._left_before)

    def close(self) -> None:
        self._over.set()
        self._is_watched.set()
        self._thread.join(10)

    def _temporary(self) -> set[str]:
        return {path.name for path in self._outbox.glob(".*.eml.*.tmp")}

    def _watch(self) -> None:
        while self._is_watched.wait() and not self._over.wait(_LOOK_EVERY_S):
            self._look()

    def _look(self, *, closely: bool = False) -> None:
        """Look for new names; closely: also for mails that were written again."""
        with self._looking:
            names = {path.name for path in self._outbox.iterdir()}
            for name in names - self._unfinished:
                if name.endswith(".tmp") and ".eml." in name:
                    self._unfinished.add(name)
                    self.strike("temporary")
            known = set() if closely or self._emptied else {name for name, _, _ in self._mails}
            for name in names - known:
                if name.endswith(".eml"):
                    self._take(self._outbox / name)

    def _take(self, path: Path) -> None:
        found = path.stat()
        identity = (path.name, found.st_ino, found.st_mtime_ns)
        if identity in self._mails:
            return
        self._mails.add(identity)
        self.strike("renamed")
        self.keep_mail("", path.read_bytes())
        if self._emptied:
            path.unlink()
