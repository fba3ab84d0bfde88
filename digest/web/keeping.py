"""How long others may keep a public answer. What a remembered reader sees is theirs alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

if TYPE_CHECKING:
    import datetime as dt

PAGE_S = 60
FEED_S = 900  # sources are read twice an hour


def kept_publicly(
    response: flask.Response, *, seconds: int = PAGE_S, modified: dt.datetime | None = None
) -> flask.Response:
    """Let browsers and proxies keep an answer for so long, unless a session asked for it. `modified` is when
    what it says was last changed, where that is known. (`security` adds the ETag and answers 304.)"""
    response.vary.add("Cookie")
    if flask.session:
        response.headers["Cache-Control"] = "private, no-cache"
        return response
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    if modified is not None:
        response.last_modified = modified
    return response
