"""Headers on every answer, names by which we may be asked, bodies no larger than a page needs.

A page whose path holds a token (a rule with `<token>`), and one that there is not, tells no other site where
its reader came from, is kept by no cache and listed by no search engine.
"""

from __future__ import annotations

import io
import re
import time
from typing import IO, TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import urlsplit

import flask
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.utils import cached_property

from digest.web.desk import Desk, desk
from digest.web.problems import Problem, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response

P = ParamSpec("P")
R = TypeVar("R")

BODY_LIMIT = 256 * 1024  # bytes of a form: a topic of 10,000 characters in any script, twenty times over
FORM_PARTS = 1_000
HSTS_S = 365 * 86_400

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::[0-9]{1,5})?", re.IGNORECASE)
_ASKED_BY_MACHINES = frozenset({"/healthz", "/readyz"})  # by address, from a balancer; they link to nothing
_LIMIT = "_digest_body_limit"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_SHUT = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "usb",
)  # fmt: skip
_PERMISSIONS = ", ".join(f"{feature}=()" for feature in _SHUT)


class Request(flask.Request):
    """A request whose body need not say its size. waitress measures such a one; gunicorn hands it on as it
    comes, and then werkzeug would cut it off at the limit without a word."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, at most `max_content_length` of it. Raises 413 for a larger one, 400 for a broken one."""
        limit = self.max_content_length
        if self.content_length is not None or limit is None or "wsgi.input_terminated" not in self.environ:
            return super().stream
        source, body = self.environ["wsgi.input"], io.BytesIO()
        try:
            while part := source.read(min(65_536, limit + 1 - body.tell())):
                body.write(part)
        except Exception as error:
            # Each server has errors of its own for a chunk that is none.
            raise BadRequest from error
        if body.tell() > limit:
            raise RequestEntityTooLarge
        body.seek(0)
        return body


def body_limit(limit: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: this view takes bodies of so many bytes."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _LIMIT, limit)
        return view

    return mark


def secure(app: flask.Flask, desk: Desk, *, hosts: Sequence[str] = ()) -> None:
    """Guard every request of this app, and every answer. `hosts`: the names it was told to listen on."""
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_MEMORY_SIZE=BODY_LIMIT, MAX_FORM_PARTS=FORM_PARTS
    )
    app.request_class = Request
    known = known_hosts(desk, hosts)
    headers = _headers(desk)

    def admit() -> None:
        flask.g.begun = time.perf_counter()
        if flask.request.path not in _ASKED_BY_MACHINES and host_name(flask.request.host) not in known:
            raise Problem(
                400,
                "This site has another name",
                "It does not answer to the one in the address. Its operator can add that one to web.hosts.",
            )
        view = flask.current_app.view_functions.get(flask.request.endpoint or "")
        limit = getattr(view, _LIMIT, BODY_LIMIT)
        flask.request.max_content_length = limit
        if (flask.request.content_length or 0) > limit:
            raise Problem(413)

    def guard(response: flask.Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        _keep(response)
        _note(response)
        return response

    app.before_request(admit)
    app.after_request(guard)


def known_hosts(desk: Desk, listening: Sequence[str] = ()) -> frozenset[str]:
    """The names by which this site may be asked: of its address, the operator's others; where the address is
    a local one or none, also this machine's own and those it listens on."""
    own = _name_of(desk.site.url)
    known = {*desk.settings.hosts, *([own] if own else [])}
    if not own or own in LOOPBACK:
        known |= LOOPBACK | {_bracketed(host) for host in listening}
    return frozenset(known)


def host_name(host: str) -> str:
    """The name in a Host header, in small letters, without port and final dot; "" for what is none.

    >>> host_name("Digest.Example.org.:8000"), host_name("[::1]:8000"), host_name("evil.example/x")
    ('digest.example.org', '[::1]', '')
    """
    found = _HOST.fullmatch(host)
    return found["name"].lower() if found else ""


def _name_of(url: str) -> str:
    name = urlsplit(url).hostname if url else None
    return _bracketed(name) if name else ""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()


def _headers(desk: Desk) -> dict[str, str]:
    pictures = "'self' https:" if desk.site.thumbnails else "'self'"
    headers = {
        "Content-Security-Policy": (
            f"default-src 'self'; img-src {pictures}; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
    }
    if desk.site.url.startswith("https://"):
        headers["Strict-Transport-Security"] = f"max-age={HSTS_S}"
    return headers


def is_signed() -> bool:
    """Whether this address may hold a token; one that no page answers may be a slip in one that did."""
    return flask.request.url_rule is None or "token" in flask.request.url_rule.arguments


def _keep(response: flask.Response) -> None:
    """Who may keep the answer, and whether it has changed since they did."""
    if is_signed():
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "Cache-Control" not in response.headers:
        if flask.request.method not in ("GET", "HEAD") or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        else:
            response.headers["Cache-Control"] = "private, no-cache"
            response.vary.add("Cookie")
    if response.status_code == 200 and flask.request.method in ("GET", "HEAD") and not response.is_streamed:
        response.add_etag()
        response.make_conditional(flask.request)


def _note(response: flask.Response) -> None:
    """One line of the log: the rule, not the path; neither query nor address."""
    begun = flask.g.get("begun")
    desk().tell(
        "request",
        method=flask.request.method if flask.request.method in _METHODS else "-",
        rule=rule(),
        status=response.status_code,
        ms=round((time.perf_counter() - begun) * 1000, 1) if begun is not None else None,
    )
