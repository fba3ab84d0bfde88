"""The connection: a request in, an answer's stream out, within a deadline and to checked addresses only.

A host is resolved once, every address of it is checked, and the connection goes to an address that was
checked: a name that changes its answer in between (DNS rebinding) gains nothing. Each read and write gets no
more than what is left of the deadline, so a byte a second ends as surely as silence does. A connection serves
one request: the sources are asked seconds apart. Proxies of the environment are not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpcore2
import httpx2

from digest.http.addresses import checked, resolve

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from digest.http.deadline import Deadline


class CheckedTransport(httpx2.BaseTransport):
    """Requests carry `extensions`: "deadline" (a Deadline) and "allow_private_address" (a bool)."""

    def __init__(
        self,
        *,
        resolver: Callable[..., tuple[str, ...]] = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._resolver = resolver
        self._ssl_context = ssl_context

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises httpx2.TransportError and RefusedAddressError."""
        url = request.url
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        connection = httpcore2.HTTPConnection(
            origin=target.origin,
            ssl_context=self._tls() if url.scheme == "https" else None,
            network_backend=_Backend(
                deadline=request.extensions["deadline"],
                allow_private=request.extensions["allow_private_address"],
                resolver=self._resolver,
            ),
        )
        try:
            response = connection.handle_request(
                httpcore2.Request(request.method, target, headers=request.headers.raw, content=request.read())
            )
        except httpcore2.TimeoutException as why:
            connection.close()
            raise httpx2.ReadTimeout(str(why)) from why
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as why:
            connection.close()
            raise httpx2.NetworkError(str(why)) from why
        except BaseException:
            connection.close()
            raise
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, connection),
        )

    def _tls(self) -> ssl.SSLContext:
        if self._ssl_context is None:  # costs some 20 ms, so it is made once, and only when asked for
            self._ssl_context = httpx2.create_ssl_context()
        return self._ssl_context


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response, connection: httpcore2.HTTPConnection) -> None:
        self._response = response
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from cast("Iterable[bytes]", self._response.stream)
        except httpcore2.TimeoutException as why:
            raise httpx2.ReadTimeout(str(why)) from why
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as why:
            raise httpx2.NetworkError(str(why)) from why

    def close(self) -> None:
        self._response.close()
        self._connection.close()


class _Backend(httpcore2.NetworkBackend):
    def __init__(
        self, *, deadline: Deadline, allow_private: bool, resolver: Callable[..., tuple[str, ...]]
    ) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._resolver = resolver
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = checked(
                host,
                port,
                timeout_s=_left(self._deadline, timeout),
                allow_private=self._allow_private,
                resolver=self._resolver,
            )
        except TimeoutError as why:
            raise httpcore2.ConnectTimeout(str(why)) from why
        except OSError as why:
            raise httpcore2.ConnectError(f"the name {host} was not resolved: {why}") from why
        for tried, address in enumerate(addresses, 1):
            share = _left(self._deadline, timeout) / (len(addresses) - tried + 1)
            try:
                stream = self._sockets.connect_tcp(
                    address, port, share, local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if tried == len(addresses):
                    raise
            else:
                return _Stream(stream, self._deadline)
        raise AssertionError("checked() gives at least one address")


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: Deadline, timeout: float | None) -> float:
    left = deadline.remaining()
    if left <= 0:
        raise httpcore2.ReadTimeout(f"the deadline of {deadline.seconds:g} s has passed")
    return left if timeout is None else min(left, timeout)
