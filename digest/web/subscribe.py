"""Where anybody joins: words, the papers that they would have brought, when, how much, and an address.

Nothing here makes a member: an address is asked to confirm (`confirm`). The answer is the same, whether the
address is known or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from digest.membership import join, prefer
from digest.membership.refusals import Refused
from digest.model import Subscriber
from digest.web import address_forms, rhythm, topic_forms
from digest.web.address_forms import TRAP
from digest.web.client import client_address, client_network
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.limits import limited, spend
from digest.web.problems import abort_page
from digest.web.render import page
from digest.web.sessions import checked_always, remembered
from digest.web.trials import Trial, trial, trial_fragment
from digest.web.wishes import SUBSCRIBE_BUTTON, mail_words, shown_words, topic_lines
from digest.web.zones import zone_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

blueprint = flask.Blueprint("subscribe", __name__)

# Confirmations an hour that one network may ask for: with lost links and moves fewer than the notes that
# leave in an hour at all (`membership.posting.PER_HOUR`), so that nobody alone can hold up those of others.
ASKED = 40


@blueprint.get("/subscribe")
def choose() -> flask.Response:
    """The empty form, or with what a search brings: `?q=…`, `?words=…&authors=…`."""
    if not desk().may_subscribe:
        return _closed()
    said = topic_forms.begun(flask.request.args)
    topic = topic_forms.read(Fields(said)) if said else None
    return _form(_fresh(said), tried=trial(topic))


@blueprint.post("/subscribe")
@limited("signup", per_minute=10)
def ask() -> flask.Response:
    """Try the words, correct what was sent, or ask the address to confirm."""
    if not desk().may_subscribe:
        return _closed()
    fields = Fields(flask.request.form)
    wanted = flask.request.form.get("do", "subscribe")
    topic = topic_forms.read(fields)
    when = rhythm.read(fields)
    if wanted in ("try", "correct"):
        fields.raw("email")
        told = {name: fault for name, fault in fields.faults.items() if name in topic_forms.FIELDS}
        return _form(Form(typed=fields.typed, faults=told), tried=trial(topic))
    email = address_forms.read(fields)
    if fields.faults or email is None or when is None:
        return _form(fields.form(), tried=trial(topic), status=422)
    reader = when.of(Subscriber(email=email, topics=(topic,) if topic else ()))
    if not flask.request.form.get(TRAP):
        spend("asked", client_network(), per_hour=ASKED)
        shown = shown_words(reader, site=desk().site.name, button=SUBSCRIBE_BUTTON)
        join.ask(desk().house, reader, where=client_address(), shown=shown, now=desk().clock())
    return page("asked", email=email, form=fields.form(), mail=mail_words(reader), topics=topic_lines(reader))


@blueprint.post("/subscribe/own")
@limited("signup", per_minute=10)
@checked_always
def add_own() -> flask.Response:
    """Make what is typed a topic of the reader whom this browser was told to remember."""
    subscriber_id = remembered()
    if subscriber_id is None:
        abort_page(
            403, sentence="This browser remembers no reader. Follow the link to your preferences in any mail."
        )
    reader = desk().store.subscribers.by_id([subscriber_id])[subscriber_id].subscriber
    fields = Fields(flask.request.form)
    topic = topic_forms.read(fields, taken=[one.name for one in reader.topics])
    for name in ("email", *rhythm.FIELDS):
        fields.raw(name)
    if topic is None and not fields.faults:
        fields.wrong("words", "Say what to look for.")
    if topic is not None and not fields.faults:
        try:
            prefer.add_topic(desk().house, subscriber_id, topic)
            return page("topic_added", topic=topic)
        except Refused as error:
            for name, sentence in error.faults.items():
                fields.wrong(name if name in topic_forms.FIELDS else "words", sentence)
    told = {name: fault for name, fault in fields.faults.items() if name in topic_forms.FIELDS}
    return _form(Form(typed=fields.typed, faults=told), tried=trial(topic), status=422)


@blueprint.post("/subscribe/preview")
@limited("preview", per_minute=120)
def preview() -> flask.Response:
    """A fragment: what the words would have brought, as they stand now."""
    fields = Fields(flask.request.form)
    return trial_fragment(fields, topic_forms.read(fields))


def _fresh(said: Mapping[str, str]) -> Form:
    defaults = desk().defaults
    reader = Subscriber(
        email="",
        max_papers=defaults.max_papers,
        trending=defaults.trending,
        outside=defaults.outside,
    )
    return Form(typed={**rhythm.typed(reader), **said})


def _form(form: Form, *, tried: Trial, status: int = 200) -> flask.Response:
    return page(
        "subscribe",
        status,
        form=form,
        trial=tried,
        cadences=rhythm.CADENCES,
        zones=zone_groups(form.value("timezone") or "UTC"),
        subscribe_button=SUBSCRIBE_BUTTON,
        trap_name=TRAP,
        is_fresh=flask.request.method == "GET",
        known=remembered() is not None,
    )


def _closed() -> flask.Response:
    status = 200 if flask.request.method in ("GET", "HEAD") else 403
    return page("subscribe_closed", status)
