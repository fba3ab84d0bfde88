"""SendGrid on 127.0.0.1: takes what the description of mail/send allows, refuses all else with 400.

Its description is the official one where that lies beside the checkout, and always our own, stricter one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import os
import socket
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import jsonschema

from tests.conftest import SHARED
from tests.mailers.messages import SECRET

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

OFFICIAL = SHARED / "samples" / "sendgrid-mail-send.openapi.json"


def descriptions() -> list[jsonschema.Draft202012Validator]:
    """Our own schema of a request, and SendGrid's where it is there."""
    own = json.loads((Path(__file__).parent / "mail_send.schema.json").read_text())
    schemas = [own]
    if OFFICIAL.is_file():
        components = json.loads(OFFICIAL.read_text())["components"]
        body = components["requestBodies"]["PostMailSend"]["content"]["application/json"]["schema"]
        schemas.append({**body, "components": components})
    return [jsonschema.Draft202012Validator(schema) for schema in schemas]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A scripted answer. `cut`: hang up after the request in place of it; `stall_s`: be late with it.

    `raw`: these bytes in place of it, as they are, and `then` close the connection, reset it, say nothing
    more, or drip bytes for ever. `unread`: the request's body is not read before.
    """

    status: int = 202
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False
    stall_s: float = 0.0
    raw: bytes | None = None
    then: Literal["close", "reset", "stall", "drip"] = "close"
    unread: bool = False


class SendGrid(http.server.ThreadingHTTPServer):
    """Scripted `replies` are used up first; then every good request is accepted."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = []
        self.requests: list[dict] = []
        self.paths: list[str] = []
        self.keys: list[str] = []
        self.scopes = ["mail.send"]
        self.over = threading.Event()
        self.descriptions = descriptions()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: SendGrid

    def do_GET(self) -> None:
        self._note()
        if self.server.replies:
            self._answer(self.server.replies.pop(0))
        elif not self._is_authorized():
            self._refuse(401, "authorization required")
        elif self.path == "/v3/scopes":
            self._answer(Reply(status=200, body=json.dumps({"scopes": self.server.scopes}).encode()))
        else:
            self._refuse(404, "not found")

    def do_POST(self) -> None:
        self._note()
        if self.server.replies and self.server.replies[0].unread:
            self._answer(self.server.replies.pop(0))
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.replies:
            self.server.requests.append(json.loads(body))
            self._answer(self.server.replies.pop(0))
        elif not self._is_authorized():
            self._refuse(401, "authorization required")
        elif self.path != "/v3/mail/send":
            self._refuse(404, "not found")
        else:
            self._judge(json.loads(body))

    def _judge(self, request: dict) -> None:
        faults = [fault for known in self.server.descriptions for fault in known.iter_errors(request)]
        if faults:
            self._refuse(400, faults[0].message)
        else:
            self.server.requests.append(request)
            self._accept(request["personalizations"][0]["to"][0]["email"])

    def _accept(self, recipient: str) -> None:
        if recipient.startswith("refused"):
            self._refuse(400, f"{recipient} does not contain a valid address.")
        else:
            self._answer(Reply(headers=(("X-Message-Id", f"sg-{len(self.server.requests)}"),)))

    def _note(self) -> None:
        self.server.paths.append(self.path)
        self.server.keys.append(self.headers["Authorization"])

    def _is_authorized(self) -> bool:
        return self.headers["Authorization"] == f"Bearer {SECRET}"

    def _refuse(self, status: int, message: str) -> None:
        body = json.dumps({"errors": [{"message": message, "field": None, "help": None}]}).encode()
        self._answer(Reply(status=status, body=body))

    def _answer(self, reply: Reply) -> None:
        if reply.stall_s:
            self.server.over.wait(reply.stall_s)
        if reply.raw is not None:
            with contextlib.suppress(OSError):
                self._misbehave(reply.raw, reply.then)
        if reply.cut or reply.raw is not None:
            self.close_connection = True
            return
        with contextlib.suppress(OSError):
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

    def _misbehave(self, raw: bytes, then: str) -> None:
        self.wfile.write(raw)
        while then == "drip" and not self.server.over.wait(0.02):
            self.wfile.write(b"1\r\nx\r\n")
        if then == "stall":
            self.server.over.wait()
        if then == "reset":
            # Detached, because the server would end the stream in good order before it closes it.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[SendGrid]:
    """The stand-in for as long as the block lasts."""
    with SendGrid() as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join(5)
