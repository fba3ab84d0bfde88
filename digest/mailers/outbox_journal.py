"""Ids of deliveries in; which of them were handed over and never begun out. Holds no addresses, never grows
past a few megabytes, and where it does not know, it says nothing.

Two short lines a delivery, in a hidden file of the outbox: `claimed` when a batch is handed over, `begun`
right before others can see a mail's file. Claimed and not begun is proof that nobody has seen it. All else is
none: no line, because the file or its folder was removed or replaced since; begun, because a mail that is not
there may have been taken away by somebody's program.

Why that holds. The two lines of a delivery are written by one process in this order, and a file that was
replaced never comes back: whoever finds `claimed` looks at the very file in which `begun` would stand. What
a process wrote outlives its kill, without any fsync. It may not outlive a power cut, which could keep
`claimed`, take `begun`, and have let the mail be seen in between. So the file names the boot of the machine
in which it was written, and after another boot it proves nothing. (A disk pulled out of a running machine,
and put back with its mails gone, is what this does not notice.)
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = ".journal"
_FULL = 4 << 20  # bytes, some 40,000 deliveries: then a new one begins, and what was under way is unproved
_CLAIMED, _BEGUN = b"claimed", b"begun"


class Journal:
    """What an outbox's folder was asked to hold, and what it began. Ids must be without blanks and `;`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def claimed(self, delivery_ids: Sequence[str]) -> None:
        """Note that these were handed over. OSError where that cannot be written; then it proves nothing."""
        if not delivery_ids or not _boot():
            return
        if not self._usable():
            self._renew()
        self._append(b"".join(_line(_CLAIMED, delivery_id) for delivery_id in delivery_ids))

    def begun(self, delivery_id: str) -> None:
        """Note that others may see this one from now on. OSError where that cannot be written: then they must
        not."""
        # Without a file nobody has read or will read that it was claimed.
        with contextlib.suppress(FileNotFoundError):
            self._append(_line(_BEGUN, delivery_id))

    def never_begun(self) -> frozenset[str]:
        """The ids of all that are proved to have been seen by nobody since they were last handed over."""
        try:
            head, *lines = self._path.read_bytes().split(b"\n")
        except OSError:
            return frozenset()
        if not _boot() or head != _head():
            return frozenset()
        verbs = {}
        for line in lines:
            verb, _, rest = line.partition(b" ")
            if rest.endswith(b";"):
                verbs[rest[:-1]] = verb
        return frozenset(name.decode() for name, verb in verbs.items() if verb == _CLAIMED)

    def _usable(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.readline() == _head() + b"\n" and os.fstat(file.fileno()).st_size < _FULL
        except FileNotFoundError:
            return False

    def _renew(self) -> None:
        # Two processes may do this at once; the claims of the one that came first are then without proof.
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=f"{NAME}.", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_head() + b"\n")
            Path(temporary).replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise

    def _append(self, lines: bytes) -> None:
        # One write at the end of the file, which another process's cannot come into.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            if os.write(descriptor, lines) != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)


def _line(verb: bytes, delivery_id: str) -> bytes:
    # A write is cut short by a full disk, or by a kill where it crosses a page. The line break before keeps
    # the rest of a cut line from the next one's name, the mark at the end keeps it from counting.
    return b"\n%s %s;\n" % (verb, delivery_id.encode())


def _head() -> bytes:
    return b"boot " + _boot()


@functools.cache
def _boot() -> bytes:
    """A name for the time since this machine was started (Linux, random(4)); empty where it is not told."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return b""
