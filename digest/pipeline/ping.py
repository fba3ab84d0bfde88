"""One GET that says *alive* to the operator's own watchdog. Its address may hold a secret: it is never named.

A watchdog may stand at a private address or on this machine; where it sends on to may not, unless that is the
same host. It is never followed to another scheme.
"""

from __future__ import annotations

import httpx2

from digest.errors import FetchError, RateLimitedError
from digest.http import Client, MemoryPace
from digest.http.transport import CheckedTransport

TIMEOUT_S = 10.0
MAX_BYTES = 64 * 1024


def ping(url: str, *, agent: str, timeout_s: float = TIMEOUT_S) -> list[str]:
    """Fetch it; a sentence if that failed."""
    try:
        home = httpx2.URL(url)
        client = Client(user_agent=agent, pace=MemoryPace(), transport=_AtHome(home))
        client.get(url, timeout_s=timeout_s, max_bytes=MAX_BYTES, allow_private_address=True)
    except RateLimitedError:
        why = "it asks to be left alone"
    except FetchError as error:
        if error.status is not None and error.status < 300:
            return []  # it has heard us; what it says at length is nothing to us
        why = _why(error, timeout_s)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run itself is done
        why = type(error).__name__
    else:
        return []
    return [f"operator.ping_url: the watchdog could not be reached: {why}"]


class _AtHome(httpx2.BaseTransport):
    """Asks nothing over another scheme than the home's, and at a private address the home's host alone."""

    def __init__(self, home: httpx2.URL) -> None:
        self._home = home
        self._inner = CheckedTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises as CheckedTransport does, and httpx2.UnsupportedProtocol."""
        if request.url.scheme != self._home.scheme:
            raise httpx2.UnsupportedProtocol("it sends on to another scheme; write the address that answers")
        if request.url.host != self._home.host:
            request.extensions = {**request.extensions, "allow_private_address": False}
        return self._inner.handle_request(request)


def _why(error: FetchError, timeout_s: float) -> str:
    """The reason without the address, which the error's own sentence names."""
    cause = error.__cause__
    if error.status is not None:
        return f"it answered HTTP {error.status}"
    if isinstance(cause, httpx2.TimeoutException):
        return f"no answer within {timeout_s:g} s"
    if isinstance(cause, httpx2.TransportError):
        return str(cause) or "no answer"
    return "no usable answer"
