"""Redirects are followed by hand."""

from __future__ import annotations

import httpx2
import pytest

from digest.errors import FetchError
from digest.http.transport import CheckedTransport
from tests.http.asking import client_of, fetch
from tests.http.upstream import Reply, Upstream


def test_five_redirects_are_followed_and_no_more(upstream: Upstream) -> None:
    for hop in range(6):
        upstream.serve(f"/{hop}", Reply(status=301, headers=(("Location", f"/{hop + 1}"),)))
    upstream.serve("/6", Reply(body=b"there"))
    answer = fetch(upstream, "/1")
    assert (answer.body, answer.url) == (b"there", f"{upstream.url}/6")
    with pytest.raises(FetchError, match="redirected more than 5 times"):
        fetch(upstream, "/0")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.org/x", "javascript:1"])
def test_redirect_out_of_the_web_is_refused(upstream: Upstream, location: str) -> None:
    upstream.serve("/x", Reply(status=302, headers=(("Location", location),)))
    with pytest.raises(FetchError, match=r"only http\(s\) is followed"):
        fetch(upstream)


def test_redirect_without_a_place_to_go_is_an_error(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(status=302))
    with pytest.raises(FetchError, match="redirected to nowhere"):
        fetch(upstream)


def test_redirect_from_a_public_host_to_a_private_address_is_refused(upstream: Upstream) -> None:
    class Outside(CheckedTransport):
        """Answers for a public host itself, since no test may ask one; connects for all others."""

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.host == "public.example":
                return httpx2.Response(302, headers={"Location": f"{upstream.url}/inside"})
            return super().handle_request(request)

    upstream.serve("/inside", Reply(body=b"secret"))
    with pytest.raises(FetchError, match=r"refused: 127\.0\.0\.1 is not a public address"):
        client_of(transport=Outside()).get("https://public.example/feed")
    assert upstream.asked == []


def test_login_is_not_carried_to_another_host() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if request.url.host == "one.example":
            return httpx2.Response(302, headers={"Location": "https://two.example/"})
        return httpx2.Response(200)

    client = client_of(transport=httpx2.MockTransport(answer))
    client.get("https://me:pw@one.example/", headers=(("Cookie", "a=b"), ("Accept", "text/xml")))
    first, second = (request.headers for request in asked)
    assert first["authorization"] == "Basic bWU6cHc="
    assert "authorization" not in second
    assert "cookie" not in second
    assert second["accept"] == "text/xml"
