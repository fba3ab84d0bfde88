"""The thread of `digest web` that posts waiting notes: at once when it is poked, else every half minute.

It is no part of a request: who asks for a note waits for no provider, and cannot tell by the time that an
answer takes whether one leaves. Several processes may have one each.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import traceback
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.membership.posting import post

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from digest.membership.house import House
    from digest.membership.posting import Post, Posted
    from digest.ports import Mailer

EVERY_S = 30.0
GRACE_S = 10.0  # how long the end waits for the note that is on its way


class Poster:
    """Posts notes while it is entered. The mailer is opened only when there is a note, and closed after."""

    def __init__(
        self,
        house: House,
        open_mailer: Callable[[], Mailer],
        *,
        rules: Post,
        every_s: float = EVERY_S,
    ) -> None:
        self._house = house
        self._open_mailer = open_mailer
        self._every_s = every_s
        self._poked = threading.Event()
        self._ended = threading.Event()
        self._rules = dataclasses.replace(rules, should_stop=self._ended.is_set)
        self._told = ""
        self._thread = threading.Thread(target=self._run, name="poster", daemon=True)

    def poke(self) -> None:
        """Look now. Costs nothing, from any thread."""
        self._poked.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._poked.set()
        self._thread.join(GRACE_S)

    def _run(self) -> None:
        while not self._ended.is_set():
            self._poked.clear()
            try:
                posted = self._pass()
                self._tell(posted.stopped if posted is not None else "")
            except DigestError as error:
                self._tell(str(error))
            except Exception as error:  # noqa: BLE001 - the border of the thread: a defect costs one pass
                self._tell(_brief(error))
            self._poked.wait(self._every_s)

    def _pass(self) -> Posted | None:
        store = self._house.store
        if not store.notes.has_work(self._house.clock()):
            return None
        with store.own() as owner, contextlib.closing(self._open_mailer()) as mailer:
            return post(self._house, mailer, owner, rules=self._rules)

    def _tell(self, trouble: str) -> None:
        """One line for a trouble, and none for the same one again."""
        if trouble and trouble != self._told:
            self._house.tell("notes.failed", reason=trouble)
        self._told = trouble


def _brief(error: Exception) -> str:
    """Its class and its place, never its words: what a library quotes may be somebody's address."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
