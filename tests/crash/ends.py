"""The other end of a delivery: what it took, kept durably, and a trap that kills the sender at a phase.

An end knows nothing of the ledger. A mail counts as taken from the moment that its bytes are on the disk,
whether its sender lived to hear so or not.
"""

from __future__ import annotations

import dataclasses
import email
import email.policy
import json
import os
import re
import signal
import threading
import time
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TOKEN = re.compile(r"mailto:[^?>]+\?subject=([0-9a-z-]+)>")
PATIENCE_S = 30.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One mail that an end took. `envelope` is whom it was handed over for, `to` whom it names."""

    day: str  # of the run that handed it over
    delivery_id: str  # out of its Message-ID
    envelope: str
    to: str
    token: str  # out of its List-Unsubscribe


@dataclasses.dataclass(slots=True, kw_only=True)
class Trap:
    """Kill the sender the `nth` time that it reaches `phase`.

    In the middle of a body, `share` says after how much of it. Afterwards the end still hears what the
    kernel had taken from the dead, or with `hang_up` never sees it, as when the machine dies too.
    """

    phase: str
    nth: int
    share: float = 0.5
    hang_up: bool = False
    pid: int = 0


class End:
    """What every end has. One sender at a time."""

    phases: ClassVar[tuple[str, ...]] = ()
    deepest: ClassVar[int] = 9  # so far into a run it kills: one more than the largest window
    on_wire: ClassVar[frozenset[str]] = frozenset()  # phases in which bytes of a mail, or its answer, travel

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.day = ""
        self.was_cut = False  # the sender died between the first byte of a mail and its answer's last
        self._journal = folder / "taken.jsonl"
        self._journal.touch()
        self._trap: Trap | None = None
        self._lock = threading.Lock()
        self._heard = 0

    @property
    def settings(self) -> str:
        """The part of digest.toml that leads here."""
        raise NotImplementedError

    @property
    def taken(self) -> list[Taken]:
        """All that was taken, as it lies on the disk, in the order of taking."""
        return [Taken(**json.loads(line)) for line in self._journal.read_text().splitlines()]

    def arm(self, trap: Trap | None, pid: int) -> None:
        """Look out for a new sender; without a trap, only see whether it dies in the middle."""
        with self._lock:
            self.was_cut = False
            self._trap = trap and dataclasses.replace(trap, pid=pid)

    def disarm(self) -> None:
        """The sender is dead: wait until all that it left on the way has come or is lost."""
        with self._lock:
            self._trap = None
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop listening."""

    def strike(self, phase: str) -> Trap | None:
        """The sender is at that phase: kill it if the trap says so. Back only when it is dead."""
        trap = self.caught(phase)
        if trap is not None:
            self.spring(trap)
        return trap

    def caught(self, phase: str) -> Trap | None:
        """The sender comes to that phase: the trap, if it shall die in it."""
        with self._lock:
            trap = self._trap
            if trap is None or trap.phase != phase:
                return None
            trap.nth -= 1
            if trap.nth > 0:
                return None
            self._trap = None
            return trap

    def spring(self, trap: Trap) -> None:
        """Kill the sender. Back only when it is dead."""
        self.was_cut = self.was_cut or trap.phase in self.on_wire
        kill(trap.pid)

    def keep(self, envelope: str, to: str, headers: Mapping[str, str]) -> None:
        """Take a mail: on the disk when this returns."""
        found = _TOKEN.search(headers.get("list-unsubscribe", ""))
        one = Taken(
            day=self.day,
            delivery_id=headers["message-id"].strip("<>").rpartition("@")[0],
            envelope=envelope,
            to=to,
            token=found[1] if found else "",
        )
        with self._lock, self._journal.open("a") as journal:
            journal.write(json.dumps(dataclasses.asdict(one)) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    def keep_mail(self, envelope: str, raw: bytes) -> None:
        """Take the bytes of a mail that was handed over for `envelope`; "" where there is no envelope."""
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        to = ", ".join(one.addr_spec for one in mail["to"].addresses)  # type: ignore[attr-defined]
        self.keep(envelope or to, to, {name.lower(): str(value) for name, value in mail.raw_items()})


def kill(pid: int) -> None:
    """`kill -9`, and wait until the process is no more; its parent still learns how it ended."""
    os.kill(pid, signal.SIGKILL)
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    except ChildProcessError:
        return  # its parent was quicker


def wait_until(is_so, what: str) -> None:
    """Wait for something that comes soon."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE_S:g} s in vain: {what}")
        time.sleep(0.001)
