"""One SMTP connection: opened, encrypted and logged in, then one transaction after another.

Says what the server answered and in which phase; judges nothing (`smtp_answers`). Never falls back to a
plain connection, never waits without a limit, never follows an address further than its own characters.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import re
import ssl
from typing import TYPE_CHECKING, Literal

from digest.mailers.smtp_answers import NO_ANSWER, Phase
from digest.mailers.smtp_wire import BrokenError, Wire, why

if TYPE_CHECKING:
    from collections.abc import Sequence

Security = Literal["none", "starttls", "tls"]

_PATIENCE_AFTER_DOT = 10  # RFC 5321, 4.5.3.2.6: this answer deserves far longer than any other


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to connect and how. `timeout_s` bounds an exchange; ten times it, the one after the final dot."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = dataclasses.field(default="", repr=False)
    timeout_s: float = 30.0
    tls: ssl.SSLContext | None = None  # None: the system's certificate authorities

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no reason may repeat: the password, and the forms in which the login crosses the wire."""
        if not self.password:
            return ()
        plain, word = f"\0{self.username}\0{self.password}", self.password
        return (_base64(plain), _base64(word), word, _base64(self.username))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said last, and when. `code` is NO_ANSWER where it said nothing."""

    phase: Phase
    code: int
    text: str

    @property
    def ends_connection(self) -> bool:
        """True where nothing more can be said over this connection with any confidence."""
        accepted = self.phase == "final" and self.code // 100 == 2
        return self.code in (421, 503) or self.phase == "body" or (self.code < 400 and not accepted)


class SessionError(Exception):
    """No session came about; `answer` says in which phase and why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.phase}: {answer.code} {answer.text}")
        self.answer = answer


class Session(Wire):
    """An open connection, greeted, encrypted and logged in."""

    def __init__(self, server: Server) -> None:
        """Connects, greets, encrypts and logs in. Raises SessionError."""
        super().__init__(server.timeout_s)
        self._server = server
        self._phase: Phase = "connect"
        try:
            self._connect()
            self._greet()
            if server.security == "starttls":
                self._encrypt()
            if server.username:
                self._log_in()
        except OSError as error:
            self.close()
            raise SessionError(self._broken(error)) from error
        except SessionError:
            self.close()
            raise

    # ------------------------------------------------------------------------ one message

    def transact(self, sender: str, recipient: str, raw: bytes) -> Answer:
        """Hands over one message, command by command; the answer that decided, with its phase.

        `sender` and `recipient` must be fit for the wire (`wire.wire_address`); `raw` has CRLF line ends.
        """
        size = f" SIZE={len(raw)}" if self.has_extn("size") else ""
        # Not smtplib's mail() and rcpt(): they rewrite an address that holds a comment or a quote.
        steps: Sequence[tuple[Phase, str, int]] = (
            ("mail", f"MAIL FROM:<{sender}>{size}", 2),
            ("rcpt", f"RCPT TO:<{recipient}>", 2),
            ("data", "DATA", 3),
        )
        try:
            for phase, command, wanted in steps:
                self._phase = phase
                code, text = self.docmd(command)
                if code // 100 != wanted:
                    return self._answer(code, text)
            self._phase = "body"
            self.send(_stuffed(raw))
            if self.has_spoken():
                return self._answer(*self.getreply())
            self._phase = "final"
            self.send(b".\r\n")
            return self._answer(*self.reply(self._server.timeout_s * _PATIENCE_AFTER_DOT))
        except OSError as error:
            return self._broken(error)

    def reset(self) -> bool:
        """Forgets an unfinished transaction; False where the connection cannot be used any more."""
        try:
            return self.docmd("RSET")[0] == 250
        except OSError:
            return False

    def part(self) -> None:
        """Says goodbye and closes, whatever the server makes of it."""
        with contextlib.suppress(OSError):
            self.putcmd("QUIT")
            self.reply(min(self._server.timeout_s, 5.0))
        self.close()

    # ------------------------------------------------------------------------ setting up

    def _connect(self) -> None:
        self.open_socket(self._server.host, self._server.port)
        if self._server.security == "tls":
            self._wrap()
        self._expect(*self.getreply(), wanted=220)

    def _greet(self) -> None:
        self._phase = "ehlo"
        code, text = self.ehlo()
        plain = self._server.security != "starttls" and not self._server.username
        if code // 100 == 5 and plain:
            code, text = self.helo()
        self._expect(code, text, wanted=250)

    def _encrypt(self) -> None:
        self._phase = "starttls"
        if not self.has_extn("starttls"):
            raise BrokenError("the server does not offer STARTTLS")
        self._expect(*self.docmd("STARTTLS"), wanted=220)
        if self.has_unread:  # CVE-2011-0411: words slipped in before the encryption must not count after it
            raise BrokenError("the server, or somebody between, spoke out of turn before the encryption")
        self._wrap()
        self._greet()

    def _wrap(self) -> None:
        self.encrypt_socket(self._server.tls or ssl.create_default_context(), self._server.host)

    def _log_in(self) -> None:
        self._phase = "auth"
        username, password = self._server.username, self._server.password
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            steps = [f"AUTH PLAIN {_base64(f'{chr(0)}{username}{chr(0)}{password}')}"]
        elif "LOGIN" in offered:
            steps = ["AUTH LOGIN", _base64(username), _base64(password)]
        else:
            known = " ".join(offered) or "none"
            raise BrokenError(f"the server offers neither AUTH PLAIN nor LOGIN here (it offers: {known})")
        # One method, tried once: a server that counts failures would lock the account over several.
        for step in steps[:-1]:
            self._expect(*self.docmd(step), wanted=334)
        self._expect(*self.docmd(steps[-1]), wanted=235)

    def _expect(self, code: int, text: bytes, *, wanted: int) -> None:
        if code != wanted:
            raise SessionError(self._answer(code, text))

    # ------------------------------------------------------------------------ answers

    def _answer(self, code: int, text: bytes) -> Answer:
        words = text.decode("utf-8", "replace")
        for secret in self._server.secrets:
            words = words.replace(secret, "(secret)")
        return Answer(phase=self._phase, code=code, text=words)

    def _broken(self, error: OSError) -> Answer:
        return Answer(phase=self._phase, code=NO_ANSWER, text=why(error))


def _stuffed(raw: bytes) -> bytes:
    """The body as it crosses the wire: dots doubled at line beginnings (RFC 5321, 4.5.2), CRLF at the end."""
    return re.sub(rb"(?m)^\.", b"..", raw) + (b"" if raw.endswith(b"\r\n") else b"\r\n")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
