"""Between server and app: where the site is mounted, whom to believe about the client, uncaught errors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    import flask


class Mounted:
    """The app below a path (`https://example.org/papers`), whether or not a proxy cuts that path off."""

    def __init__(self, app: WSGIApplication, path: str) -> None:
        self._app = app
        self._path = path

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        asked = environ.get("PATH_INFO", "")
        if asked == self._path or asked.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = asked[len(self._path) :] or "/"
        environ["SCRIPT_NAME"] = self._path
        return self._app(environ, start_response)


class Caught:
    """The app, whose last errors stop here: a server would log them with the path, which may hold a token."""

    def __init__(self, app: WSGIApplication, tell: Callable[..., None]) -> None:
        self._app = app
        self._tell = tell

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, at worst in a line of text."""
        begun: list[str] = []

        def begin(status: str, *rest: Any) -> Callable[[bytes], object]:
            begun.append(status)
            return start_response(status, *rest)

        try:
            return self._app(environ, begin)
        except Exception as error:  # noqa: BLE001 - the border of the app
            self._tell("page.failed", rule="-", reason=type(error).__name__)
            # An answer may have been begun that the server could not write: PEP 3333 wants to hear why it is
            # begun again, and calls it the app's fault, in a log of its own, if it does not.
            why = (sys.exc_info(),) if begun else ()
            start_response("500 Internal Server Error", list(_BARE), *why)
            return [b"Something here is broken. It was noted.\n"]


_BARE = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)


def surround(app: flask.Flask, *, path: str, proxies: int, tell: Callable[..., None]) -> None:
    """Mount the app at `path` ("/": a host of its own), behind so many proxies; `tell` keeps a log.

    Of what proxies say, the client's address and the scheme are believed, from the nearest `proxies` of them;
    with none, nothing is: anybody can write these headers.
    """
    app.wsgi_app = Caught(app.wsgi_app, tell)  # type: ignore[method-assign]
    if path != "/":
        app.wsgi_app = Mounted(app.wsgi_app, path)  # type: ignore[method-assign]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
        )
