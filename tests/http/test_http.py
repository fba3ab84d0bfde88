"""What an answer is, and what an error says."""

from __future__ import annotations

import pytest

from digest.errors import FetchError
from tests.http.asking import AGENT, client_of, fetch
from tests.http.upstream import Reply, Upstream


def test_answer_is_bytes_with_status_headers_and_url(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(body=b"caf\xc3\xa9", headers=(("ETag", '"1"'), ("X-A", "1"), ("X-A", "2"))))
    answer = fetch(upstream)
    assert (answer.status, answer.body, answer.url) == (200, b"caf\xc3\xa9", f"{upstream.url}/x")
    assert answer.header("etag") == '"1"'
    assert [value for name, value in answer.headers if name == "x-a"] == ["1", "2"]
    assert answer.header("missing") is None


def test_every_request_names_the_software_and_a_contact(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(status=302, headers=(("Location", "/y"),)))
    upstream.serve("/y", Reply())
    fetch(upstream)
    assert [request.headers["user-agent"] for request in upstream.asked] == [AGENT, AGENT]


def test_not_modified_is_an_answer(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(status=304))
    assert fetch(upstream, headers=(("If-None-Match", '"1"'),)).status == 304
    assert upstream.asked[0].headers["if-none-match"] == '"1"'


@pytest.mark.parametrize("status", [400, 404, 410, 500, 502, 503])
def test_error_status_is_an_error_that_carries_its_page(upstream: Upstream, status: int) -> None:
    upstream.serve("/x", Reply(status=status, body=b"why"))
    with pytest.raises(FetchError, match=rf"GET {upstream.url}/x: answered HTTP {status}") as raised:
        fetch(upstream)
    assert (raised.value.status, raised.value.body) == (status, b"why")


@pytest.mark.parametrize(
    "url", ["", "feed.xml", "file:///etc/passwd", "http:///x", "ftp://a.org/", "http://[::1"]
)
def test_what_is_no_web_address_is_not_fetched(url: str) -> None:
    with pytest.raises(FetchError, match="GET "):
        client_of().get(url)


def test_errors_name_the_request_without_its_secrets(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(status=500))
    url = f"http://me:hunter2@127.0.0.1:{upstream.port}/x?cat=cs.CV&api_key=hunter3&access_token=hunter4"
    with pytest.raises(FetchError) as raised:
        client_of().get(url, allow_private_address=True)
    message = str(raised.value)
    assert f"GET {upstream.url}/x?cat=cs.CV&api_key=…&access_token=…: answered HTTP 500" == message
