"""The client of OpenAI-compatible endpoints: what it sends, what it bears, what it says where it gives up."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from digest.endpoint import TRIES, Endpoint
from digest.errors import EndpointError
from tests.endpoint.standin import Posted, Said
from tests.http.times import Time

if TYPE_CHECKING:
    from tests.endpoint.standin import StandIn

KEY = "sk-very-secret"
TEXT = "unpublished thoughts"
GOOD = Said(body={"fine": True})


def endpoint(stand_in: StandIn, moved: Time | None = None, **options: Any) -> Endpoint:
    """One whose waits take no time."""
    moved = moved or Time()
    usual = {"url": stand_in.url, "api_key": KEY, "timeout_s": 10.0, "sleep": moved.sleep}
    return Endpoint(**{**usual, "clock": moved.clock, "jitter": lambda: 0.0, **options})


def refused(stand_in: StandIn, *said: Said, **options: Any) -> EndpointError:
    stand_in.say("/v1/x", *said)
    with pytest.raises(EndpointError) as why:
        endpoint(stand_in, **options).post("/x", {"input": [TEXT]})
    sentence = str(why.value)
    assert sentence.startswith(f"POST {stand_in.url}/x: ")
    assert KEY not in sentence
    assert TEXT not in sentence
    assert sentence.isprintable()
    return why.value


def test_it_posts_json_with_the_key_and_gives_the_object_back(stand_in: StandIn) -> None:
    stand_in.say("/v1/x", GOOD)
    assert endpoint(stand_in).post("/x", {"input": ["a", "ü\x00"]}) == {"fine": True}
    (posted,) = stand_in.posted
    assert posted.body == {"input": ["a", "ü\x00"]}
    assert posted.headers["authorization"] == f"Bearer {KEY}"
    assert posted.headers["content-type"] == "application/json"


def test_without_a_key_none_is_sent_and_a_slash_at_the_end_of_the_address_does_no_harm(
    stand_in: StandIn,
) -> None:
    stand_in.say("/v1/x", GOOD)
    endpoint(stand_in, url=stand_in.url + "/", api_key=None).post("/x", {})
    assert "authorization" not in stand_in.posted[0].headers
    assert stand_in.posted[0].path == "/v1/x"


def test_a_key_read_from_a_file_loses_its_lines_end_and_one_that_breaks_the_header_is_refused(
    stand_in: StandIn,
) -> None:
    stand_in.say("/v1/x", GOOD)
    endpoint(stand_in, api_key=f"{KEY}\n").post("/x", {})
    assert stand_in.posted[0].headers["authorization"] == f"Bearer {KEY}"
    for bad in ("a\r\nX-Other: b", "schlüssel", "two words"):
        with pytest.raises(EndpointError, match="api_key holds characters") as why:
            endpoint(stand_in, api_key=bad)
        assert bad not in str(why.value)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/v1", "nonsense", "http://", "http://[::1/v1"])
def test_an_address_that_is_none_is_told_at_once(url: str) -> None:
    with pytest.raises(EndpointError, match="not the http"):
        Endpoint(url=url)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_after_growing_waits(stand_in: StandIn, status: int) -> None:
    moved = Time()
    stand_in.say("/v1/x", Said(status=status), Said(status=status), GOOD)
    assert endpoint(stand_in, moved).post("/x", {}) == {"fine": True}
    assert moved.slept == [1.0, 2.0]


def test_a_server_that_stays_busy_is_given_up(stand_in: StandIn) -> None:
    error = refused(stand_in, Said(status=503, body=b"<html>busy"))
    assert (error.is_transient, error.status, len(stand_in.posted)) == (True, 503, TRIES)


def test_the_time_that_it_asks_for_is_kept(stand_in: StandIn) -> None:
    moved = Time()
    stand_in.say("/v1/x", Said(status=429, headers=(("Retry-After", "7"),)), GOOD)
    endpoint(stand_in, moved).post("/x", {})
    assert moved.slept == [7.0]


def test_one_that_asks_for_long_is_left_alone_for_as_long(stand_in: StandIn) -> None:
    moved = Time()
    stand_in.say("/v1/x", Said(status=429, headers=(("Retry-After", "300"),)), GOOD)
    here = endpoint(stand_in, moved)
    with pytest.raises(EndpointError, match="left alone for 300 s") as why:
        here.post("/x", {})
    assert (why.value.is_transient, why.value.retry_after_s) == (True, 300.0)
    moved.now += 200
    with pytest.raises(EndpointError, match="not asked for another 100 s"):
        here.post("/x", {})
    assert len(stand_in.posted) == 1
    moved.now += 101
    assert here.post("/x", {}) == {"fine": True}
    assert moved.slept == []


def test_all_tries_together_have_an_end(stand_in: StandIn) -> None:
    moved = Time()
    stand_in.say("/v1/x", Said(status=429, headers=(("Retry-After", "9"),)))
    with pytest.raises(EndpointError, match="HTTP 429"):
        endpoint(stand_in, moved).post("/x", {}, within_s=5)
    assert moved.slept == []
    with pytest.raises(EndpointError, match="no time is left"):
        endpoint(stand_in, moved).post("/x", {}, within_s=0)


@pytest.mark.parametrize(
    ("status", "hint"), [(400, "settings"), (401, "another api_key"), (404, "ends in /v1"), (418, "its log")]
)
def test_what_will_not_get_better_is_asked_once_and_said(stand_in: StandIn, status: int, hint: str) -> None:
    error = refused(stand_in, Said(status=status))
    assert (error.is_transient, len(stand_in.posted)) == (False, 1)
    assert f"HTTP {status}" in str(error)
    assert hint in str(error)


def test_the_kind_of_an_error_is_told_and_nothing_else_of_it(stand_in: StandIn) -> None:
    said = {"error": {"message": f"bad key {KEY} for {TEXT}", "code": "model_not_found"}}
    assert "(model_not_found)" in str(refused(stand_in, Said(status=404, body=said)))
    for kind in (KEY, TEXT, "unpublished", "x" * 99, "\x1b[31m", 7, None, ["a"]):
        error = refused(stand_in, Said(status=404, body={"error": {"code": kind}}))
        assert "HTTP 404;" in str(error)


def test_a_redirect_is_not_followed(stand_in: StandIn) -> None:
    stand_in.say("/v1/elsewhere", GOOD)
    error = refused(stand_in, Said(status=307, headers=(("Location", f"{stand_in.url}/elsewhere"),)))
    assert "leads elsewhere" in str(error)
    assert [one.path for one in stand_in.posted] == ["/v1/x"]


def test_nobody_there_is_a_sentence(closed_port: int) -> None:
    with pytest.raises(EndpointError, match=r"no answer: .*is it running") as why:
        Endpoint(url=f"http://127.0.0.1:{closed_port}/v1", api_key=KEY).post("/x", {})
    assert why.value.is_transient


@pytest.mark.parametrize(
    "said",
    [
        Said(body={"fine": True}, manner="short"),
        Said(body={"fine": True}, manner="reset"),
        Said(body=b'{"fine": tr'),
        Said(body=b"<html>"),
        Said(body=b""),
        Said(body=b"\xff\xfe"),
        Said(body=b"[" * 100_000),
        Said(body=b'{"n": ' + b"9" * 10_000 + b"}"),
        Said(body=[1, 2]),
        Said(body=b"null"),
        Said(body=b"not gzip", headers=(("Content-Encoding", "gzip"),)),
        Said(body=b"?", headers=(("Content-Encoding", "br"),)),
    ],
    ids=lambda said: f"{said.manner} {said.content[:12]!r}",
)
def test_an_answer_that_is_none_is_a_sentence(stand_in: StandIn, said: Said) -> None:
    refused(stand_in, said)
    assert len(stand_in.posted) == 1


def test_no_answer_is_read_beyond_its_bound_packed_or_not(stand_in: StandIn) -> None:
    big = json.dumps({"x": "a" * 200_000}).encode()
    packed = gzip.compress(big)
    stand_in.say("/v1/x", Said(body=big), Said(body=packed, headers=(("Content-Encoding", "gzip"),)))
    for _ in range(2):
        with pytest.raises(EndpointError, match="larger than 100000 bytes"):
            endpoint(stand_in).post("/x", {}, max_bytes=100_000)


def test_a_byte_now_and_then_is_no_answer(stand_in: StandIn) -> None:
    begun = time.monotonic()
    error = refused(stand_in, Said(body=b" " * 1000, manner="slow"), timeout_s=0.3, clock=time.monotonic)
    assert error.is_transient
    assert time.monotonic() - begun < 5


def test_silence_is_no_answer(stand_in: StandIn) -> None:
    error = refused(stand_in, Said(body={}, pause_s=1.0), timeout_s=0.2, clock=time.monotonic)
    assert "no answer within 0.2 s" in str(error)


def test_a_number_that_json_has_not_is_never_sent(stand_in: StandIn) -> None:
    with pytest.raises(ValueError, match="JSON"):
        endpoint(stand_in).post("/x", {"temperature": float("nan")})
    assert stand_in.posted == []


def test_threads_may_share_it(stand_in: StandIn) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def echo(posted: Posted) -> Said:
        return Said(body={"back": posted.body["n"]})

    stand_in.say("/v1/x", echo)
    here = endpoint(stand_in)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: here.post("/x", {"n": n})["back"], range(12))) == list(range(12))
