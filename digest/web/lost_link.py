"""For a reader who lost the link to their preferences: an address in, always the same answer out."""

from __future__ import annotations

import flask

from digest.config.addresses import parse_address
from digest.membership import links
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.limits import limited
from digest.web.render import page
from digest.web.subscribe import TRAP, address_fault

blueprint = flask.Blueprint("lost_link", __name__)


@blueprint.get("/link")
def ask() -> flask.Response:
    """The form."""
    return page("link", form=Form(typed={}), is_sent=False, trap_name=TRAP)


@blueprint.post("/link")
@limited("link", per_minute=5, per_hour=30)
def send() -> flask.Response:
    """Let a note go to the address, if it is a reader's. Whether it is, nobody learns here."""
    fields = Fields(flask.request.form)
    email = fields.parsed("email", parse_address, fault="")
    if email is None:
        fields.faults["email"] = address_fault(fields.typed["email"])
        return page("link", 422, form=fields.form(), is_sent=False, trap_name=TRAP)
    if not flask.request.form.get(TRAP):
        links.ask(desk().house, email, now=desk().clock())
    return page("link", form=fields.form(), is_sent=True, trap_name=TRAP)
