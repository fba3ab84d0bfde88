"""What takes long to make, and is read by every request: made once, made anew when what it follows from has
changed, and never waited for where there is an older one.

Knows nothing of what is made. Safe to ask from several threads.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

AGAIN_S = 60  # after a failure


class Renewed(Generic[T]):
    """One such thing, and the state that it was made of."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._made: tuple[object, T] | None = None
        self._not_before = 0.0

    def get(
        self,
        state: object,
        make: Callable[[T | None], T],
        *,
        tell: Callable[..., None],
        is_quick: bool = False,
    ) -> T:
        """The thing of that state; an older one while it is being made. `make` is given the older one.

        The first one is waited for, and so is each that `is_quick` to make; these raise what `make` raises.
        """
        made = self._made
        if made is not None and made[0] == state:
            return made[1]
        if made is None or is_quick:
            with self._making:
                if self._made is None or self._made[0] != state:
                    self._make(state, make)
                assert self._made is not None  # noqa: S101
                return self._made[1]
        self.renew(state, make, tell=tell)
        return made[1]

    def peek(self) -> T | None:
        """What there is now."""
        return None if self._made is None else self._made[1]

    def renew(self, state: object, make: Callable[[T | None], T], *, tell: Callable[..., None]) -> None:
        """Have it made by a thread of its own, unless it is made, one is at it, or has just failed."""
        made = self._made
        if (made is not None and made[0] == state) or time.monotonic() < self._not_before:
            return
        if not self._making.acquire(blocking=False):
            return
        threading.Thread(
            target=self._make_apart, args=(state, make, tell), name="renewing", daemon=True
        ).start()

    def _make_apart(self, state: object, make: Callable[[T | None], T], tell: Callable[..., None]) -> None:
        try:
            self._make(state, make)
        except Exception as error:  # noqa: BLE001 - the border of a thread: nobody is above it
            self._not_before = time.monotonic() + AGAIN_S
            tell("web.not_renewed", error=f"{type(error).__name__}: {error}")
        finally:
            self._making.release()

    def _make(self, state: object, make: Callable[[T | None], T]) -> None:
        self._made = (state, make(self.peek()))
