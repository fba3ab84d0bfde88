"""A URL in, an Answer out. See the package's docstring for what it promises."""

from __future__ import annotations

import collections
import dataclasses
import threading
import time
from typing import TYPE_CHECKING, cast

import httpx2

from digest.errors import FetchError, RateLimitedError
from digest.http.addresses import RefusedAddressError
from digest.http.body import Body, BodyError
from digest.http.deadline import Deadline
from digest.http.pace import host_key
from digest.http.requests import named, own_interval_s, parsed, redirected, retry_after_s
from digest.http.transport import CheckedTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from digest.http.pace import Pace

MAX_BYTES = 32 * 1024 * 1024
MAX_REDIRECTS = 5
MAX_RETRY_S = 5.0  # a host that asks for no more than this is waited for, once
MAX_TURN_S = 30.0  # a turn further away than this fails at once: the next run will have it
_ERROR_BYTES = 256 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: status below 300, or 304. Header names are lower case; `url` is where it came from."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    url: str

    def header(self, name: str) -> str | None:
        """The first header of that name, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class Client:
    """Safe to share between threads; asks each host one request at a time."""

    def __init__(
        self,
        *,
        user_agent: str,
        pace: Pace,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._user_agent = user_agent
        self._pace = pace
        self._transport = transport or CheckedTransport()
        self._clock = clock
        self._sleep = sleep
        self._wall = wall
        self._held: dict[str, float] = {}  # hosts that asked to be left alone, until when by `clock`
        self._locks: collections.defaultdict[str, threading.Lock] = collections.defaultdict(threading.Lock)

    def get(
        self,
        url: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        min_interval_s: float = 0.0,
        timeout_s: float = 30.0,
        max_bytes: int = MAX_BYTES,
        allow_private_address: bool = False,
    ) -> Answer:
        """Fetch a URL. `timeout_s` is the deadline of everything (redirects, retry, body) but the waiting
        for a turn; `max_bytes` counts unpacked bytes. Raises FetchError, RateLimitedError."""
        deadline = Deadline(timeout_s, self._clock)
        target, hops, retried = parsed(url), 0, False
        first = host_key(target.host, _port(target))
        while True:
            key = host_key(target.host, _port(target))
            interval = min_interval_s if key == first else max(min_interval_s, own_interval_s(target.host))
            request = httpx2.Request(
                "GET",
                target,
                headers=self._headers(headers, target),
                extensions={"deadline": deadline, "allow_private_address": allow_private_address},
            )
            waiting = self._clock()
            with self._locks[key]:
                self._take_turn(target, key, interval)
                deadline.extend(max(0.0, self._clock() - waiting))
                try:
                    answer = self._send(request, max_bytes=max_bytes)
                finally:
                    if interval > 0:
                        # From the end of this request on: its way there may have taken longer than the
                        # next one's will, and the host counts what arrives.
                        self._pace.defer(key, interval)
            if answer.status in _REDIRECTS:
                hops += 1
                if hops > MAX_REDIRECTS:
                    raise FetchError(f"GET {named(url)}: redirected more than {MAX_REDIRECTS} times")
                before, target = target, redirected(target, answer.header("location"), asked=url)
                if before.host != target.host:
                    headers = [pair for pair in headers if pair[0].lower() not in ("authorization", "cookie")]
                continue
            pause = retry_after_s(answer.status, answer.header("retry-after"), now=self._wall())
            if pause is not None:
                self._pace.defer(key, pause)
                if pause <= MAX_RETRY_S and not retried:
                    retried = True
                    continue
                self._held[key] = self._clock() + pause
                raise RateLimitedError(
                    f"GET {named(str(target))}: answered HTTP {answer.status} and is to be left alone"
                    f" for {pause:.0f} s",
                    status=answer.status,
                    retry_after_s=pause,
                )
            if answer.status == 304 or 200 <= answer.status < 300:
                return answer
            raise FetchError(
                f"GET {named(str(target))}: answered HTTP {answer.status}",
                status=answer.status,
                body=answer.body,
            )

    def _headers(self, extra: Iterable[tuple[str, str]], target: httpx2.URL) -> list[tuple[str, str]]:
        wanted = [
            ("User-Agent", self._user_agent),
            ("Accept-Encoding", "gzip"),
            ("Connection", "close"),
            *extra,
        ]
        if target.userinfo:
            login = httpx2.BasicAuth(target.username, target.password)
            signed = next(login.auth_flow(httpx2.Request("GET", target)))
            wanted.append(("Authorization", signed.headers["Authorization"]))
        return wanted

    def _take_turn(self, target: httpx2.URL, key: str, interval_s: float) -> None:
        wait = self._held.get(key, 0.0) - self._clock()
        if wait <= MAX_TURN_S:
            wait = self._pace.reserve(key, interval_s)
        if wait > MAX_TURN_S:
            self._held[key] = self._clock() + wait
            raise RateLimitedError(
                f"GET {named(str(target))}: not asked, because {key} is to be left alone for another"
                f" {wait:.0f} s",
                retry_after_s=wait,
            )
        if wait > 0:
            self._sleep(wait)

    def _send(self, request: httpx2.Request, *, max_bytes: int) -> Answer:
        name, seconds = named(str(request.url)), request.extensions["deadline"].seconds
        try:
            response = self._transport.handle_request(request)
        except RefusedAddressError as why:
            raise FetchError(f"GET {name}: refused: {why}") from why
        except httpx2.TimeoutException as why:
            raise FetchError(f"GET {name}: no answer within {seconds:g} s") from why
        except httpx2.TransportError as why:
            raise FetchError(f"GET {name}: no answer: {why or type(why).__name__}") from why
        try:
            body = self._read(response, name, seconds=seconds, max_bytes=max_bytes)
        finally:
            response.close()
        return Answer(
            status=response.status_code,
            headers=tuple((key.lower(), value) for key, value in response.headers.multi_items()),
            body=body,
            url=str(request.url),
        )

    def _read(self, response: httpx2.Response, name: str, *, seconds: float, max_bytes: int) -> bytes:
        status = response.status_code
        whole = 200 <= status < 300
        body: Body | None = None
        try:
            body = Body(
                response.headers.get("content-encoding", ""),
                max_bytes=max_bytes if whole else min(max_bytes, _ERROR_BYTES),
            )
            if status != 304:
                for chunk in cast("Iterable[bytes]", response.stream):
                    body.feed(chunk)
                body.finish()
        except (BodyError, httpx2.TransportError) as why:
            had = body.content if body else b""
            if not whole:  # an error's page is of use only where it is small and comes well
                return had
            if isinstance(why, BodyError):
                raise FetchError(f"GET {name}: the answer {why}", status=status, body=had) from why
            cause = (
                f"was not whole within {seconds:g} s" if isinstance(why, httpx2.TimeoutException)
                else f"broke off after {len(had)} bytes"
            )  # fmt: skip
            raise FetchError(f"GET {name}: the answer {cause}", status=status, body=had) from why
        return body.content


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
