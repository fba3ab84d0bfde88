"""An HTTP server on loopback that answers as a test says, well or badly, and notes what it was asked."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    import ssl


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer, and how: well; a byte every 50 ms (`slow`, `slow_headers`); closed after the headers
    (`reset`) or after half of the body (`short`)."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    manner: str = "well"


Route = Callable[[Asked], Reply]


class Upstream:
    """`routes` maps a path to what answers it; `/*` answers what no other does."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        self.at_once = 0
        self._busy = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.upstream = self
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, path: str, *replies: Reply) -> None:
        """Answer a path with these, one after the other, the last one from then on."""
        left = list(replies)
        self.routes[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.asked]

    def answer(self, request: Asked) -> Reply:
        with self._lock:
            self.asked.append(request)
            self._busy += 1
            self.at_once = max(self.at_once, self._busy)
        try:
            route = self.routes.get(request.path) or self.routes.get("/*")
            return route(request) if route else Reply(status=404, body=b"not found")
        finally:
            with self._lock:
                self._busy -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    upstream: Upstream

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        reply = self.server.upstream.answer(
            Asked(
                path=unquote(url.path),
                query={key: values[0] for key, values in parse_qs(url.query).items()},
                headers={key.lower(): value for key, value in self.headers.items()},
                at=time.monotonic(),
            )
        )
        head = f"HTTP/1.1 {reply.status} x\r\nContent-Length: {len(reply.body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._drip(f"{head}\r\n".encode(), slow=reply.manner == "slow_headers")
            if reply.manner == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            elif reply.manner == "short":
                self._drip(reply.body[: len(reply.body) // 2], slow=False)
            else:
                self._drip(reply.body, slow=reply.manner == "slow")

    def _drip(self, data: bytes, *, slow: bool) -> None:
        if not slow:
            self.wfile.write(data)
            return
        for byte in data:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.05)
