"""The SendGrid library's client with its sharp edges taken off. Knows nothing of mail.

It follows no redirect (the library would repeat the request, with the API key, wherever it is told to), it
says whether a request failed before or after it was written, it reads no answer without end, and it keeps
the API key out of every log.
"""

from __future__ import annotations

import http.client
import io
import logging
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import python_http_client
import sendgrid

if TYPE_CHECKING:
    import socket
    import ssl

    from _typeshed import WriteableBuffer

_MAX_ANSWER_BYTES = 1_000_000


class UnreachableError(OSError):
    """No connection came about; nothing was sent."""


def open_client(
    api_key: str, base_url: str, *, timeout_s: float, tls: ssl.SSLContext | None = None
) -> sendgrid.SendGridAPIClient:
    """SendGrid's own client, for `base_url` (no slash at its end); `timeout_s` bounds connecting, writing and
    the whole answer, each."""
    _silence_the_library()
    client = sendgrid.SendGridAPIClient(api_key=api_key, host=base_url)
    client.client = _Client(
        host=base_url,
        request_headers=dict(client.client.request_headers),
        version=3,
        timeout=timeout_s,
        opener=_opener(base_url, tls),
    )
    return client


def _opener(base_url: str, tls: ssl.SSLContext | None) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_NoRedirects(), _PlainHandler(), _TlsHandler(context=tls)]
    if base_url.startswith("http:"):
        # Plain HTTP is for this machine only: no proxy from the environment may see the key.
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


class _Client(python_http_client.Client):  # type: ignore[misc]
    """The library builds its own opener for each request; this one uses ours."""

    def __init__(self, *, opener: urllib.request.OpenerDirector, **settings: Any) -> None:
        super().__init__(**settings)
        self._opener = opener

    def _build_client(self, name: str | None = None) -> _Client:
        return _Client(
            opener=self._opener,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            append_slash=self.append_slash,
            timeout=self.timeout,
        )

    def _make_request(
        self,
        opener: object,  # noqa: ARG002 - the library's own, which follows redirects
        request: Any,
        timeout: float | None = None,
    ) -> object:
        return super()._make_request(self._opener, request, timeout)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, *args: object, **kwargs: object) -> None:
        """None: the answer itself is handed back, as an error with its status, wherever it points to."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _Answer(http.client.HTTPResponse):
    """An answer that has an end, in bytes and in time."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Incoming(self.fp.detach(), sock))

    def read(self, amt: int | None = None) -> bytes:
        if amt is not None:
            return super().read(amt)
        try:
            answer = super().read(_MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException):
            answer = b""  # the status has come, and it decides; the body is for people
        self.close()
        return answer


class _Incoming(io.RawIOBase):
    """The bytes of an answer, all of them within the timeout that a byte now and then never trips."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._end = time.monotonic() + (sock.gettimeout() or 0.0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._sock.settimeout(left_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _PlainConnection(http.client.HTTPConnection):
    response_class = _Answer

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise UnreachableError(*error.args) from error


class _TlsConnection(http.client.HTTPSConnection):
    response_class = _Answer

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise UnreachableError(*error.args) from error


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PlainConnection, req)


class _TlsHandler(urllib.request.HTTPSHandler):
    def __init__(self, *, context: ssl.SSLContext | None) -> None:
        super().__init__(context=context)
        self._tls = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_TlsConnection, req, context=self._tls)


def _silence_the_library() -> None:
    """At DEBUG it logs every header, the API key among them. A filter holds whatever level is set later."""
    logger = logging.getLogger("python_http_client.client")
    if _above_debug not in logger.filters:
        logger.addFilter(_above_debug)


def _above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
