"""The server: where it listens, how it ends, and how long it waits for whom. On loopback, and real."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.errors import DigestError
from digest.store import Store
from digest.web.app import create_app
from digest.web.security import BODY_LIMIT
from digest.web.serving import HEADER_LIMIT, Patience, Server, listening, server_of
from tests.e2e.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.web.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = Patience(request_s=0.6, idle_s=0.6, look_s=0.1, connections=40)


@contextlib.contextmanager
def served(desk: Desk, patience: Patience = PATIENCE) -> Iterator[int]:
    """The desk's app on a real server in a thread; its port."""
    with listening("127.0.0.1", 0) as opened:
        server = server_of(create_app(desk), opened, patience)
        thread = threading.Thread(target=_run, args=(server,))
        thread.start()
        try:
            yield int(opened.getsockname()[1])
        finally:
            # What a signal does in the main thread.
            server.stop()
            thread.join(10)
            assert not thread.is_alive()


def _run(server: Server) -> None:
    try:
        server.run()
    finally:
        server.close()


def ask(port: int, path: str = "/healthz") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def answered(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    connection.settimeout(5)
    found = b""
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while piece := connection.recv(65536):
            found += piece
    return found


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
        b"POST /subscribe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n",
    ],
    ids=["headers", "body"],
)
def test_a_client_that_sends_a_byte_at_a_time_is_shown_out_and_others_are_served(
    desk: Desk, first: bytes
) -> None:
    with served(desk) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(first)
        begun = time.monotonic()
        ended = False
        while not ended and time.monotonic() - begun < 10:
            assert ask(port) == 200
            try:
                slow.sendall(b"a")  # never silent, never done
            except (BrokenPipeError, ConnectionResetError):
                ended = True
            time.sleep(0.1)
        assert ended
        assert time.monotonic() - begun < 5


def test_a_silent_client_is_shown_out(desk: Desk) -> None:
    with served(desk) as port, socket.create_connection(("127.0.0.1", port)) as silent:
        begun = time.monotonic()
        assert answered(silent) == b""
        assert time.monotonic() - begun < 4


def test_a_hundred_idle_connections_hold_nobody_up_for_long(desk: Desk) -> None:
    with served(desk) as port, contextlib.ExitStack() as stack:
        for _ in range(100):  # more than the server takes at once
            idle = stack.enter_context(socket.socket())
            idle.setblocking(False)
            idle.connect_ex(("127.0.0.1", port))
        begun = time.monotonic()
        assert ask(port) == 200
        assert time.monotonic() - begun < 5


def test_headers_without_end_are_refused(desk: Desk) -> None:
    with served(desk) as port, socket.create_connection(("127.0.0.1", port)) as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(
                b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * (2 * HEADER_LIMIT) + b"\r\n\r\n"
            )
        assert b" 431 " in answered(client).split(b"\r\n")[0] + b" "


def test_a_body_that_does_not_say_its_size_is_measured(desk: Desk) -> None:
    chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
    head = (
        b"POST /subscribe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Transfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    patience = dataclasses.replace(PATIENCE, request_s=20, idle_s=20)
    with served(desk, patience) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(head + chunk * (BODY_LIMIT // 0x8000 + 1) + b"0\r\n\r\n")
        assert answered(client).startswith(b"HTTP/1.1 413 ")


def test_an_answer_does_not_say_what_serves(desk: Desk) -> None:
    with served(desk) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        head = answered(client).partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nserver:" not in head
    assert b"waitress" not in head


def test_an_address_that_is_none_is_told(closed_port: int) -> None:
    with pytest.raises(DigestError, match="does not have that address"), listening("192.0.2.1", closed_port):
        pass
    with pytest.raises(DigestError, match="no such address"), listening("no such host", closed_port):
        pass


# ------------------------------------------------------------------------------- as a process


@pytest.fixture
def home(tmp_path: Path, library_file: Path) -> Home:
    """A folder with a configuration and the thirty papers."""
    made = Home(tmp_path / "home")
    made.configure("[[sources]]\nkind = 'huggingface'")
    (made.folder / "digest.db").write_bytes(library_file.read_bytes())
    return made


@contextlib.contextmanager
def running(home: Home, *words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`digest web` as a process that listens; it, and its port."""
    command = [
        sys.executable,
        "-m",
        "digest",
        "--config",
        str(home.folder / "digest.toml"),
        "web",
        "--port",
        "0",
    ]
    with subprocess.Popen(
        [*command, *words], cwd=home.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.fullmatch(r"Listening on http://127\.0\.0\.1:(\d+)\n", said)
            assert found, (said, process.stderr and process.poll() is not None and process.stderr.read())
            yield process, int(found[1])
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_a_signal_ends_it_at_once_and_clean(home: Home, number: int) -> None:
    with running(home) as (process, port):
        assert ask(port, "/date/2026-04-21") == 200
        begun = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=10)
        assert process.returncode == 0
        assert time.monotonic() - begun < 3
    assert "Traceback" not in err
    assert "rule=/date/<" in err
    assert "2026-04-21 " not in err
    with Store.open(f"sqlite:///{home.folder / 'digest.db'}") as store:
        assert store.papers.count() == 30


def test_a_port_in_use_is_one_sentence(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = home.digest("web", "--port", port)
    assert ended.code == 1
    assert ended.out == ""
    (sentence,) = [line for line in ended.err.splitlines() if not line.startswith("warning:")]
    assert sentence == (
        f"127.0.0.1:{port}: another program listens there already; end it, or name another port with --port"
    )


def test_a_disk_with_no_room_left_is_no_traceback(home: Home) -> None:
    """The process may write no file any longer: SQLite is told what a full disk tells it."""
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "from digest.config import load; from digest.wiring import open_desk;"
        "from digest.web.app import create_app;"
        "desk = open_desk(load('digest.toml', {})).__enter__(); app = create_app(desk);"
        "app.add_url_rule('/test/write', 'write', lambda: write(), methods=['POST']);\n"
        "def write():\n"
        "    import sqlalchemy as sa\n"
        "    with desk.store.database.begin() as connection:\n"
        '        connection.execute(sa.text("UPDATE papers SET abstract = hex(randomblob(50000))"))\n'
        "    return 'written'\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "answer = app.test_client().post('/test/write', base_url='http://127.0.0.1/');"
        "print(answer.status_code, answer.headers.get('Retry-After'), 'Traceback' in answer.text)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=home.folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "503 60 False\n", done.stderr


def spoken(port: int, words: str) -> str:
    """The beginning of the answer to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(words.encode())
        return connection.recv(100).decode("latin-1")


@pytest.mark.slow
def test_gunicorn_serves_the_same_app(home: Home, closed_port: int) -> None:
    gunicorn = Path(sys.executable).with_name("gunicorn")
    assert gunicorn.is_file(), "gunicorn is one of the tests' own dependencies: make setup"
    environ = {**os.environ, "DIGEST_CONFIG": str(home.folder / "digest.toml")}
    command = [
        str(gunicorn), "-c", str(ROOT / "deploy" / "gunicorn.conf.py"),
        "-b", f"127.0.0.1:{closed_port}", "-w", "1", "digest.cli.web:application()",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=home.folder, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            status = 0
            for _ in range(100):
                with contextlib.suppress(OSError):
                    status = ask(closed_port, "/date/2026-04-21")
                    break
                time.sleep(0.1)
            mangled = spoken(closed_port, "GET /p/1-secrettoken\u00e9 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            broken = spoken(
                closed_port,
                "POST /subscribe/preview HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n\r\nZZ\r\nsecrettoken\r\n0\r\n\r\n",
            )
            process.terminate()
            _, err = process.communicate(timeout=15)
        finally:
            process.kill()
    assert status == 200, err
    assert mangled.startswith("HTTP/1.1 400"), mangled
    assert broken.startswith("HTTP/1.1 400"), broken
    assert "secrettoken" not in err
    assert "2026-04-21 " not in err
    assert "rule=/date/<" in err
