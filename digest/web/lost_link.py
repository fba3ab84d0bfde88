"""For a reader who lost the link to their preferences: an address in, always the same answer out."""

from __future__ import annotations

import flask

from digest.membership import links
from digest.web import address_forms
from digest.web.address_forms import TRAP
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.limits import limited
from digest.web.render import page

blueprint = flask.Blueprint("lost_link", __name__)


@blueprint.get("/link")
def ask() -> flask.Response:
    """The form."""
    return page("link", form=Form(typed={}), is_sent=False, trap_name=TRAP)


@blueprint.post("/link")
@limited("link", per_minute=5, per_hour=30)
def send() -> flask.Response:
    """Let a note go to the address, if it is a reader's. Whether it is, nobody learns here."""
    if not desk().site.url:
        return page("link", 403, form=Form(typed={}), is_sent=False, trap_name=TRAP)
    fields = Fields(flask.request.form)
    email = address_forms.read(fields)
    if email is None:
        return page("link", 422, form=fields.form(), is_sent=False, trap_name=TRAP)
    if not flask.request.form.get(TRAP):
        links.ask(desk().house, email, now=desk().clock())
    return page("link", form=fields.form(), is_sent=True, trap_name=TRAP)
