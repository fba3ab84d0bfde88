"""A body in, an answer's object out: JSON over POST to an endpoint that the operator named, as OpenAI's API
has it and Ollama, vLLM and llama.cpp speak it. Or an EndpointError that says in one sentence why not.

Each post has a bound in time, in tries and in bytes. The key goes to that address alone: no redirect is
followed, no proxy of the environment is asked. Neither key nor texts stand in an error. The address may be
private, for the operator chose it. Never keeps an answer, and knows nothing of what it means.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from typing import TYPE_CHECKING, Any, cast

import httpx2

from digest.errors import EndpointError
from digest.http.addresses import RefusedAddressError
from digest.http.body import Body, BodyError
from digest.http.deadline import Deadline
from digest.http.requests import named, retry_after_s
from digest.http.transport import CheckedTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_BYTES = 4 * 1024 * 1024
TRIES = 3
FIRST_WAIT_S = 1.0  # before the second try; twice that before the third
LONGEST_WAIT_S = 20.0  # whoever asks for more is left alone: the next run will come
_ERROR_BYTES = 64 * 1024
_AGAIN = frozenset({408, 429, 500, 502, 503, 504, 529})
_KIND = re.compile(r"[A-Za-z_]{3,40}")
_HINTS = {
    400: "it does not take the request: look at the model and its other settings",
    401: "it wants another api_key",
    403: "the api_key may not do this",
    404: "it knows no such address or model: url ends in /v1 as a rule, and the model has to be there",
    413: "the request is too large for it",
    422: "it does not take the request: look at the model and its other settings",
}


class Endpoint:
    """An OpenAI-compatible API at a base `url` such as `http://127.0.0.1:11434/v1`. Safe to share between
    threads. Raises EndpointError for a URL or key that no request can be made of."""

    def __init__(
        self,
        *,
        url: str,
        api_key: str | None = None,
        timeout_s: float = 30.0,
        agent: str = "paper-digest",
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        wall: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._base = url.rstrip("/")
        self._key = (api_key or "").strip()
        self._timeout_s = timeout_s
        self._agent = agent
        self._transport = transport or CheckedTransport()
        self._clock = clock
        self._sleep = sleep
        self._wall = wall
        self._jitter = jitter
        self._lock = threading.Lock()
        self._rest: tuple[float, str] = (0.0, "")  # until when by `clock` it asked to be left alone
        if not self._key.isascii() or not self._key.isprintable() or " " in self._key:
            raise EndpointError(
                f"{self.name}: the api_key holds characters that no key has", is_transient=False
            )
        try:
            target = httpx2.URL(self._base)
        except (httpx2.InvalidURL, TypeError, ValueError):
            target = httpx2.URL("")
        if target.scheme not in ("http", "https") or not target.host:
            raise EndpointError(f"{self.name}: not the http(s) address of an endpoint", is_transient=False)

    @property
    def name(self) -> str:
        """The address as it may be shown."""
        return named(self._base)

    def post(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        max_bytes: int = MAX_BYTES,
        within_s: float | None = None,
        tries: int = TRIES,
    ) -> dict[str, Any]:
        """The object that `path` (such as `/embeddings`) answers `body` with.

        A try has `timeout_s` for connecting, writing and the whole answer; one that ends in 429 or 5xx is
        repeated, at most `tries` in all, after the time that the answer asked for or a growing one.
        `within_s` bounds all tries and the waiting between them. `max_bytes` counts unpacked bytes. Raises
        EndpointError: transient where the same may work later.
        """
        name = f"POST {named(self._base + path)}"
        content = json.dumps(body, ensure_ascii=True, allow_nan=False).encode()
        end = self._clock() + (
            within_s if within_s is not None else tries * (self._timeout_s + LONGEST_WAIT_S)
        )
        for tried in range(1, tries + 1):
            self._check_rest(name)
            left_s = end - self._clock()
            if left_s <= 0:
                raise EndpointError(
                    f"{name}: not asked: no time is left for it in this run", is_transient=True
                )
            status, headers, answer = self._ask(
                path, content, name=name, seconds=min(self._timeout_s, left_s), max_bytes=max_bytes
            )
            if 200 <= status < 300:
                return _object(answer, name)
            refusal = self._refusal(status, headers, answer, name=name, content=content)
            wait_s = refusal.retry_after_s
            if wait_s is not None and wait_s > LONGEST_WAIT_S:
                with self._lock:
                    self._rest = (self._clock() + wait_s, str(refusal))
                raise refusal
            if not refusal.is_transient or tried == tries:
                raise refusal
            if wait_s is None:
                wait_s = FIRST_WAIT_S * 2 ** (tried - 1)
            wait_s += self._jitter() * FIRST_WAIT_S / 4
            if self._clock() + wait_s >= end:
                raise refusal
            self._sleep(wait_s)
        raise AssertionError("the last try ends in an answer or a refusal")

    def _check_rest(self, name: str) -> None:
        with self._lock:
            until, why = self._rest
        left_s = until - self._clock()
        if left_s > 0:
            raise EndpointError(
                f"{name}: not asked for another {left_s:.0f} s ({why})",
                is_transient=True,
                retry_after_s=left_s,
            )

    def _ask(
        self, path: str, content: bytes, *, name: str, seconds: float, max_bytes: int
    ) -> tuple[int, httpx2.Headers, bytes]:
        headers = {
            "User-Agent": self._agent,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "Connection": "close",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = httpx2.Request(
            "POST",
            self._base + path,
            headers=headers,
            content=content,
            extensions={"deadline": Deadline(seconds, self._clock), "allow_private_address": True},
        )
        try:
            response = self._transport.handle_request(request)
        except httpx2.TimeoutException as why:
            raise EndpointError(f"{name}: no answer within {seconds:g} s", is_transient=True) from why
        except (httpx2.TransportError, RefusedAddressError) as why:
            cause = f"{why}".replace(self._key, "…") if self._key else f"{why}"
            raise EndpointError(
                f"{name}: no answer: {cause or type(why).__name__}; is it running?", is_transient=True
            ) from why
        try:
            return response.status_code, response.headers, _read(response, name, seconds, max_bytes)
        finally:
            response.close()

    def _refusal(
        self, status: int, headers: httpx2.Headers, answer: bytes, *, name: str, content: bytes
    ) -> EndpointError:
        """What an answer that is none means. Of its words only the error's kind is told, and that only where
        it is neither of ours nor of the key."""
        kind = _kind(answer)
        if kind and (kind.encode() in content or kind in self._key):
            kind = ""
        said = f" ({kind})" if kind else ""
        if 300 <= status < 400:
            return EndpointError(
                f"{name}: answered HTTP {status}, which leads elsewhere; the key is not carried there: write"
                " the address that it leads to as url",
                status=status,
                is_transient=False,
            )
        is_transient = status in _AGAIN
        asked = headers.get("retry-after") if is_transient else None
        pause_s = retry_after_s(429, asked, now=self._wall()) if asked else None
        then = f"; {_HINTS.get(status, 'look at its log')}" if not is_transient else ""
        if pause_s is not None:
            then = f"; to be left alone for {pause_s:.0f} s"
        return EndpointError(
            f"{name}: answered HTTP {status}{said}{then}",
            status=status,
            is_transient=is_transient,
            retry_after_s=pause_s,
        )


def _read(response: httpx2.Response, name: str, seconds: float, max_bytes: int) -> bytes:
    whole = 200 <= response.status_code < 300
    body: Body | None = None
    try:
        body = Body(
            response.headers.get("content-encoding", ""), max_bytes=max_bytes if whole else _ERROR_BYTES
        )
        for chunk in cast("Iterable[bytes]", response.stream):
            body.feed(chunk)
        body.finish()
    except (BodyError, httpx2.TransportError) as why:
        if not whole:  # the status has come, and it decides
            return body.content if body else b""
        if isinstance(why, BodyError):
            raise EndpointError(f"{name}: the answer {why}", is_transient=False) from why
        late = isinstance(why, httpx2.TimeoutException)
        cause = f"was not whole within {seconds:g} s" if late else "broke off"
        raise EndpointError(f"{name}: the answer {cause}", is_transient=True) from why
    return body.content


def _object(answer: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as why:
        raise EndpointError(
            f"{name}: the answer is no JSON, or breaks off; is this an OpenAI-compatible API?",
            is_transient=True,
        ) from why
    if not isinstance(found, dict):
        raise EndpointError(f"{name}: the answer is JSON, but no object", is_transient=False)
    return found


def _kind(answer: bytes) -> str:
    """`model_not_found` of {"error": {"code": …, "type": …}}; "" where there is no such word."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    if isinstance(error, dict):
        for key in ("code", "type"):
            if isinstance(error.get(key), str) and _KIND.fullmatch(error[key]):
                return str(error[key])
    return ""
