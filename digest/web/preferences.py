"""A reader's own page: topics, times, pauses, address, and what is kept. Its link is the only key.

Every change is a POST that leads back here; what was done stands in the address as a key, never as words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from digest.membership import move as moving
from digest.membership import prefer
from digest.membership import standing as standings
from digest.membership.known import known
from digest.membership.refusals import Refused
from digest.web import address_forms, rhythm
from digest.web.client import client_address
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.limits import limited
from digest.web.overview import STATUS, back, member_of, overview, refused
from digest.web.pauses import CHOICES, bounds
from digest.web.pauses import read as read_pause
from digest.web.problems import abort_page
from digest.web.render import page
from digest.web.sessions import forget, remember
from digest.web.standing import standing

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = flask.Blueprint("preferences", __name__)
blueprint.register_error_handler(Refused, refused)

MOVE_BUTTON = "Send the confirmation there"


@blueprint.get("/p/<token>")
def show(token: str) -> flask.Response:
    """Everything that can be chosen."""
    return overview(token, member_of(token), told=STATUS.get(flask.request.args.get("done", ""), ""))


@blueprint.post("/p/<token>/when")
def when(token: str) -> Response:
    """How often, at what hour, where, how much."""
    member = member_of(token, staying=True)
    fields = Fields(flask.request.form)
    wanted = rhythm.read(fields)
    if wanted is None:
        return overview(token, member, form=fields.form(), status=422)
    prefer.save(
        desk().house,
        member.subscriber.id,
        cadence=wanted.cadence,
        send_at=wanted.send_at,
        timezone=wanted.timezone,
        max_papers=wanted.max_papers,
        trending=wanted.trending,
        outside=wanted.outside,
    )
    return back(token, "saved")


@blueprint.get("/p/<token>/pause")
def pausing(token: str) -> flask.Response:
    """The page for a pause alone: the link in the mail's footer."""
    return _pause_page(token)


@blueprint.post("/p/<token>/pause")
def pause(token: str) -> Response:
    """No mail until a day."""
    member = member_of(token, staying=True)
    fields, now = Fields(flask.request.form), desk().clock()
    until = read_pause(fields, timezone=member.subscriber.timezone, now=now)
    if until is None:
        return _pause_page(token, form=fields.form(), status=422)
    standings.pause(desk().house, member.subscriber.id, until=until, now=now)
    return back(token, "paused")


@blueprint.post("/p/<token>/resume")
def resume(token: str) -> Response:
    """Mail again, from the next slot on."""
    member = member_of(token, staying=True)
    standings.resume(desk().house, member.subscriber.id, now=desk().clock())
    return back(token, "resumed")


@blueprint.get("/p/<token>/move")
def moved(token: str) -> flask.Response:
    """The form for another address."""
    return _move_page(token, Form(typed={}))


@blueprint.post("/p/<token>/move")
@limited("move", per_minute=5, per_hour=20)
def move(token: str) -> flask.Response:
    """Ask the new address to confirm."""
    member = member_of(token, staying=True)
    fields = Fields(flask.request.form)
    email = address_forms.read(fields)
    if email is not None:
        shown = f"{desk().site.name}: to {email}. “{MOVE_BUTTON}”"
        try:
            moving.ask(
                desk().house,
                member.subscriber.id,
                email,
                where=client_address(),
                shown=shown,
                now=desk().clock(),
            )
        except Refused as error:
            for sentence in error.faults.values():
                fields.wrong("email", sentence)
    if fields.faults:
        return _move_page(token, fields.form(), status=422)
    return _move_page(token, fields.form(), is_sent=True)


@blueprint.post("/p/<token>/browser")
def browser(token: str) -> Response:
    """Remember the reader on this browser, or forget them there."""
    member = member_of(token)
    if flask.request.form.get("do") == "remember" and member.status != "left":
        remember(member.subscriber.id)
        return back(token, "remembered")
    forget()
    return back(token, "forgotten")


@blueprint.get("/p/<token>/data.json")
def data(token: str) -> flask.Response:
    """All that is kept about the reader, to be saved as a file."""
    member = member_of(token)
    body = flask.json.dumps(known(desk().house, member.subscriber.id), indent=2, ensure_ascii=False)
    return flask.Response(
        f"{body}\n",
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="what-is-known-about-me.json"'},
    )


@blueprint.get("/p/<token>/erase")
def erasing(token: str) -> flask.Response:
    """What erasing does, and one button."""
    member = member_of(token)
    return page(
        "erase",
        token=token.lower(),
        is_done=False,
        email=member.subscriber.email,
        unsubscribe=desk().signer.token("unsubscribe", member.subscriber.id),
    )


@blueprint.post("/p/<token>/erase")
def erase(token: str) -> flask.Response:
    """Forget the reader, now and for good."""
    member = member_of(token)
    standings.erase(desk().house, member.subscriber.id, now=desk().clock())
    forget()
    return page("erase", token="", is_done=True, email="", unsubscribe="")


def _pause_page(token: str, *, form: Form | None = None, status: int = 200) -> flask.Response:
    member, now = member_of(token), desk().clock()
    email = member.subscriber.email
    return page(
        "pause",
        status,
        token=token.lower(),
        form=form or Form(typed={}),
        standing=standing(member, desk().store.suppressions.causes([email])[email], now=now),
        lengths=CHOICES,
        days=bounds(timezone=member.subscriber.timezone, now=now),
    )


def _move_page(token: str, form: Form, *, is_sent: bool = False, status: int = 200) -> flask.Response:
    member = member_of(token)
    if member.status == "left":
        abort_page(409, "You have left", "Come back first: the link to leave, in any mail, offers it.")
    return page(
        "move",
        status,
        token=token.lower(),
        form=form,
        is_sent=is_sent,
        email=member.subscriber.email,
        button_words=MOVE_BUTTON,
    )
