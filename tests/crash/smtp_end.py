"""A real SMTP server (aiosmtpd) on 127.0.0.1 that kills its client at a phase of the protocol."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.crash.ends import End, Trap, wait_until

if TYPE_CHECKING:
    from pathlib import Path


class SmtpEnd(End):
    """mail, rcpt, data: at the command. body: after a share of a body's bytes. dot: the mail is on the disk,
    the answer not given. reply: in the middle of the answer. replied: the answer was written."""

    phases = ("mail", "rcpt", "data", "body", "body", "body", "dot", "dot", "reply", "replied")
    on_wire = frozenset({"mail", "rcpt", "data", "body", "dot", "reply"})

    def __init__(self, folder: Path, *, pause_s: float = 0.0) -> None:
        """`pause_s`: how long it thinks over each mail before it takes it."""
        super().__init__(folder)
        self._pause_s = pause_s
        self._listening = socket.create_server(("127.0.0.1", 0))
        # An answer leaves in two pieces; the second shall not wait until the first was acknowledged.
        self._listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._listening.getsockname()[1]
        self.open: set[_Conversation] = set()
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Conversation(self, self._loop), sock=self._listening)
        )
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def settings(self) -> str:
        return f"""
[mail]
provider = "smtp"
[mail.smtp]
host = "127.0.0.1"
port = {self.port}
security = "none"
"""

    def settle(self) -> None:
        # Who comes after the dead is let in after them: from now on all connections are known.
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="localhost", timeout=10) as late:
            late.noop()
        wait_until(lambda: not self.open, "an SMTP connection of a dead process stays open")

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _finish(self) -> None:
        self._server.close()
        for one in list(self.open):
            if one.transport is not None:
                one.transport.abort()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: a whole mail is there."""
        if self._pause_s:
            await asyncio.sleep(self._pause_s)
        assert isinstance(envelope.content, bytes)
        self.keep_mail(", ".join(envelope.rcpt_tos), envelope.content)
        self.strike("dot")
        return "250 2.0.0 Ok: queued"


class _Conversation(SMTP):
    """aiosmtpd's protocol, with a trap at each step."""

    def __init__(self, end: SmtpEnd, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(end, hostname="mail.example.org", ident="test", loop=loop)
        self._end = end
        self._under_way = False  # between MAIL and the last byte of the answer
        self._announced = 0  # bytes, by MAIL's SIZE
        self._trap: Trap | None = None  # one that waits in the middle of this body
        self._left = 0  # bytes until then

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._end.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._under_way:
            self._end.was_cut = True
        super().connection_lost(error)
        self._end.open.discard(self)

    def eof_received(self) -> bool:
        # aiosmtpd drops what it has received and not yet read; other servers read it first, and take it.
        self.loop.call_later(0.02, self._at_end)
        return True

    def _at_end(self) -> None:
        super().eof_received()
        if self.transport is not None:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        trap, self._left = self._trap, self._left - len(data)
        if trap is not None and self._left <= 0:
            self._trap = None
            first, data = data[: len(data) + self._left], data[len(data) + self._left :]
            super().data_received(first)
            self._end.spring(trap)
            if trap.hang_up:
                self.transport.abort()
                return
        super().data_received(data)

    async def smtp_MAIL(self, arg: str) -> None:
        self._under_way = True
        self._end.strike("mail")
        self._announced = int(arg.upper().rpartition("SIZE=")[2])
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        self._end.strike("rcpt")
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        self._end.strike("data")
        await super().smtp_DATA(arg)

    async def push(self, status: str | bytes) -> None:
        words = status if isinstance(status, str) else status.decode()
        if words.startswith("354"):
            self._trap = self._end.caught("body")
            self._left = max(1, int(self._trap.share * self._announced)) if self._trap else 0
        if not words.startswith("250 2.0.0 Ok: queued"):
            await super().push(status)
            return
        self._writer.write(words[:8].encode())
        await self._writer.drain()
        self._end.strike("reply")
        self._writer.write(words[8:].encode() + b"\r\n")
        await self._writer.drain()
        self._under_way = False
        self._end.strike("replied")
