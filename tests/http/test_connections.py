"""Connections go to addresses that were checked."""

from __future__ import annotations

import ssl

import pytest
import trustme

from digest.errors import FetchError
from digest.http.transport import CheckedTransport
from tests.http.asking import client_of
from tests.http.upstream import Reply, Upstream


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_refused_by_any_name(upstream: Upstream, host: str) -> None:
    with pytest.raises(FetchError, match="not a public address; set allow_private_address = true"):
        client_of().get(f"http://{host}:{upstream.port}/x")
    assert upstream.asked == []


def test_name_with_one_private_address_among_public_ones_is_refused(upstream: Upstream) -> None:
    transport = CheckedTransport(resolver=lambda *_, timeout_s: ("151.101.1.42", "127.0.0.1"))
    with pytest.raises(FetchError, match=r"mixed\.example is at 127\.0\.0\.1, which is not a public address"):
        client_of(transport=transport).get(f"http://mixed.example:{upstream.port}/x")
    assert upstream.asked == []


def test_connection_goes_to_the_address_that_was_checked(upstream: Upstream) -> None:
    """DNS rebinding: the name is looked up once, so a second answer has nobody to deceive."""
    answers = [("127.0.0.1",)]
    upstream.serve("/x", Reply(body=b"well"))
    transport = CheckedTransport(resolver=lambda *_, timeout_s: answers.pop())
    url = f"http://rebound.example:{upstream.port}/x"
    answer = client_of(transport=transport).get(url, allow_private_address=True)
    assert (answer.body, answers) == (b"well", [])
    assert upstream.asked[0].headers["host"] == f"rebound.example:{upstream.port}"


def test_next_address_is_tried_where_one_does_not_answer(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(body=b"well"))
    transport = CheckedTransport(resolver=lambda *_, timeout_s: ("127.0.0.2", "127.0.0.1"))
    url = f"http://two.example:{upstream.port}/x"
    assert client_of(transport=transport).get(url, allow_private_address=True).body == b"well"


def test_certificates_are_checked_against_the_name() -> None:
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("right.example").configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Upstream(serving) as upstream:
        upstream.serve("/x", Reply(body=b"well"))
        transport = CheckedTransport(resolver=lambda *_, timeout_s: ("127.0.0.1",), ssl_context=trusting)
        client = client_of(transport=transport)
        right, wrong = (f"https://{name}.example:{upstream.port}/x" for name in ("right", "wrong"))
        assert client.get(right, allow_private_address=True).body == b"well"
        with pytest.raises(FetchError, match="certificate"):
            client.get(wrong, allow_private_address=True)
        with pytest.raises(FetchError, match="certificate"):
            client_of(transport=CheckedTransport(resolver=lambda *_, timeout_s: ("127.0.0.1",))).get(
                right, allow_private_address=True
            )
