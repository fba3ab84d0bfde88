"""Messages in, SendGrid's mail/send out, one request each, through SendGrid's own client library.

SendGrid has no idempotency key: what may have been accepted is uncertain and is never sent again here.
Never follows a redirect, never logs or repeats the API key, never lets SendGrid rewrite links.
"""

from __future__ import annotations

import dataclasses
import http.client
import ipaddress
import json
import random
import socket
import ssl
import time
import urllib.error
import urllib.parse
from typing import TYPE_CHECKING

from python_http_client.exceptions import HTTPError
from sendgrid.helpers.mail.exceptions import ApiKeyIncludedException

from digest.errors import AddressError, ConfigError, MailerError
from digest.mailers.sendgrid_answers import verdict
from digest.mailers.sendgrid_client import UnreachableError, open_client
from digest.mailers.sendgrid_request import build_request
from digest.mailers.wire import in_order, names, one_line
from digest.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.model import Message

DEFAULT_BASE_URL = "https://api.sendgrid.com"
_TROUBLES_TO_STOP = 3


class SendGridMailer:
    """A Mailer (`digest.ports`) over SendGrid's HTTP API. Not for several threads."""

    name = "sendgrid"

    def __init__(
        self,
        api_key: str,
        base_url: str = DEFAULT_BASE_URL,
        *,
        timeout_s: float = 30.0,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`timeout_s` bounds connecting, writing and the whole answer, each; `clock` gives epoch seconds;
        `jitter`, numbers from 0 to 1.

        Raises ConfigError for an API key that cannot be one, or a base URL that would show it to others.
        """
        if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
            raise ConfigError("mail.sendgrid.api_key: it is empty or holds blanks; SendGrid's begin with SG.")
        self._secrets = (api_key,)
        self._base_url = _checked(base_url)
        self._client = open_client(api_key, self._base_url, timeout_s=timeout_s, tls=tls)
        self._clock, self._jitter = clock, jitter
        self._troubles = 0

    def check(self) -> str:
        """Asks for the API key's scopes; sends nothing. Raises MailerError."""
        place = f"sendgrid at {self._base_url}"
        try:
            response = self._client.client.scopes.get()
            scopes = json.loads(response.body)["scopes"]
        except HTTPError as error:
            outcome = self._judged(error.status_code, error.headers, error.body)
            raise MailerError(f"{place}: {outcome.reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise MailerError(f"{place}: {self._failure(error).reason}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise MailerError(f"{place}: the answer is not SendGrid's; see mail.sendgrid.base_url") from error
        if "mail.send" not in scopes:
            raise MailerError(f"{place}: the API key may not send; give it the permission Mail Send")
        return f"{place}: accepts the API key, which may send mail"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        """See `ports.Mailer`. The answer decides by the table of `sendgrid_answers`."""
        return in_order(messages, self._send_one)

    def close(self) -> None:
        """The library opens a connection for each request; none stays open."""

    def _send_one(self, message: Message) -> Outcome:
        try:
            request = build_request(message)
        except (ValueError, AddressError, ApiKeyIncludedException) as error:
            reason = one_line(f"SendGrid cannot be given this message: {error}", self._secrets)
            return Outcome(kind="rejected", reason=reason)
        outcome = self._counted(self._post(request, names(message.recipient)))
        if outcome.provider_id == "202":  # no X-Message-Id: the delivery's own id came along as custom_args
            return dataclasses.replace(outcome, provider_id=f"delivery-{message.delivery_id}")
        return outcome

    def _post(self, request: dict[str, object], private: Sequence[str]) -> Outcome:
        try:
            response = self._client.send(request)
        except HTTPError as error:
            return self._judged(error.status_code, error.headers, error.body, private)
        except (OSError, http.client.HTTPException) as error:
            return self._failure(error)
        return self._judged(response.status_code, response.headers, response.body, private)

    def _judged(
        self, status: int, headers: http.client.HTTPMessage, body: bytes, private: Sequence[str] = ()
    ) -> Outcome:
        fields = {key: str(value) for key, value in headers.items()}
        outcome = verdict(status, fields, body, self._clock(), secrets=self._secrets, private=private)
        if outcome.retry_after_s is None:
            return outcome
        # Several machines waiting for the same second would all be refused again.
        return dataclasses.replace(outcome, retry_after_s=outcome.retry_after_s + 5 * self._jitter())

    def _failure(self, error: OSError | http.client.HTTPException) -> Outcome:
        """No answer. The client says whether the request was on its way yet."""
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        why = one_line(_why(cause), self._secrets)
        if isinstance(cause, UnreachableError):
            reason = f"SendGrid cannot be reached: {why}; see mail.sendgrid.base_url and the network"
            return Outcome(kind="retry", reason=reason, stop=True)
        if isinstance(error, urllib.error.URLError):
            # Raised while writing: the body was not whole, and half a JSON is no message.
            return Outcome(kind="retry", reason=f"the connection broke before the message was written: {why}")
        return Outcome(kind="uncertain", reason=f"SendGrid did not answer after the message was sent: {why}")

    def _counted(self, outcome: Outcome) -> Outcome:
        """Three in a row that failed through no fault of theirs: SendGrid is ill, and the queue is kept."""
        self._troubles = self._troubles + 1 if outcome.kind in ("retry", "uncertain") else 0
        if self._troubles >= _TROUBLES_TO_STOP:
            return dataclasses.replace(outcome, stop=True)
        return outcome


def _checked(base_url: str) -> str:
    """The base URL without a slash at its end; https, or http to this machine itself."""
    expected = "mail.sendgrid.base_url: expected scheme and host, like https://api.eu.sendgrid.com"
    try:
        url = urllib.parse.urlsplit(base_url)
        host = (url.hostname or "").encode("idna").decode("ascii")
        odd = url.username or url.password or url.query or url.fragment or url.port == 0
    except ValueError as error:  # a port that is no number, a host that is no name
        raise ConfigError(expected) from error
    if not host or odd:
        raise ConfigError(expected)
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(host)):
        raise ConfigError("mail.sendgrid.base_url: expected https: the API key would travel in the open")
    return base_url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why(cause: object) -> str:
    root = cause.__cause__ if isinstance(cause, UnreachableError) else cause
    if isinstance(root, ssl.SSLCertVerificationError):
        return f"its certificate was refused: {root.verify_message}"
    if isinstance(root, ssl.SSLError):
        return f"TLS failed: {root.reason}"
    if isinstance(root, socket.gaierror):
        return "the host's name cannot be resolved"
    if isinstance(root, TimeoutError):
        return "no answer in time"
    if isinstance(root, OSError):
        return root.strerror or type(root).__name__
    return type(root).__name__
