"""What every test may ask for."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
import trustme

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded days and samples beside the checkout; a test without it skips."""
    if not SHARED.is_dir():
        pytest.skip("needs the recorded days in ../shared, which is not beside this checkout")
    return SHARED


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
    context = ssl.create_default_context(cafile=None, cadata=authority.cert_pem.bytes().decode())
    context.check_hostname = True
    return context


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
