"""An app in, a server out: waitress, with an end to the patience for slow clients. Logs nothing itself."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import socket
import time
from typing import TYPE_CHECKING

from waitress.channel import HTTPChannel
from waitress.server import create_server

from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: a request must have come whole within `request_s` of its first byte; a connection that is
    silent for `idle_s` is closed; both are looked at every `look_s`. At most `connections` at once."""

    request_s: float = 30
    idle_s: float = 60
    look_s: float = 5
    connections: int = 500


THREADS = 8
HEADER_LIMIT = 16 * 1024
BODY_LIMIT = 2 * 1024 * 1024  # for any view: each has a smaller one of its own


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that remembers when the request at hand began: waitress itself waits for ever for one that
    comes a byte at a time."""

    begun: float | None = None

    def received(self, data: bytes) -> bool:
        """Take what came; between two requests nothing has begun."""
        if self.request is None:
            self.begun = time.time()
        taken: bool = super().received(data)
        if self.request is None:
            self.begun = None
        return taken


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket on that address. Raises DigestError, which says why there can be none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise DigestError(f"--host {host}: no such address: {error.strerror}; try 127.0.0.1") from error
    family, kind, protocol, _, address = found[0]
    opened = socket.socket(family, kind, protocol)
    with contextlib.closing(opened):
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(address)
            opened.listen(1)
        except OSError as error:
            raise DigestError(_refusal(host, port, error)) from error
        yield opened


def _refusal(host: str, port: int, error: OSError) -> str:
    import errno

    where = f"{f'[{host}]' if ':' in host else host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where}: another program listens there already; end it, or name another port with --port"
    if error.errno == errno.EACCES:
        return f"{where}: ports below 1024 are not this user's to open; name another with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{where}: this machine does not have that address; try --host 127.0.0.1"
    return f"{where}: cannot be opened: {error.strerror}"


def server_of(app: flask.Flask, opened: socket.socket, patience: Patience = Patience()) -> Server:
    """A server on an open socket; `run` serves until KeyboardInterrupt or SystemExit is raised in it."""
    return Server(app, opened, patience)


class Server:
    """waitress on one socket."""

    def __init__(self, app: flask.Flask, opened: socket.socket, patience: Patience) -> None:
        self._patience = patience
        # It would warn of each request that waits for a thread; the log's milliseconds say as much.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._server = create_server(
            app,
            map={},  # of its own: waitress has one for all servers of a process
            sockets=[opened],
            threads=THREADS,
            ident=None,
            connection_limit=patience.connections,
            max_request_header_size=HEADER_LIMIT,
            max_request_body_size=BODY_LIMIT,
            asyncore_use_poll=True,  # select() knows 1,024 descriptors at most
            # Whom to believe is `wsgi.surround`'s to say; waitress would take the headers away first.
            clear_untrusted_proxy_headers=False,
        )
        # Set here, because waitress would round them down to whole seconds.
        adjusted = self._server.adj
        adjusted.channel_timeout, adjusted.cleanup_interval = patience.idle_s, patience.look_s
        adjusted.asyncore_loop_timeout = min(1.0, patience.look_s)
        self._server.channel_class = _Channel
        self._stopping = False
        self._idle = self._server.maintenance
        self._server.maintenance = self._maintain

    def _maintain(self, now: float) -> None:
        if self._stopping:
            raise SystemExit  # what waitress's loop ends for
        self._idle(now)
        for channel in list(self._server.active_channels.values()):
            if channel.begun is not None and now - channel.begun > self._patience.request_s:
                channel.will_close = True

    def run(self) -> None:
        """Serve; what was begun has five seconds to end when the end comes."""
        self._server.run()

    def stop(self) -> None:
        """End `run` from another thread, within `look_s` at most."""
        # The loop is not woken: it may have seen the wish, and its pipe be closed, or another's file by then.
        self._stopping = True

    def close(self) -> None:
        """Let go of the socket and of all connections."""
        self._server.task_dispatcher.shutdown()
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()
