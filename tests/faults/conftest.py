"""Certificates, and a morning for each test: the database is made once and copied."""

from __future__ import annotations

import shutil
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from digest.mail.templates import Templates
from digest.store import Store
from tests.faults.mornings import Morning, admit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """The server's side, with a certificate for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    """The client's side, which trusts that authority and no other."""
    return ssl.create_default_context(cafile=None, cadata=authority.cert_pem.bytes().decode())


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates.load()


@pytest.fixture(scope="session")
def admitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the readers in it, closed."""
    path = tmp_path_factory.mktemp("faults") / "digest.db"
    with Store.open(f"sqlite:///{path}") as store:
        admit(store)
    return path


@pytest.fixture
def morning(tmp_path: Path, admitted: Path, templates: Templates) -> Iterator[Morning]:
    """Four readers at two domains, all due, nothing sent yet, and a window of one."""
    path = tmp_path / "digest.db"
    shutil.copyfile(admitted, path)
    with Store.open(f"sqlite:///{path}") as store:
        yield Morning.of(store, templates)
