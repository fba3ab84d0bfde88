"""An app under waitress, on loopback, in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask


@contextlib.contextmanager
def served(app: flask.Flask) -> Iterator[str]:
    """The address of its server, which ends with the block."""
    channels: dict[int, Any] = {}
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = create_server(app, map=channels, sockets=[listening], threads=2)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                wasyncore.loop(timeout=0.02, map=channels, count=1, use_poll=True)
            server.task_dispatcher.shutdown()
            wasyncore.close_all(channels)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(10)
