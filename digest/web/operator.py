"""The operator's page: what the ledger comes to, and what waits. Changes nothing but a session.

There is none unless a password's hash or a proxy's header is configured. Who came by the password is known by
the session, who came through the proxy by its header, which the proxy must set on every request.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import cast, get_args

import flask
from werkzeug.security import check_password_hash

from digest.config.sheets import table
from digest.model import DeliveryState
from digest.web import operator_rates, operator_words
from digest.web.addresses import to
from digest.web.desk import desk
from digest.web.latest import latest_day
from digest.web.limits import limited
from digest.web.operator_sheets import SHEETS
from digest.web.problems import abort_page
from digest.web.render import page
from digest.web.sessions import checked_always

DAYS = 30
LASTS_S = 12 * 3600  # a login, whoever has its cookie by then
_KEY, _SINCE = "operator", "operator_since"

blueprint = flask.Blueprint("operator", __name__, url_prefix="/operator")


# ---------------------------------------------------------------------------------- who may


@blueprint.before_request
def _admit() -> flask.Response | None:
    settings = desk().settings
    if settings.operator_password_hash is None and settings.heeded_header is None:
        abort_page(404)
    if flask.request.endpoint == "operator.login" or _is_operator():
        return None
    if settings.operator_password_hash is None:
        abort_page(
            401, sentence="This page is for the people who run this site; it is opened by their proxy."
        )
    return _back(303, "/operator/login")


@blueprint.after_request
def _keep_private(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _is_operator() -> bool:
    header = desk().settings.heeded_header
    if header is not None and flask.request.headers.get(header, "").strip():
        return True
    mark, since = _mark(), flask.session.get(_SINCE)
    is_fresh = isinstance(since, int) and 0 <= desk().clock().timestamp() - since < LASTS_S
    return bool(mark) and is_fresh and hmac.compare_digest(str(flask.session.get(_KEY, "")), mark)


def _mark() -> str:
    """What the session of an operator holds: another password makes it void."""
    kept = desk().settings.operator_password_hash
    if kept is None:
        return ""
    key = desk().secret.encode()
    return hmac.new(key, b"operator:" + kept.get_secret_value().encode(), hashlib.sha256).hexdigest()


def _back(status: int, path: str) -> flask.Response:
    return flask.Response(status=status, headers={"Location": to(path)})


@blueprint.route("/login", methods=["GET", "POST"])
@limited("operator", per_minute=5, per_hour=30)
@checked_always
def login() -> flask.Response:
    """Ask for the password; keep that it was right in the session."""
    kept = desk().settings.operator_password_hash
    if kept is None:
        abort_page(404)
    if flask.request.method != "POST":
        return page("operator_login", fault="")
    if not check_password_hash(kept.get_secret_value(), flask.request.form.get("password", "")):
        desk().tell("operator.refused")
        return page("operator_login", status=422, fault="That is not the password.")
    flask.session.clear()  # whatever this browser was before, its session begins anew
    flask.session[_KEY] = _mark()
    flask.session[_SINCE] = int(desk().clock().timestamp())
    return _back(303, "/operator")


@blueprint.post("/logout")
def logout() -> flask.Response:
    """End the operator's session."""
    flask.session.clear()
    return _back(303, "/")


# ---------------------------------------------------------------------------------- what there is


@blueprint.get("")
def facts() -> flask.Response:
    """Everything on one page: thirty days, today's the last of them or another's (`?until=2026-04-23`)."""
    here, days = desk(), _days(_until())
    figures = here.store.figures
    deliveries = figures.deliveries(days[0], days[-1])
    sources = here.store.sources.records()
    titles = {source.name: source.title for source in sources}  # also of one that is configured no more
    came = figures.papers(days[0], days[-1])
    panels = (
        operator_words.papers(days, came, lambda name: titles.get(name, name)),
        operator_words.deliveries(days, deliveries, figures.editions(days[0], days[-1])),
        *operator_rates.rates(days, deliveries),
        operator_words.subscribers(days, figures.subscribers(days[0], days[-1]), figures.statuses()),
        operator_words.topics(figures.topics()),
    )
    return page(
        "operator",
        panels=panels,
        held=figures.held(),
        sources=sources,
        days=days,
        newest=latest_day() if not came and not deliveries and latest_day() < days[0] else None,
        before=days[0] - dt.timedelta(days=1),
        after=min(days[-1] + dt.timedelta(days=DAYS), here.today) if days[-1] < here.today else None,
        may_leave=bool(flask.session.get(_KEY)),
    )


@blueprint.get("/deliveries")
def deliveries() -> flask.Response:
    """The deliveries of a day, in one of some states, newest first."""
    asked = flask.request.args
    states = [one for one in asked.get("state", "").split(",") if one]
    unknown = sorted(set(states) - set(get_args(DeliveryState)))
    if unknown:
        abort_page(404, sentence=f"There is no state {unknown[0]!r}; docs/delivery.md names all of them.")
    day = _day(asked["day"]) if asked.get("day") else None
    found = desk().store.figures.deliveries_of(day=day, states=cast("list[DeliveryState]", states))
    return page("operator_deliveries", found=found, states=states, day=day)


@blueprint.get("/subscribers")
def subscribers() -> flask.Response:
    """The readers of a status, or of a topic."""
    status, topic = flask.request.args.get("status", ""), flask.request.args.get("topic", "")
    found = desk().store.figures.readers(status=status, topic=topic)
    return page("operator_subscribers", found=found, standing=status, topic=topic)


@blueprint.get("/<name>.csv")
def sheet(name: str) -> flask.Response:
    """One of the page's figures, for a spreadsheet."""
    make = SHEETS.get(name)
    if make is None:
        abort_page(404)
    columns, rows = make(desk().store, _days(_until()))
    text = table(columns, ([str(cell) for cell in row] for row in rows))
    response = flask.Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _until() -> dt.date:
    """The last of the days that were asked for; today."""
    asked = flask.request.args.get("until")
    return desk().today if asked is None else _day(asked)


def _day(asked: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(asked)
    except ValueError:
        abort_page(404, sentence="A day is written as 2026-04-21.")
    if not dt.date(2000, 1, 1) <= day <= dt.date(2999, 1, 1):
        abort_page(404, sentence="There is nothing of that day.")
    return day


def _days(until: dt.date) -> list[dt.date]:
    return [until - dt.timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
