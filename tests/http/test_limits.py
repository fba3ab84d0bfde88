"""No request lasts longer, and no body grows larger, than it may."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import pytest

from digest.errors import FetchError
from digest.http.transport import CheckedTransport
from tests.http.asking import client_of, fetch
from tests.http.upstream import Asked, Reply, Upstream


@pytest.mark.parametrize("manner", ["slow", "slow_headers"])
def test_byte_now_and_then_meets_the_deadline(upstream: Upstream, manner: str) -> None:
    upstream.serve("/x", Reply(body=b"x" * 1000, manner=manner))
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"within 0\.3 s"):
        fetch(upstream, timeout_s=0.3)
    assert time.monotonic() - began < 1.5


def test_deadline_is_for_all_redirects_together(upstream: Upstream) -> None:
    def again(_: Asked) -> Reply:
        time.sleep(0.12)
        return Reply(status=302, headers=(("Location", "/x"),))

    upstream.routes["/x"] = again
    with pytest.raises(FetchError, match=r"no answer within 0\.3 s"):
        fetch(upstream, timeout_s=0.3)


def test_name_that_is_not_resolved_meets_the_deadline() -> None:
    def resolver(host: str, port: int, *, timeout_s: float) -> tuple[str, ...]:
        raise TimeoutError(f"{host} took longer than {timeout_s}")

    with pytest.raises(FetchError, match=r"GET http://slow\.example/: no answer within 0\.2 s"):
        client_of(transport=CheckedTransport(resolver=resolver)).get("http://slow.example/", timeout_s=0.2)


def test_gzip_is_unpacked(upstream: Upstream) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    upstream.serve("/x", Reply(body=packed, headers=(("Content-Encoding", "gzip"),)))
    assert fetch(upstream).body == b"one two"


def test_gzip_bomb_costs_no_more_than_the_limit(upstream: Upstream) -> None:
    bomb = gzip.compress(bytes(60_000_000), 1)
    upstream.serve("/x", Reply(body=bomb, headers=(("Content-Encoding", "gzip"),)))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="is larger than 1000000 bytes"):
            fetch(upstream, max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6_000_000


def test_no_answer_grows_beyond_32_megabytes_unless_told(upstream: Upstream) -> None:
    packed = gzip.compress(bytes(32 * 1024 * 1024 + 1), 1)
    upstream.serve("/x", Reply(body=packed, headers=(("Content-Encoding", "gzip"),)))
    with pytest.raises(FetchError, match="is larger than 33554432 bytes"):
        fetch(upstream)


def test_plain_body_is_limited_too(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(body=b"x" * 1001))
    with pytest.raises(FetchError, match="is larger than 1000 bytes"):
        fetch(upstream, max_bytes=1000)
    assert fetch(upstream, max_bytes=1001).body == b"x" * 1001


@pytest.mark.parametrize(
    ("body", "encoding", "complaint"),
    [
        (gzip.compress(b"whole" * 100, mtime=0)[:-12], "gzip", "in the middle of its gzip"),
        (b"not packed at all", "gzip", "not the gzip it says it is"),
        (b"\x0b\x02\x80", "br", 'packed as "br"'),
    ],
)
def test_body_that_cannot_be_unpacked_is_an_error(
    upstream: Upstream, body: bytes, encoding: str, complaint: str
) -> None:
    upstream.serve("/x", Reply(body=body, headers=(("Content-Encoding", encoding),)))
    with pytest.raises(FetchError, match=complaint):
        fetch(upstream)


def test_answer_that_breaks_off_is_an_error_that_carries_what_came(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(body=b"0123456789", manner="short"))
    with pytest.raises(FetchError, match="broke off after 5 bytes") as raised:
        fetch(upstream)
    assert (raised.value.status, raised.value.body) == (200, b"01234")


def test_connection_that_is_reset_is_an_error(upstream: Upstream) -> None:
    upstream.serve("/x", Reply(body=b"0123456789", manner="reset"))
    with pytest.raises(FetchError, match=rf"GET {upstream.url}/x: "):
        fetch(upstream)


def test_nobody_listening_is_an_error() -> None:
    with Upstream() as gone:
        url = gone.url
    with pytest.raises(FetchError, match=rf"GET {url}/x: no answer: .*refused"):
        client_of().get(f"{url}/x", allow_private_address=True)
