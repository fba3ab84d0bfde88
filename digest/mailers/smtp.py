"""Messages in, SMTP out: several over one connection, each command answered before the next.

Before the final dot a failure is safe to try again; after it, without an answer, nobody can know. Never
sends without the encryption that was asked for, never resends by itself what may have been accepted.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from digest.errors import ConfigError, MailerError
from digest.mailers.smtp_answers import enhanced_code, verdict
from digest.mailers.smtp_session import Answer, Server, Session, SessionError
from digest.mailers.wire import in_order, names, one_line, wire_address
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.model import Message

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_TROUBLES_TO_STOP = 2


class SmtpMailer:
    """A Mailer (`digest.ports`) over one connection, opened by the first message. Not for several threads."""

    name = "smtp"

    def __init__(self, server: Server, *, sign: Callable[[bytes], bytes] | None = None) -> None:
        """`sign` puts a DKIM signature in front of a message (`signing.DkimSigner`).

        Raises ConfigError for a username without a password.
        """
        if server.username and not server.password:
            raise ConfigError("mail.smtp.password: it is empty; a username needs one")
        self._server = server
        self._sign = sign or bytes
        self._session: Session | None = None
        self._troubles = 0

    def check(self) -> str:
        """Connects, encrypts, logs in, and parts."""
        server = self._server
        try:
            session = Session(server)
        except SessionError as error:
            outcome = self._judged(error.answer)
            raise MailerError(f"smtp {server.host}:{server.port}: {outcome.reason}") from error
        session.part()
        secured = "without encryption" if server.security == "none" else "with TLS"
        login = ", and accepts the login" if server.username else ""
        return f"smtp: {server.host}:{server.port} answers {secured}{login}"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """See `ports.Mailer`. The answer of the server decides by the table of `smtp_answers`."""
        return in_order(messages, self._send_one)

    def close(self) -> None:
        """Says QUIT; a server that does not answer that has still accepted what it accepted."""
        if self._session is not None:
            self._session.part()
            self._session = None

    def _send_one(self, message: Message) -> Outcome:
        if _BARE_LINE_END.search(message.raw):
            # A server that takes a bare line end for a whole one may find a second message in the first.
            return Outcome(kind="rejected", reason="the message has line ends that are not CRLF")
        try:
            raw = self._sign(message.raw)
        except ValueError as error:
            return Outcome(kind="rejected", reason=one_line(f"the message cannot be signed: {error}"))
        reused = self._session is not None
        answer = self._attempt(message, raw)
        if reused and answer.phase == "mail" and answer.code in (0, 421, 503):
            # An idle connection that was dropped, or a server that is still with the message before, says
            # so only now; nothing of this message was told yet.
            answer = self._attempt(message, raw)
        return self._counted(answer, self._judged(answer, message.recipient))

    def _attempt(self, message: Message, raw: bytes) -> Answer:
        try:
            session = self._session or Session(self._server)
        except SessionError as error:
            return error.answer
        self._session = session
        limit = session.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(raw):
            return Answer(phase="mail", code=552, text=f"5.3.4 {len(raw)} bytes; the server takes {limit}")
        try:
            answer = session.transact(wire_address(message.sender), wire_address(message.recipient), raw)
        except BaseException:  # an interrupt: the next message must not find half a transaction
            self._drop(session)
            raise
        unfinished = answer.phase in ("mail", "rcpt", "data")
        if answer.ends_connection or (unfinished and not session.reset()):
            self._drop(session)
        return answer

    def _drop(self, session: Session) -> None:
        session.close()
        self._session = None

    def _judged(self, answer: Answer, recipient: str = "") -> Outcome:
        private = (*names(recipient), *names(self._server.username))
        return verdict(answer.phase, answer.code, enhanced_code(answer.text), answer.text, private=private)

    def _counted(self, answer: Answer, outcome: Outcome) -> Outcome:
        """Two in a row that failed through no fault of theirs: the server is ill, and the queue is kept.

        Such are connections that died over a message, and refusals before the recipient was named. A server
        that closes because a recipient's domain wants rest is not ill.
        """
        too_early = answer.phase == "mail" and outcome.kind == "retry"
        ill = (answer.ends_connection or too_early) and not outcome.domain
        self._troubles = self._troubles + 1 if ill else 0
        if self._troubles >= _TROUBLES_TO_STOP:
            return dataclasses.replace(outcome, stop=True)
        return outcome
