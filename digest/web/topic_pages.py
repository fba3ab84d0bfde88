"""A reader's topics: added, tried, edited, put in order, deleted and brought back.

Who saves says which version they saw. Of two tabs that edit one topic, the later one is told, sees both
versions, and may save again.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import flask

from digest.membership import prefer
from digest.membership.refusals import Changed, Refused
from digest.web import topic_forms
from digest.web.addresses import whole
from digest.web.desk import desk
from digest.web.forms import Fields, Form
from digest.web.limits import limited
from digest.web.overview import back, member_of, overview, refused, topic_of
from digest.web.render import page
from digest.web.topic_versions import Other, other_version
from digest.web.trials import trial, trial_fragment

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from digest.model import Topic
    from digest.store.members import Membership

blueprint = flask.Blueprint("topic_pages", __name__)
blueprint.register_error_handler(Refused, refused)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where a topic's form stands: `path` below the overview, its heading, and what its button says."""

    path: str
    heading: str
    save: str


NEW = Page(path="new", heading="A new topic", save="Add this topic")


@blueprint.get("/p/<token>/topics/new")
def begin(token: str) -> flask.Response:
    """The empty form, or with what a search brings: `?q=…`, `?words=…&authors=…`."""
    member_of(token, staying=True)
    return _page(token, NEW, Form(typed=topic_forms.begun(flask.request.args)))


@blueprint.post("/p/<token>/topics/new")
def add(token: str) -> Response:
    """Try it, or add it."""
    member = member_of(token, staying=True)
    fields = Fields(flask.request.form)
    names = [topic.name for topic in member.subscriber.topics]
    topic = topic_forms.read(fields, taken=names)
    if _is_tried():
        return _page(token, NEW, fields.form())
    if topic is None:
        fields.wrong("words", "Say what to look for.")
    if topic is not None and not fields.faults:
        try:
            prefer.add_topic(desk().house, member.subscriber.id, topic)
            return back(token, "added")
        except Refused as error:
            _tell(fields, error)
    return _page(token, NEW, fields.form(), status=422)


@blueprint.get("/p/<token>/topics/<ref>")
def edit(token: str, ref: str) -> flask.Response:
    """The form, filled."""
    topic = topic_of(member_of(token, staying=True), ref)
    return _page(token, _editing(topic), topic_forms.filled(topic), topic=topic)


@blueprint.post("/p/<token>/topics/<ref>")
def save(token: str, ref: str) -> Response:
    """Try it as it is written now, or save it."""
    member = member_of(token, staying=True)
    was = flask.request.form.get("was", "")
    now = next((one for one in member.subscriber.topics if one.ref == ref), None)
    fields = Fields(flask.request.form)
    names = [one.name for one in member.subscriber.topics if one.ref != ref]
    mine = topic_forms.read(fields, was=now, taken=names)
    if now is None:
        return _page(token, NEW, fields.form(), other=other_version(None, mine), status=409)
    here = _editing(now)
    if _is_tried():
        return _page(token, here, fields.form(), topic=now, was=was)
    if mine is None:
        fields.wrong("words", "Say what to look for; to have this topic no more, delete it.")
    if mine is None or fields.faults:
        return _page(token, here, fields.form(), topic=now, was=was, status=422)
    try:
        prefer.save_topic(desk().house, member.subscriber.id, ref, mine, was=was)
    except Changed as changed:
        stands = NEW if changed.topic is None else _editing(changed.topic)
        other = other_version(changed.topic, mine)
        return _page(token, stands, fields.form(), topic=changed.topic, other=other, status=409)
    except Refused as error:
        _tell(fields, error)
        return _page(token, here, fields.form(), topic=now, was=was, status=422)
    return back(token, "topic")


@blueprint.post("/p/<token>/topics/<ref>/preview")
@limited("preview", per_minute=120)
def preview(token: str, ref: str) -> flask.Response:
    """A fragment: what the topic would have brought, as it is written now."""
    reader = member_of(token).subscriber
    was = next((one for one in reader.topics if one.ref == ref), None)
    fields = Fields(flask.request.form)
    topic = topic_forms.read(fields, was=was)
    return trial_fragment(fields, topic, subscriber_id=reader.id)


@blueprint.post("/p/<token>/topics/<ref>/act")
def act(token: str, ref: str) -> Response:
    """Move a topic up or down, or delete it; the page after deleting can undo that."""
    member = member_of(token, staying=True)
    refs = [topic.ref for topic in member.subscriber.topics]
    if ref not in refs:
        return back(token, "gone")
    wanted = flask.request.form.get("do", "")
    if wanted == "delete":
        return _delete(token, member, ref)
    place = refs.index(ref)
    other = place + {"up": -1, "down": 1}.get(wanted, 0)
    if other != place and 0 <= other < len(refs):
        refs[place], refs[other] = refs[other], refs[place]
        try:
            prefer.order_topics(desk().house, member.subscriber.id, refs)
        except Changed as changed:
            return overview(token, member_of(token), told=str(changed), status=409)
    return back(token, "moved")


@blueprint.post("/p/<token>/topics/restore")
def restore(token: str) -> Response:
    """Bring a deleted topic back to where it was, as the page after deleting holds it."""
    member = member_of(token, staying=True)
    form = flask.request.form
    fields = Fields(form)
    was = topic_forms.hidden(form)
    topic = topic_forms.read(fields, was=was, taken=[one.name for one in member.subscriber.topics])
    if topic is None or fields.faults:
        return _page(token, NEW, fields.form(), status=422)
    place = form.get("place", "")
    try:
        prefer.add_topic(
            desk().house,
            member.subscriber.id,
            topic,
            place=int(place) if place.isascii() and place.isdigit() and len(place) < 4 else None,
            key=form.get("ref", ""),
        )
    except Refused as error:
        _tell(fields, error)
        return _page(token, NEW, fields.form(), status=422)
    return back(token, "restored")


def _delete(token: str, member: Membership, ref: str) -> flask.Response:
    was = flask.request.form.get("was", "")
    try:
        topic, place = prefer.remove_topic(desk().house, member.subscriber.id, ref, was=was)
    except Changed as changed:
        told = f"{changed} Nothing was deleted."
        return overview(token, member_of(token), told=told, status=409)
    undo = {**topic_forms.typed(topic), **topic_forms.unshown(topic), "ref": ref, "place": str(place)}
    return overview(token, member_of(token), told=f"“{topic.name}” is deleted.", undo=undo)


def _editing(topic: Topic) -> Page:
    return Page(path=topic.ref, heading=f"Your topic “{topic.name}”", save="Save this topic")


def _is_tried() -> bool:
    return flask.request.form.get("do") == "try"


def _tell(fields: Fields, error: Refused) -> None:
    """Say beside the form's fields what the reader's own are refused for."""
    for name, sentence in error.faults.items():
        fields.wrong(name if name in topic_forms.FIELDS else "words", sentence)


def _page(
    token: str,
    where: Page,
    form: Form,
    *,
    topic: Topic | None = None,
    was: str | None = None,
    other: Other | None = None,
    status: int = 200,
) -> flask.Response:
    base, reader = f"/p/{token.lower()}", member_of(token).subscriber
    tried = topic_forms.read(Fields(form.typed), was=topic)
    return page(
        "topic",
        status,
        base=base,
        action=f"{base}/topics/{where.path}",
        preview=f"{base}/topics/{where.path}/preview",
        heading=where.heading,
        save=where.save,
        was=(prefer.mark(topic) if topic else "") if was is None else was,
        form=form,
        other=other,
        trial=trial(tried, subscriber_id=reader.id),
        learned=f"{base}/topics/{topic.ref}/learned" if topic else "",
        atom=_feed(reader.id, topic) if topic else "",
    )


def _feed(subscriber_id: int, topic: Topic) -> str:
    """The address of a topic's feed: below the site's own, because a feed reader wants it whole."""
    return whole(f"/feed/topic/{desk().signer.token('feed', subscriber_id)}.{topic.ref}.atom")
