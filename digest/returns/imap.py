"""A folder on an IMAP server, over TLS: mails that are not \\Seen, and the flag on those dealt with.

The password never stands in a URL and never in an error. RFC 3501; BODY.PEEK leaves the flag alone until
`mark`, and a partial fetch bounds what is read of one mail.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import re
import ssl
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote, urlsplit

from digest.errors import FolderError, UsageError
from digest.mail.words import clean, shorten
from digest.returns.folders import Returned
from digest.returns.mime import BYTES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMEOUT_S = 30.0
PORT = 993
MARKED_AT_ONCE = 200
_SPARE = 1_000_000  # what a server may say besides one mail
_FAILURES = (imaplib.IMAP4.error, OSError, ValueError)  # `abort` and `readonly` are kinds of `error`


class _Connection(imaplib.IMAP4_SSL):
    """imaplib reads as many bytes as a server announces; this one does not."""

    def read(self, size: int) -> bytes:
        if size > BYTES_LIMIT + _SPARE:
            raise self.abort(f"the server announced {size:,} bytes at once")
        return super().read(size)


class ImapFolder:
    """The mails of one folder that nobody has seen."""

    def __init__(
        self,
        url: str,
        *,
        password: str | None,
        writing: bool = True,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Connect, log in, open the folder. Raises UsageError for an address that is none, FolderError for a
        server that cannot be reached or trusted, a login or a folder that it refuses."""
        host, port, user, self._folder = _parts(url)
        if not password:
            raise UsageError(
                f"{host}: no password for {user}; put it into a file and say --password-file FILE"
            )
        if not (password + user).isprintable():
            raise UsageError(f"{host}: a user's name or password has a line end or another control in it")
        self._name = f"{host}:{port}"
        self._secrets = (password,)
        self._writing = writing
        self._imap: _Connection | None = None
        try:
            # With a default context: the certificate must hold for the host.
            context = tls or ssl.create_default_context()
            self._imap = _Connection(host, port, ssl_context=context, timeout=timeout_s)
        except _FAILURES as error:
            self._fail("cannot connect", error)
        try:
            self._log_in(user, password)
            self._select()
        except BaseException:
            self.close()
            raise

    def mails(self) -> Iterator[Returned]:
        """Those without \\Seen, oldest first. One that cannot be fetched is left for the next time."""
        found = self._ask("look for unread mails", "SEARCH", "UNSEEN")
        numbers = b" ".join(one for one in found if isinstance(one, bytes)).split()
        for uid in sorted({int(one) for one in numbers if one.isdigit()}):
            answer = self._ask(
                "fetch a mail", "FETCH", str(uid), f"(INTERNALDATE BODY.PEEK[]<0.{BYTES_LIMIT}>)"
            )
            mail = _fetched(uid, answer)
            if mail is not None:
                yield mail

    def mark(self, keys: Sequence[str]) -> None:
        """Set \\Seen on them."""
        for start in range(0, len(keys) if self._writing else 0, MARKED_AT_ONCE):
            uids = ",".join(keys[start : start + MARKED_AT_ONCE])
            self._ask("mark mails as seen", "STORE", uids, "+FLAGS.SILENT", "(\\Seen)")

    def close(self) -> None:
        """Log out; whatever comes of it. May be called twice."""
        imap, self._imap = self._imap, None
        if imap is not None:
            try:
                imap.logout()
            except _FAILURES:
                imap.shutdown()

    def _log_in(self, user: str, password: str) -> None:
        assert self._imap is not None  # noqa: S101 - for the type checker
        try:
            if user.isascii() and password.isascii():
                self._imap.login(user, password)
            else:  # LOGIN is ASCII; SASL PLAIN (RFC 4616) is UTF-8
                self._imap.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        except _FAILURES as error:
            advice = "see user and password; mailbox providers want an app password here"
            self._fail("refused the login", error, advice=advice)

    def _select(self) -> None:
        assert self._imap is not None  # noqa: S101 - for the type checker
        quoted = self._folder.replace("\\", "\\\\").replace('"', '\\"')
        try:
            status, answer = self._imap.select(f'"{quoted}"', readonly=not self._writing)
        except _FAILURES as error:
            self._fail(f"cannot open the folder {self._folder!r}", error)
        if status != "OK":
            self._fail(f"cannot open the folder {self._folder!r}", answer)

    def _ask(self, what: str, command: str, *words: str) -> list[Any]:
        if self._imap is None:
            self._fail(f"cannot {what}", "the connection is closed")
        try:
            status, answer = self._imap.uid(command, *words)
        except _FAILURES as error:
            self._fail(f"cannot {what}", error)
        if status != "OK":
            self._fail(f"cannot {what}", answer)
        return list(answer)

    def _fail(self, what: str, why: object, *, advice: str = "") -> NoReturn:
        """Raise FolderError with a server's or the library's own words, without the password."""
        if isinstance(why, list):
            why = b" ".join(one for one in why if isinstance(one, bytes))
        if isinstance(why, TimeoutError):
            why = f"no answer within {TIMEOUT_S:g} s" if not str(why) else why
        words = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        if isinstance(why, OSError) and why.strerror:
            words = why.strerror
        for secret in self._secrets:
            words = words.replace(secret, "(secret)")
        words = shorten(clean(words), 300) or type(why).__name__
        raise FolderError(f"{self._name}: {what}: {words}{f'; {advice}' if advice else ''}") from None


def _parts(url: str) -> tuple[str, int, str, str]:
    """Host, port, user and folder of `imaps://user@host:993/INBOX/Bounces`. Raises UsageError, which does not
    repeat the address: it may hold a password."""
    expected = "expected imaps://user@host/folder"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORT
    except ValueError as error:
        raise UsageError(f"that is no address of an IMAP folder; {expected}") from error
    if parts.scheme.lower() != "imaps":
        raise UsageError(
            f"{parts.scheme}: not read from; {expected}: nothing is said to a server without TLS"
        )
    if parts.password is not None:
        raise UsageError(f"a password stands in the address, where others can see it; {expected}")
    if not host or not parts.username:
        raise UsageError(f"the address names no {'user' if host else 'host'}; {expected}")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not (folder.isascii() and folder.isprintable()):
        raise UsageError(
            f"{folder!r}: a folder's name must be ASCII; name it as the server does (RFC 3501, 5.1.3)"
        )
    return host, port, unquote(parts.username), folder


def _fetched(uid: int, answer: Sequence[Any]) -> Returned | None:
    """The mail in a FETCH answer: bytes, and pairs of what stands before a literal and the literal."""
    body = next((part for part in answer if isinstance(part, tuple) and b"BODY[" in part[0].upper()), None)
    if body is None:
        return None  # taken away by another program, or an answer that has no mail in it
    words = b" ".join(part[0] if isinstance(part, tuple) else part for part in answer if part)
    return Returned(key=str(uid), arrived=_internal_date(words), raw=bytes(body[1][:BYTES_LIMIT]))


_DATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"', re.IGNORECASE)


def _internal_date(words: bytes) -> dt.datetime:
    """The server's own time of arrival; now, where it names none that can be read."""
    found = _DATE.search(words)
    try:
        if found:
            written = found[1].decode("ascii").strip()
            return dt.datetime.strptime(written, "%d-%b-%Y %H:%M:%S %z").astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
