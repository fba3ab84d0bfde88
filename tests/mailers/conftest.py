"""Certificates and servers of the providers' tests. Everything listens on 127.0.0.1 only."""

from __future__ import annotations

import socket
import ssl

import pytest
import trustme

pytest.register_assert_rewrite("tests.contracts.mailer")


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
