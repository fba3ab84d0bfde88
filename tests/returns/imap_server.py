"""A small IMAP server on 127.0.0.1, over TLS, that misbehaves by script."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

PASSWORD = "correct horse"
HANG_UP, STALL = b"\0hang up", b"\0stall"


class ImapServer:
    """One folder, INBOX, of mails by UID. `script` answers a command otherwise: with bytes, in which TAG is
    the command's tag, with HANG_UP or STALL."""

    def __init__(
        self, tls: ssl.SSLContext, mails: Mapping[int, bytes], script: Mapping[str, bytes] | None = None
    ) -> None:
        self.mails = dict(mails)
        self.seen: set[int] = set()
        self.commands: list[str] = []
        self._script = dict(script or {})
        self._tls = tls
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"imaps://bounces%40example.org@localhost:{self.port}/INBOX"

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                plain, _ = self._listening.accept()
                thread = threading.Thread(target=self._serve, args=(plain,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(OSError):
            if self._script.get("greeting") == STALL:
                self._over.wait(10)
                return
            with self._tls.wrap_socket(plain, server_side=True) as sock, sock.makefile("rb") as lines:
                sock.sendall(b"* OK IMAP4rev1 ready\r\n")
                while line := lines.readline():
                    words = line.decode("utf-8", "replace").strip()
                    self.commands.append(words.partition(" ")[2])
                    if not self._answer(sock, lines, words):
                        return

    def _answer(self, sock: ssl.SSLSocket, lines: object, line: str) -> bool:
        tag, _, rest = line.partition(" ")
        command = rest.partition(" ")[0].upper()
        if command == "UID":
            command = rest.split(" ")[1].upper()
        scripted = self._script.get(command)
        if scripted == HANG_UP:
            return False
        if scripted == STALL:
            self._over.wait(10)
            return False
        if scripted is not None:
            sock.sendall(scripted.replace(b"TAG", tag.encode()))
            return True
        untagged, done = self._usual(command, rest, sock, lines)
        sock.sendall(untagged + f"{tag} {done} done\r\n".encode())
        return command != "LOGOUT"

    def _usual(self, command: str, rest: str, sock: ssl.SSLSocket, lines: object) -> tuple[bytes, str]:
        match command:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "OK"
            case "LOGIN":
                good = rest == f'LOGIN bounces@example.org "{PASSWORD}"'
                return b"", "OK" if good else f"NO [AUTHENTICATIONFAILED] no: {rest}"
            case "AUTHENTICATE":
                sock.sendall(b"+ \r\n")
                lines.readline()  # type: ignore[attr-defined]
                return b"", "OK"
            case "SELECT" | "EXAMINE":
                found = rest.endswith('"INBOX"')
                return (
                    (f"* {len(self.mails)} EXISTS\r\n".encode(), "OK")
                    if found
                    else (b"", "NO no such folder")
                )
            case "SEARCH":
                unseen = " ".join(
                    str(uid) for uid in sorted(self.mails, reverse=True) if uid not in self.seen
                )
                return f"* SEARCH {unseen}\r\n".encode(), "OK"
            case "FETCH":
                return self._fetched(rest), "OK"
            case "STORE":
                self.seen |= {int(one) for one in rest.split(" ")[2].split(",")}
                return b"", "OK"
            case "LOGOUT":
                return b"* BYE\r\n", "OK"
        return b"", "BAD what?"

    def _fetched(self, rest: str) -> bytes:
        uid = int(rest.split(" ")[2])
        limit = int(re.search(r"<0\.(\d+)>", rest)[1])  # type: ignore[index]
        raw = self.mails.get(uid, b"")[:limit]
        if not raw:
            return b""
        # Another program's flags come in between, as a server may say them at any time.
        return (
            f"* 7 FETCH (FLAGS (\\Recent))\r\n* {uid} FETCH (UID {uid} "
            f'INTERNALDATE "21-Apr-2026 08:00:00 +0200" '
            f"BODY[]<0> {{{len(raw)}}}\r\n".encode()
            + raw
            + b")\r\n"
        )

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(timeout=10)


@contextlib.contextmanager
def serving(
    tls: ssl.SSLContext, mails: Mapping[int, bytes], script: Mapping[str, bytes] | None = None
) -> Iterator[ImapServer]:
    """The server, until the end of the block."""
    server = ImapServer(tls, mails, script)
    try:
        yield server
    finally:
        server.close()
