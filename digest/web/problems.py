"""What went wrong in, a page that helps out; for programs an object with `error`. Shows no traceback.

    abort_page(410, "This link has been used", "Your subscription was confirmed on 21 April.")

ends a view. A database that refuses is a 503 with its sentence in the log, a defect of ours a 500; neither
names an address, a token or a path.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, NoReturn

import flask
from werkzeug.exceptions import HTTPException

from digest.errors import DigestError, StoreError
from digest.web.desk import desk
from digest.web.render import page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_SIGNED = ("/p/", "/u/", "/v/", "/e/")  # a reader's own pages: another link helps more than a search
_FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics")

# Status → headline and sentence, where a page has nothing better to say.
WORDS: dict[int, tuple[str, str]] = {
    400: ("That could not be understood", "The request is not one that this site can read."),
    401: ("Not without a password", "This page is for the people who run this site."),
    403: ("Not from here", "The form was too old, or did not come from this site. Open its page again."),
    404: ("There is nothing here", "The address may have a slip in it, or what it named is gone."),
    405: ("Not that way", "This address answers, but not to that kind of request."),
    408: ("That took too long", "The request did not arrive in time. Try again."),
    410: ("This is gone", "What this address named is not kept any more."),
    413: ("That is too much at once", "What was sent is larger than this form takes. Shorten it."),
    414: ("That address is too long", "Shorten the search, and try again."),
    415: ("Not in that form", "This address reads another kind of content."),
    429: ("Too often", "There were too many requests from your network. Wait a little, then try again."),
    500: ("A fault of ours", "Something here is broken. It was noted; trying again may help, or not yet."),
    503: ("Not just now", "The library is busy or out of reach. Nothing was changed. Try again in a minute."),
}
BUSY_S = 60  # when to come back, where the database refused


class Problem(Exception):  # noqa: N818 - what a reader is told, not only an error
    """The end of a view, as a page: `status`, a headline, a sentence; and when to come back, if ever."""

    def __init__(
        self, status: int, headline: str = "", sentence: str = "", *, retry_after_s: int | None = None
    ) -> None:
        usual = WORDS.get(status, WORDS[400 if status < 500 else 500])
        self.status = status
        self.headline = headline or usual[0]
        self.sentence = sentence or usual[1]
        self.retry_after_s = retry_after_s
        super().__init__(self.headline)


def abort_page(status: int, headline: str = "", sentence: str = "") -> NoReturn:
    """End the view with that page; what is left out is said in the usual words."""
    raise Problem(status, headline, sentence)


def for_program() -> bool:
    """Whether a program asks, which gets an object instead of a page."""
    return flask.request.path.startswith(_FOR_PROGRAMS)


def told(problem: Problem) -> Response:
    """A problem as a response."""
    response: Response
    if for_program():
        response = flask.jsonify(error=f"{problem.headline}. {problem.sentence}")
        response.status_code = problem.status
    else:
        response = _page(problem)
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    return response


def _page(problem: Problem) -> Response:
    try:
        return page(
            "problem",
            status=problem.status,
            headline=problem.headline,
            sentence=problem.sentence,
            is_missing=problem.status in (404, 410),
            is_signed=flask.request.path.startswith(_SIGNED),
        )
    except Exception as fault:  # noqa: BLE001 - the operator's own template of this page may be what is broken
        desk().tell("page.failed", rule="problem", reason=_brief(fault))
        text = f"{problem.headline}\n\n{problem.sentence}\n"
        return flask.Response(text, status=problem.status, content_type="text/plain; charset=utf-8")


def register(app: flask.Flask) -> None:
    """Answer every error of this app."""
    app.register_error_handler(Problem, told)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(StoreError, _of_store)
    app.register_error_handler(Exception, _of_us)


def _of_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response(flask.request.environ)
    response = told(Problem(error.code))
    for name, value in error.get_headers(flask.request.environ):
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _of_store(error: StoreError) -> Response:
    desk().tell("store.refused", rule=rule(), reason=str(error))
    return told(Problem(503, retry_after_s=BUSY_S))


def _of_us(error: Exception) -> Response:
    if isinstance(error, DigestError):
        desk().tell("page.failed", rule=rule(), reason=str(error))
    else:
        desk().tell("page.failed", rule=rule(), reason=_brief(error), trace=_trace(error))
    return told(Problem(500))


def rule() -> str:
    """The rule that was asked (`/p/<token>`), never the path: that one holds tokens and words."""
    return flask.request.url_rule.rule if flask.request.url_rule is not None else "-"


def _brief(error: Exception) -> str:
    # Only its class: what a library's message quotes may be somebody's address.
    return type(error).__name__


def _trace(error: Exception) -> str:
    """Where it happened, innermost last: files, lines and names, no values."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-12:]))
