"""The bytes of an SMTP conversation: replies read under a deadline, commands and bodies written whole.

smtplib gives the words (EHLO is read there); reading and writing are done here, because smtplib's own
waits as long as a byte comes now and then, and hides why a connection broke.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_MAX_REPLY_BYTES = 65_536


class BrokenError(OSError):
    """The connection ended, or the server said what cannot be read."""


class Wire(smtplib.SMTP):
    """An SMTP connection whose every wait has an end. Raises OSError, never anything else."""

    def __init__(self, timeout_s: float) -> None:
        """Opens nothing yet."""
        # Any local name will do here: smtplib would ask DNS for one, which can take longer than the mail.
        super().__init__(local_hostname="localhost", timeout=timeout_s)
        self._timeout_s = timeout_s
        self._received = bytearray()

    def open_socket(self, host: str, port: int) -> None:
        """Connects, and learns the name to greet with."""
        try:
            self.sock = socket.create_connection((host, port), self._timeout_s)
        except UnicodeError as error:  # from Python's IDNA codec: an empty label, or one too long
            raise BrokenError("the host's name is not one") from error
        # The final dot travels alone: Nagle's algorithm would hold it back for the server's delayed ACK.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local_hostname = _own_name(self.sock)

    def encrypt_socket(self, context: ssl.SSLContext, host: str) -> None:
        """TLS over the open connection, the certificate checked against `host`."""
        if isinstance(self.sock, socket.socket):
            self.sock = context.wrap_socket(self.sock, server_hostname=host)

    @property
    def has_unread(self) -> bool:
        """Whether the server said more than what was asked of it."""
        return bool(self._received)

    def send(self, s: ReadableBuffer | str) -> None:
        """Writes all of it. Raises OSError with the cause, which smtplib hides."""
        if self.sock is None:
            raise BrokenError("the connection is closed")
        self.sock.sendall(s.encode("ascii") if isinstance(s, str) else s)

    def getreply(self) -> tuple[int, bytes]:
        """One whole reply: code (-1 where there is none) and text, lines joined with newlines."""
        return self.reply(self._timeout_s)

    def close(self) -> None:
        """Drops the connection without a word."""
        self._received.clear()
        super().close()

    def reply(self, timeout_s: float) -> tuple[int, bytes]:
        """One whole reply (code, or -1 where there is none, and text), in `timeout_s` seconds at most.

        The deadline is for the whole reply: a byte a second never trips a socket's own timeout.
        """
        deadline, lines = time.monotonic() + timeout_s, []
        budget = _MAX_REPLY_BYTES
        while True:
            line = self._line(deadline, budget)
            budget -= len(line)
            lines.append(line[4:].strip())
            if not re.match(rb"[2-5]\d\d(?:[ \r\n-])", line):
                return -1, line.strip()
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)

    def _line(self, deadline: float, budget: int) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > budget:
                raise BrokenError("the server's reply has no end")
            self._received += self._more(deadline)
        line = bytes(self._received[: end + 1])
        del self._received[: end + 1]
        return line

    def _more(self, deadline: float) -> bytes:
        if self.sock is None:
            raise BrokenError("the connection is closed")
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self.sock.settimeout(left_s)
        try:
            received = self.sock.recv(4096)
        finally:
            self.sock.settimeout(self._timeout_s)
        if not received:
            raise BrokenError("the server closed the connection")
        return received

    def has_spoken(self) -> bool:
        """Whether the server has spoken or hung up before the final dot, which then is never written."""
        if self.sock is None or self._received:
            return True
        self.sock.settimeout(0)
        try:
            received = self.sock.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            self.sock.settimeout(self._timeout_s)
        if not received:
            raise BrokenError("the server closed the connection")
        self._received += received
        return True


def why(error: OSError) -> str:
    """What went wrong with a connection, in words."""
    if isinstance(error, BrokenError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate was refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or 'no reason given'}"
    if isinstance(error, socket.gaierror):
        return "the host's name cannot be resolved"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return error.strerror or type(error).__name__


def _own_name(sock: socket.socket) -> str:
    """What to say in EHLO: this machine's name if it is a full one, else its address (RFC 5321, 4.1.4)."""
    name = socket.gethostname()
    if "." in name and re.fullmatch(r"[A-Za-z0-9.-]+", name):
        return name
    address = sock.getsockname()[0].split("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
