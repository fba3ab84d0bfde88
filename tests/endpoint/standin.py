"""An OpenAI-compatible server on loopback that answers as a test says, well or badly, and notes what it was
asked. `/v1/embeddings` gives vectors; any other path is the test's own."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import random
import re
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

DIMENSIONS = 32


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What to answer: `body` is JSON unless it is bytes. `manner`: a byte every 50 ms (`slow`), nothing for
    so many seconds (`pause_s`), closed after half of the body (`short`) or before any (`reset`)."""

    status: int = 200
    body: object = b""
    headers: tuple[tuple[str, str], ...] = ()
    manner: str = "well"
    pause_s: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Posted], Said]


class StandIn:
    """`answers` maps a path to what answers it; `posted` is all that was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {"/v1/embeddings": embeddings}
        self.posted: list[Posted] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def say(self, path: str, *said: Said | Answering) -> None:
        """Answer a path with these, one after the other, the last one from then on."""
        left = list(said)

        def answer(posted: Posted) -> Said:
            one = left.pop(0) if len(left) > 1 else left[0]
            return one if isinstance(one, Said) else one(posted)

        self.answers[path] = answer

    def texts(self) -> list[str]:
        """All texts for which vectors were asked, in order."""
        return [text for one in self.posted for text in one.body["input"]]


def vector(text: str, *, model: str = "", dimensions: int = DIMENSIONS) -> list[float]:
    """A text's vector: the sum of a random one for each of its words, so that texts that share words are near
    to each other, as they are for a real model."""
    total = [0.0] * dimensions
    for word in set(re.findall(r"\w+", text.lower())):
        seed = int.from_bytes(hashlib.blake2b(f"{model} {word}".encode(), digest_size=8).digest(), "big")
        drawn = random.Random(seed)
        total = [one + drawn.gauss(0, 1) for one in total]
    return total


def embeddings(posted: Posted) -> Said:
    """What a good server answers."""
    model = posted.body["model"]
    dimensions = posted.body.get("dimensions", DIMENSIONS)
    rows = [
        {"object": "embedding", "index": index, "embedding": vector(text, model=model, dimensions=dimensions)}
        for index, text in enumerate(posted.body["input"])
    ]
    return Said(body={"object": "list", "model": model, "data": rows, "usage": {"total_tokens": 1}})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        headers = {key.lower(): value for key, value in self.headers.items()}
        posted = Posted(path=self.path, headers=headers, body=json.loads(content))
        stand_in = self.server.stand_in
        stand_in.posted.append(posted)
        answer = stand_in.answers.get(self.path)
        said = answer(posted) if answer else Said(status=404, body={"error": {"message": "nothing here"}})
        body = said.content
        head = f"HTTP/1.1 {said.status} x\r\nContent-Length: {len(body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in said.headers)
        self.close_connection = True
        time.sleep(said.pause_s)
        with contextlib.suppress(OSError):
            if said.manner == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                return
            self.wfile.write(f"{head}\r\n".encode())
            body = body[: len(body) // 2] if said.manner == "short" else body
            for start in range(0, len(body), 1) if said.manner == "slow" else ():
                self.wfile.write(body[start : start + 1])
                time.sleep(0.05)
            if said.manner != "slow":
                self.wfile.write(body)
