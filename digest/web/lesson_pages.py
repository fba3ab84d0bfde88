"""What a topic has learned, for its reader to read and to correct: words struck out and pinned, likes taken
back, all of it forgotten. GET and HEAD change nothing; what was done stands in the address as a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from digest.mail.words import brief, clean
from digest.membership import corrections
from digest.membership.refusals import Refused
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.lesson_words import lesson_words
from digest.web.overview import member_of, refused, topic_of
from digest.web.problems import abort_page
from digest.web.render import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from digest.model import Lesson, Topic
    from digest.store.corrections import Value
    from digest.store.members import Membership

blueprint = flask.Blueprint("lesson_pages", __name__)
blueprint.register_error_handler(Refused, refused)

DONE = {
    "strike": "Struck out: that word does not count any more.",
    "pin": "Pinned: that word always counts from now on.",
    "back": "Taken back: that word counts for what your likes say again.",
    "unlike": "Taken back: that paper does not shape the topic any more.",
    "reset": "All of it is forgotten. What you typed stays as it was.",
}
"""What was done, by the key that stands in the address; any other key says nothing."""
_VALUES: Mapping[str, Value] = {"strike": -1, "pin": 1}


@blueprint.get("/p/<token>/topics/<ref>/learned")
def show(token: str, ref: str) -> flask.Response:
    """All that it learned, and how it was corrected."""
    member = member_of(token, staying=True)
    told = DONE.get(flask.request.args.get("done", ""), "")
    return _page(token, member, topic_of(member, ref), told=told)


@blueprint.post("/p/<token>/topics/<ref>/learned")
def correct(token: str, ref: str) -> Response:
    """Do what the button says: of a word (`strike`, `pin`, `back`), of a paper (`unlike`); or `do` it with
    the word that was typed."""
    member = member_of(token, staying=True)
    topic, fields, sent = topic_of(member, ref), Fields(flask.request.form), flask.request.form
    me, house, now = member.subscriber.id, desk().house, desk().clock()
    typed, done = fields.line("word"), sent.get("do", "")
    pressed = next((name for name in DONE if name in sent), "")  # beside a word or a paper of the page
    word = clean(sent[pressed]) if pressed else typed
    fields.typed["word"] = clean(fields.typed["word"])
    if fields.faults:
        return _page(token, member, topic, form=fields.form(), status=422)
    try:
        match pressed or done:
            case "strike" | "pin":
                corrections.correct(house, me, ref, word, value=_VALUES[pressed or done], now=now)
            case "back":
                corrections.take_back(house, me, ref, word)
            case "unlike" if word.isascii() and word.isdigit() and len(word) < 16:
                desk().store.votes.like(me, int(word), value=0, at=now)
            case _:
                abort_page(400, "That says nothing", "Use one of the buttons of the page.")
    except Refused as error:
        if "word" not in error.faults:
            raise
        fields.wrong("word", error.faults["word"])
        return _page(token, member, topic, form=fields.form(), status=422)
    return _back(token, ref, pressed or done)


@blueprint.get("/p/<token>/topics/<ref>/reset")
def resetting(token: str, ref: str) -> flask.Response:
    """What a reset does, and one button."""
    topic = topic_of(member_of(token, staying=True), ref)
    return page("lesson_reset", base=_base(token, ref), topic=brief(topic.name))


@blueprint.post("/p/<token>/topics/<ref>/reset")
def reset(token: str, ref: str) -> Response:
    """Forget what it learned."""
    member = member_of(token, staying=True)
    topic_of(member, ref)
    corrections.reset(desk().house, member.subscriber.id, ref, now=desk().clock())
    return _back(token, ref, "reset")


def _base(token: str, ref: str) -> str:
    return f"/p/{token.lower()}/topics/{ref}"


def _back(token: str, ref: str, done: str) -> Response:
    return flask.redirect(f"{flask.request.script_root}{_base(token, ref)}/learned?done={done}", 303)


def _lesson(member: Membership, topic: Topic) -> Lesson:
    from digest.pipeline.lessons import shown

    here = desk()
    return shown(here.store, member.subscriber.id, topic, now=here.clock(), half_life=here.half_life)


def _page(
    token: str,
    member: Membership,
    topic: Topic,
    *,
    told: str = "",
    form: Form | None = None,
    status: int = 200,
) -> flask.Response:
    return page(
        "lesson",
        status,
        base=_base(token, topic.ref),
        overview=f"/p/{token.lower()}",
        lesson=lesson_words(topic, _lesson(member, topic), today=desk().today),
        told=told,
        form=form or Form(typed={}),
    )
