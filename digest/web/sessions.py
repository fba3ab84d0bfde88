"""The session: a signed cookie, only for a browser whose reader wants to be remembered, and for the operator.

Forms whose authority is the session carry a token against forgery (Flask-WTF); forms whose authority is the
token in their path need none, and are checked by nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

from digest.web.desk import Desk, desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.sessions import SessionMixin

P = ParamSpec("P")
R = TypeVar("R")

FIELD = "csrf_token"
_READER = "reader"
_ALWAYS = "_digest_always_checked"
_CSRF = CSRFProtect()
_PORT = re.compile(r":[0-9]+$")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DAYS = 180  # how long a browser is remembered after its last visit


class _Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie goes out with nothing that others may keep: a proxy would hand it to them."""

    def save_session(
        self, app: flask.Flask, session: SessionMixin, response: flask.wrappers.Response
    ) -> None:
        """Set the cookie, or renew it, on an answer that is this browser's alone."""
        kept = response.cache_control
        if not (kept.private or kept.no_store):
            if not session.modified:
                return
            response.headers["Cache-Control"] = "no-store"
        super().save_session(app, session, response)


def configure_sessions(app: flask.Flask, desk: Desk) -> None:
    """Cookies and their keys, as the site's address wants them."""
    secure = desk.site.url.startswith("https://")
    path = flask_path(desk.site.url)
    # The prefix makes browsers refuse a cookie of that name from a sibling host, or without TLS.
    prefix = ("__Host-" if path == "/" else "__Secure-") if secure else ""
    app.config.update(
        SECRET_KEY=_key(desk.secret),
        SECRET_KEY_FALLBACKS=[_key(secret) for secret in desk.old_secrets],
        SESSION_COOKIE_NAME=f"{prefix}digest",
        SESSION_COOKIE_PATH=path,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=DAYS * 86_400,
        WTF_CSRF_CHECK_DEFAULT=False,  # `_check` below says when
        WTF_CSRF_SSL_STRICT=False,  # readers may send no Referer at all
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session itself
    )
    app.session_interface = _Sessions()
    _CSRF.init_app(app)
    app.before_request(_check)


def flask_path(url: str) -> str:
    """The path below which the site is mounted, "/" for a host of its own."""
    _, _, rest = url.partition("://")
    return f"/{rest.partition('/')[2]}".rstrip("/") or "/"


def _key(secret: str) -> str:
    return hmac.new(secret.encode(), b"digest.web.session", hashlib.sha256).hexdigest()


def checked_always(view: Callable[P, R]) -> Callable[P, R]:
    """Decorator: posts to this view are checked against forgery even without a session yet (a login)."""
    setattr(view, _ALWAYS, True)
    return view


def _check() -> None:
    """Refuse a forged post. One whose path holds a token acts for whoever the token names, cookies or not."""
    if flask.request.method in _SAFE or flask.request.url_rule is None:
        return
    if "token" in (flask.request.view_args or {}):
        return
    view = flask.current_app.view_functions.get(flask.request.endpoint or "")
    if flask.session or getattr(view, _ALWAYS, False):
        _CSRF.protect()


def csrf_field(*, always: bool = False) -> Markup:
    """The hidden field of a form that relies on the session; nothing where there is none, unless `always`."""
    if not always and not flask.session:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, generate_csrf())


def remember(subscriber_id: int) -> None:
    """This browser's reader shall be known here from now on. Ends the view with 403 where another site asked:
    it would make its visitors vote for a reader of its choice."""
    if _is_foreign():
        flask.abort(403)
    flask.session.permanent = True
    flask.session[_READER] = subscriber_id


def forget() -> None:
    """This browser's reader shall not be known here any more. (Who comes from another site brings no cookie,
    and takes none away.)"""
    if _READER not in flask.session:
        return
    flask.session.pop(_READER)
    if set(flask.session) <= {FIELD, "_permanent"}:
        flask.session.clear()


def _is_foreign() -> bool:
    """Whether the browser says that a page of another site sent this. (Our pages that a token opens send no
    Referer, and `Origin: null` therefore; older browsers say nothing.)"""
    fetched = flask.request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        return fetched not in ("same-origin", "none")
    origin = flask.request.headers.get("Origin", "null")
    return origin != "null" and _name(origin.partition("://")[2]) != _name(flask.request.host)


def _name(host: str) -> str:
    return _PORT.sub("", host).lower()


def remembered() -> int | None:
    """Whom this browser was told to remember: the id of a reader who gets mail or paused it, or None."""
    subscriber_id = flask.session.get(_READER)
    if not isinstance(subscriber_id, int):
        return None
    found = desk().store.subscribers.by_id([subscriber_id]).get(subscriber_id)
    return subscriber_id if found is not None and found.status != "left" else None
