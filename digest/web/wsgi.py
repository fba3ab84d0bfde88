"""What stands between server and app: where the site is mounted, and whom to believe about the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from collections.abc import Iterable
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


def surround(app: flask.Flask, *, path: str, proxies: int) -> None:
    """Mount the app at `path` ("/": a host of its own), behind so many proxies.

    Of what proxies say, the client's address and the scheme are believed, from the nearest `proxies` of them;
    with none, nothing is: anybody can write these headers.
    """
    if path != "/":
        app.wsgi_app = Mounted(app.wsgi_app, path)  # type: ignore[method-assign]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
        )
