"""A real SMTP server (aiosmtpd) on 127.0.0.1, in a thread, keeping what it was given."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.mailers.messages import SECRET, Arrived, arrived

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

USERNAME = "digest@example.org"


class Mailbox:
    """What arrived, and how many connections brought it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[Arrived] = []
        self.connections = 0
        self.encrypted: list[bool] = []
        self.logins: list[str] = []
        self.held_at: int | None = None  # after so many mails the answer is held back

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("unknown"):
            return f"550 5.1.1 <{address}>: no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        while self.held_at is not None and len(self.mails) >= self.held_at:
            await asyncio.sleep(0.01)
        self.encrypted.append(bool(session.ssl) or server.transport.get_extra_info("sslcontext") is not None)
        self.mails += [arrived(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return f"250 2.0.0 Ok: queued as Q{len(self.mails)}"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object):
        assert isinstance(data, LoginPassword)
        self.logins.append(mechanism)
        known = data.login == USERNAME.encode() and data.password == SECRET.encode()
        return AuthResult(success=known, handled=False)


@contextlib.contextmanager
def serving(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: bool = False,
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN"),
    size_limit: int = 33_554_432,
) -> Iterator[Mailbox]:
    """A server for as long as the block lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    mailbox = Mailbox(listening.getsockname()[1])
    loop = asyncio.new_event_loop()
    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        mailbox.connections += 1
        smtp = SMTP(
            mailbox,
            hostname="mail.example.org",
            ident="test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=mailbox.authenticate if login else None,
            auth_required=login,
            auth_require_tls=starttls is not None,
            auth_exclude_mechanism={"PLAIN", "LOGIN"} - set(mechanisms),
            data_size_limit=size_limit,
            loop=loop,
        )
        protocols.append(smtp)
        return smtp

    server = loop.run_until_complete(loop.create_server(protocol, sock=listening, ssl=tls))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield mailbox
    finally:

        async def finish() -> None:
            server.close()
            for smtp in protocols:
                if smtp.transport is not None:
                    smtp.transport.abort()
            await server.wait_closed()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(finish(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
