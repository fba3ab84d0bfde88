"""The link that leaves, by RFC 8058: a POST acts at once, GET and HEAD show a page and change nothing.

It works for ever and twice, for any mail ever sent. What was posted is not read, so that no way of writing it
can be refused; no cookie is looked at. Beside leaving stand pausing, fewer mails, and coming back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from digest.membership import prefer, standing
from digest.membership.refusals import Refused
from digest.model import Cadence
from digest.web.client import client_address
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.leave_words import STATUS, leave_words
from digest.web.overview import refused
from digest.web.pauses import CHOICES, bounds
from digest.web.pauses import read as read_pause
from digest.web.problems import abort_page
from digest.web.render import page
from digest.web.wishes import COME_BACK_BUTTON, mail_words, shown_words, topic_lines

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from digest.store.members import Membership

blueprint = flask.Blueprint("leaving", __name__)
blueprint.register_error_handler(Refused, refused)


@blueprint.get("/u/<token>")
def ask(token: str) -> flask.Response:
    """One button, and gentler ones beside it."""
    return _page(token, _member(token), told=STATUS.get(flask.request.args.get("done", ""), ""))


@blueprint.post("/u/<token>")
def leave(token: str) -> flask.Response:
    """Leave, now: the page's button, or a mail program's `List-Unsubscribe=One-Click`."""
    member = _member(token)
    if member is not None:
        house, now = desk().house, desk().clock()
        evidence = f"on the web: the link of their own mail, from {client_address() or 'unknown'}"
        standing.leave(house, member.subscriber.id, evidence=evidence, now=now)
        member = _member(token)
    return _page(token, member)


@blueprint.post("/u/<token>/pause")
def pause(token: str) -> Response:
    """No mail until a day."""
    member = _reading(token)
    fields, now = Fields(flask.request.form), desk().clock()
    until = read_pause(fields, timezone=member.subscriber.timezone, now=now)
    if until is None:
        return _page(token, member, form=fields.form(), status=422)
    standing.pause(desk().house, member.subscriber.id, until=until, now=now)
    return _back(token, "paused")


@blueprint.post("/u/<token>/resume")
def resume(token: str) -> Response:
    """Mail again, for one who paused."""
    standing.resume(desk().house, _reading(token).subscriber.id, now=desk().clock())
    return _back(token, "resumed")


@blueprint.post("/u/<token>/weekly")
def weekly(token: str) -> Response:
    """One mail a week instead of one a day."""
    reader = _reading(token).subscriber
    prefer.save(desk().house, reader.id, cadence=Cadence(kind="weekly", weekday=0))
    return _back(token, "weekly")


@blueprint.post("/u/<token>/back")
def come_back(token: str) -> Response:
    """Mail again, for one who left."""
    member = _member(token)
    if member is None:
        return _page(token, None)
    shown = shown_words(member.subscriber, site=desk().site.name, button=COME_BACK_BUTTON)
    try:
        standing.come_back(
            desk().house, member.subscriber.id, where=client_address(), shown=shown, now=desk().clock()
        )
    except Refused as error:
        abort_page(409, "Mail to this address is stopped", str(error))
    return _back(token, "back")


@blueprint.get("/u/<token>/<any(pause, resume, weekly, back):_>")
def elsewhere(token: str, _: str) -> Response:
    """Somebody who opened the address of a button: its page."""
    _member(token)  # what is no token of ours is sent nowhere
    return _back(token, "")


def _member(token: str) -> Membership | None:
    """Whose link that is; None for one who was erased. A link that was never ours ends in a page."""
    subscriber_id = desk().signer.read("unsubscribe", token.lower())
    if subscriber_id is None:
        abort_page(
            404,
            "This link is not whole",
            "Part of its address may be missing. Open it from the mail again; or write to "
            f"{desk().site.contact} from the address that gets the mail, and say that you want to leave.",
        )
    return desk().store.subscribers.by_id([subscriber_id]).get(subscriber_id)


def _reading(token: str) -> Membership:
    """A reader who has not left."""
    member = _member(token)
    if member is None or member.status == "left":
        abort_page(409, "You get no mail", "You have left already, so there is nothing to change.")
    return member


def _back(token: str, done: str) -> Response:
    query = f"?done={done}" if done else ""
    return flask.redirect(f"{flask.request.script_root}/u/{token.lower()}{query}", 303)


def _page(
    token: str, member: Membership | None, *, told: str = "", form: Form | None = None, status: int = 200
) -> flask.Response:
    now = desk().clock()
    reader = member.subscriber if member else None
    causes = desk().store.suppressions.causes([reader.email])[reader.email] if reader else []
    zone = reader.timezone if reader else "UTC"
    may_prefer = member is not None and member.status != "left"
    return page(
        "leave",
        status,
        token=token.lower(),
        words=leave_words(member, causes, now=now),
        told=told,
        form=form or Form(typed={}),
        lengths=CHOICES,
        days=bounds(timezone=zone, now=now),
        mail=mail_words(reader) if reader else "",
        topics=topic_lines(reader) if reader else (),
        come_back=COME_BACK_BUTTON,
        preferences=desk().signer.token("preferences", reader.id) if reader and may_prefer else "",
    )
