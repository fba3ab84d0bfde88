"""An SMTP server on 127.0.0.1 that misbehaves by script: at any step it may answer anything, hang up, fall
silent, or speak a byte at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Act(enum.Enum):
    """What to do in place of an answer."""

    HANG_UP = "close the connection"
    STALL = "say nothing more"
    DRIP = "a byte now and then, never a whole line"


class Late(bytes):
    """An answer that comes after half a second."""


@dataclasses.dataclass(frozen=True, slots=True)
class Once:
    """The first time this, over all connections; from then on the usual."""

    step: bytes | Act | tuple[bytes, Act]


Step = bytes | Act | tuple[bytes, Act] | Once
_USUAL: Mapping[str, bytes] = {
    "connect": b"220 scripted.example.org\r\n",
    "ehlo": b"250-scripted.example.org\r\n250 8BITMIME\r\n",
    "auth": b"235 2.7.0 ok\r\n",
    "mail": b"250 2.1.0 ok\r\n",
    "rcpt": b"250 2.1.5 ok\r\n",
    "data": b"354 go on\r\n",
    "body": b"",
    "final": b"250 2.0.0 queued as Q1\r\n",
    "rset": b"250 2.0.0 ok\r\n",
    "quit": b"221 2.0.0 bye\r\n",
}


class ScriptedServer:
    """One script a connection, the last one for all further ones. `body` acts after the first body line.

    `bodies` are those that came whole, `taken` those of them that were not refused: what a server that fell
    silent at the final dot may well have delivered.
    """

    def __init__(self, scripts: tuple[Mapping[str, Step], ...]) -> None:
        self._scripts = scripts
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self.port = self._listening.getsockname()[1]
        self.commands: list[str] = []
        self.bodies: list[bytes] = []
        self.taken: list[bytes] = []
        self.usual = dict(_USUAL)
        self._done: set[str] = set()
        self._threads[0].start()

    @property
    def connections(self) -> int:
        return len(self._connections)

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._listening.accept()
                if self._over.is_set():
                    connection.close()
                    return
                script = self._scripts[min(len(self._connections), len(self._scripts) - 1)]
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection, {**self.usual, **script}))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket, script: Mapping[str, Step]) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
            if not self._do(connection, self._step(script, "connect")):
                return
            while line := lines.readline():
                self.commands.append(line.decode("utf-8", "replace").strip())
                step = self.commands[-1].partition(" ")[0].lower()
                answer = self._step(script, step)
                if not self._do(connection, answer) or step == "quit":
                    return
                if (
                    step == "data"
                    and answer == b"354 go on\r\n"
                    and not self._body(connection, lines, script)
                ):
                    return

    def _body(self, connection: socket.socket, lines, script: Mapping[str, Step]) -> bool:
        body = [lines.readline()]
        if not self._do(connection, self._step(script, "body")):
            return False
        while body[-1] not in (b".\r\n", b""):
            body.append(lines.readline())
        if not body[-1]:
            return False
        self.bodies.append(b"".join(body[:-1]))
        answer = self._step(script, "final")
        if not (isinstance(answer, bytes) and answer[:1] in b"45"):
            self.taken.append(self.bodies[-1])
        return self._do(connection, answer)

    def _step(self, script: Mapping[str, Step], name: str) -> bytes | Act | tuple[bytes, Act]:
        step = script.get(name, b"502 5.5.1 what?\r\n")
        if not isinstance(step, Once):
            return step
        if name in self._done:
            return self.usual[name]
        self._done.add(name)
        return step.step

    def _do(self, connection: socket.socket, answer: bytes | Act | tuple[bytes, Act]) -> bool:
        """False where the connection is over."""
        if isinstance(answer, tuple):
            return all(self._do(connection, step) for step in answer)
        if isinstance(answer, bytes):
            if isinstance(answer, Late):
                self._over.wait(0.5)
            connection.sendall(answer)
            return True
        while answer is Act.DRIP and not self._over.wait(0.02):
            connection.sendall(b"2")
        if answer is Act.STALL:
            self._over.wait()
        return False

    def hang_up(self) -> None:
        """Drops whoever is connected."""
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass  # wakes accept()
        self.hang_up()
        for thread in self._threads:
            thread.join(5)
        self._listening.close()


@contextlib.contextmanager
def scripted(*scripts: Mapping[str, Step]) -> Iterator[ScriptedServer]:
    """A server for as long as the block lasts."""
    server = ScriptedServer(scripts or ({},))
    try:
        yield server
    finally:
        server.close()
