"""SendGrid's stand-in (`tests/mailers/sendgrid_server.py`) that kills its client at a phase of a request."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

from tests.crash.ends import End, wait_until
from tests.mailers import sendgrid_server
from tests.mailers.messages import SECRET

if TYPE_CHECKING:
    from pathlib import Path


class SendGridEnd(End):
    """accept: connected, the first byte has come. headers: all of them. body: a share of it. kept: the mail
    is on the disk, nothing answered. answer: in the middle of the answer. answered: it was written."""

    phases = ("accept", "headers", "body", "body", "kept", "kept", "answer", "answered")
    on_wire = frozenset({"accept", "headers", "body", "kept", "answer"})

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def settings(self) -> str:
        return f"""
[mail]
provider = "sendgrid"
[mail.sendgrid]
base_url = "{self._server.url}"
api_key = "{SECRET}"
"""

    def settle(self) -> None:
        # Who comes after the dead is let in after them: from now on all connections are known.
        late = urllib.request.Request(
            f"{self._server.url}/v3/scopes", headers={"Authorization": f"Bearer {SECRET}"}
        )
        urllib.request.urlopen(late, timeout=10).close()
        wait_until(lambda: not self._server.busy, "a request of a dead process has no end")

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


class _Server(sendgrid_server.SendGrid):
    """The stand-in, which knows how many requests it is busy with."""

    def __init__(self, end: SendGridEnd) -> None:
        super().__init__()
        # An answer leaves in two pieces; the second shall not wait until the first was acknowledged.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.RequestHandlerClass = _Handler
        self.end = end
        self.busy = 0
        self._counting = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._count(1)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._count(-1)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The client is dead, as it should be."""

    def _count(self, by: int) -> None:
        with self._counting:
            self.busy += by


class _Handler(sendgrid_server._Handler):
    server: _Server
    rbufsize = 0  # what was not read yet stays on the wire
    _request: dict[str, Any]

    def setup(self) -> None:
        super().setup()
        self.connection.recv(1, socket.MSG_PEEK)
        trap = self.server.end.strike("accept")
        if trap and trap.hang_up:
            raise ConnectionResetError

    def do_POST(self) -> None:
        end = self.server.end
        size = int(self.headers["Content-Length"])
        trap = end.strike("headers")
        body = b""
        if trap is None:
            trap = end.caught("body")
            body = self._read(max(1, int(trap.share * size)) if trap else size)
            if trap:
                end.spring(trap)
        if trap and trap.hang_up:
            raise ConnectionResetError
        body += self._read(size - len(body))
        if len(body) < size:
            end.was_cut = True
            raise ConnectionResetError
        self._request = json.loads(body)
        self.rfile = io.BytesIO(body)
        super().do_POST()

    def _read(self, size: int) -> bytes:
        body = b""
        with contextlib.suppress(ConnectionError):
            while len(body) < size and (more := self.rfile.read(size - len(body))):
                body += more
        return body

    def _answer(self, reply: sendgrid_server.Reply) -> None:
        if reply.status != 202:
            super()._answer(reply)
            return
        end, (named,) = self.server.end, self._request["personalizations"][0]["to"]
        end.keep(
            named["email"],
            named["email"],
            {name.lower(): value for name, value in self._request["headers"].items()},
        )
        end.strike("kept")
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.0 202 Acc")
            end.strike("answer")
            message_id = dict(reply.headers)["X-Message-Id"].encode()
            self.wfile.write(b"epted\r\nX-Message-Id: %s\r\nContent-Length: 0\r\n\r\n" % message_id)
            end.strike("answered")
