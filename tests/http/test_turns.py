"""Hosts are asked in turns, and left alone when they say so."""

from __future__ import annotations

import concurrent.futures
import time

import httpx2
import pytest

from digest.errors import RateLimitedError
from digest.http import MemoryPace
from tests.http.asking import client_of
from tests.http.times import Time
from tests.http.upstream import Asked, Reply, Upstream


def test_requests_to_one_host_keep_their_distance(upstream: Upstream) -> None:
    upstream.serve("/*", Reply())
    client = client_of()
    for path in "abc":
        client.get(f"{upstream.url}/{path}", min_interval_s=0.15, allow_private_address=True)
    first, second, third = (request.at for request in upstream.asked)
    assert second - first >= 0.14
    assert third - second >= 0.14


def test_the_distance_is_kept_from_the_end_of_a_request_that_took_long() -> None:
    time_ = Time()

    def slowly(_: httpx2.Request) -> httpx2.Response:
        time_.now += 10
        return httpx2.Response(200)

    client = client_of(
        transport=httpx2.MockTransport(slowly),
        pace=MemoryPace(time_.clock),
        clock=time_.clock,
        sleep=time_.sleep,
    )
    for _ in range(2):
        client.get("https://rss.arxiv.org/rss/cs.CV", min_interval_s=3.0)
    assert time_.slept == [3.0]


def test_all_hosts_of_arxiv_take_turns_together() -> None:
    time_ = Time()
    client = client_of(
        transport=httpx2.MockTransport(lambda _: httpx2.Response(200)),
        pace=MemoryPace(time_.clock),
        clock=time_.clock,
        sleep=time_.sleep,
    )
    for url in (
        "https://rss.arxiv.org/rss/cs.CV",
        "https://export.arxiv.org/api/query",
        "https://arxiv.org/",
    ):
        client.get(url, min_interval_s=3.0)
    client.get("https://notarxiv.org/", min_interval_s=3.0)
    assert time_.slept == [3.0, 3.0]


def test_host_is_asked_one_request_at_a_time_by_many_threads(upstream: Upstream) -> None:
    def slowly(_: Asked) -> Reply:
        time.sleep(0.03)
        return Reply()

    upstream.routes["/x"] = slowly
    client = client_of()
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        asks = [pool.submit(client.get, f"{upstream.url}/x", allow_private_address=True) for _ in range(5)]
        assert [ask.result().status for ask in asks] == [200] * 5
    assert upstream.at_once == 1


def test_waiting_for_a_turn_is_not_the_requests_own_time(upstream: Upstream) -> None:
    upstream.serve("/x", Reply())
    client = client_of()
    for _ in range(2):
        client.get(f"{upstream.url}/x", min_interval_s=1.0, timeout_s=0.8, allow_private_address=True)
    assert len(upstream.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_short_retry_after_is_waited_for_once(upstream: Upstream, status: int) -> None:
    time_ = Time()
    upstream.serve("/x", Reply(status=status, headers=(("Retry-After", "2"),)), Reply(body=b"well"))
    client = client_of(pace=MemoryPace(time_.clock), clock=time_.clock, sleep=time_.sleep)
    assert client.get(f"{upstream.url}/x", allow_private_address=True).body == b"well"
    assert time_.slept == [2.0]


def test_second_refusal_in_a_row_is_an_error(upstream: Upstream) -> None:
    time_ = Time()
    upstream.serve("/x", Reply(status=503, headers=(("Retry-After", "2"),)))
    client = client_of(pace=MemoryPace(time_.clock), clock=time_.clock, sleep=time_.sleep)
    with pytest.raises(RateLimitedError, match="HTTP 503") as raised:
        client.get(f"{upstream.url}/x", allow_private_address=True)
    assert (raised.value.status, raised.value.retry_after_s, len(upstream.asked)) == (503, 2.0, 2)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("Retry-After", "3600"),), 3600.0),
        ((("Retry-After", "Tue, 21 Apr 2026 12:10:00 GMT"),), 600.0),
        ((("Retry-After", "soon"),), 60.0),
        ((), 60.0),
        ((("Retry-After", "99999999"),), 86400.0),
    ],
)
def test_long_retry_after_is_obeyed_without_asking_again(
    upstream: Upstream, headers: tuple[tuple[str, str], ...], seconds: float
) -> None:
    time_ = Time()
    noon = 1776772800.0  # 2026-04-21T12:00:00Z
    upstream.serve("/x", Reply(status=429, body=b"Rate exceeded.", headers=headers))
    client = client_of(pace=MemoryPace(time_.clock), clock=time_.clock, sleep=time_.sleep, wall=lambda: noon)
    with pytest.raises(RateLimitedError, match="HTTP 429") as raised:
        client.get(f"{upstream.url}/x", allow_private_address=True)
    assert raised.value.retry_after_s == seconds
    with pytest.raises(RateLimitedError, match="not asked") as raised:
        client.get(f"{upstream.url}/other", allow_private_address=True)
    assert raised.value.retry_after_s == pytest.approx(seconds)
    assert (len(upstream.asked), time_.slept) == (1, [])
    time_.now += seconds
    upstream.serve("/x", Reply(body=b"well"))
    assert client.get(f"{upstream.url}/x", allow_private_address=True).body == b"well"


def test_deferred_host_is_left_alone_by_the_next_process_too(upstream: Upstream) -> None:
    pace = MemoryPace()
    pace.defer(f"127.0.0.1:{upstream.port}", 500)
    with pytest.raises(RateLimitedError, match="another 500 s"):
        client_of(pace=pace).get(f"{upstream.url}/x", allow_private_address=True)
    assert upstream.asked == []


def test_redirect_to_a_host_with_manners_of_its_own_keeps_them() -> None:
    time_ = Time()

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "mirror.example":
            return httpx2.Response(302, headers={"Location": "https://rss.arxiv.org/rss/cs.CV"})
        return httpx2.Response(200)

    client = client_of(
        transport=httpx2.MockTransport(answer),
        pace=MemoryPace(time_.clock),
        clock=time_.clock,
        sleep=time_.sleep,
    )
    for _ in range(2):
        client.get("https://mirror.example/")
    assert time_.slept == [3.0]
