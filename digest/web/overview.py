"""The overview of a reader's preferences, and the way back to it. Changes nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import flask

from digest.mail.words import BRIEF
from digest.membership.prefer import mark
from digest.web import rhythm
from digest.web.desk import desk
from digest.web.forms import Form
from digest.web.pauses import CHOICES, bounds
from digest.web.problems import Problem, abort_page
from digest.web.problems import told as told_page
from digest.web.readers import reader_of
from digest.web.render import page
from digest.web.sessions import remembered
from digest.web.standing import standing
from digest.web.wishes import beside
from digest.web.zones import zone_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from digest.membership.refusals import Refused
    from digest.model import Topic
    from digest.store.members import Membership

STATUS = {
    "saved": "Saved.",
    "added": "The topic is added.",
    "topic": "The topic is saved.",
    "moved": "The order is changed.",
    "removed": "The topic is deleted.",
    "gone": "That topic was deleted already.",
    "restored": "The topic is back.",
    "paused": "Saved.",
    "resumed": "You go on.",
    "remembered": "This browser knows you now.",
    "forgotten": "This browser knows nobody.",
}
"""What was done, by the key that stands in the address; any other key says nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic in the list; `mark` says which version of it that is."""

    ref: str
    name: str
    summary: str
    mark: str


def member_of(token: str, *, staying: bool = False) -> Membership:
    """Whose preferences these are; ends in a page for a link that is not whole, for one who was erased, and,
    if `staying`, for one who has left."""
    member = reader_of("preferences", token.lower())
    if staying and member.status == "left":
        abort_page(
            409, "You have left", "Come back first, then choose: the link to leave, in any mail, offers it."
        )
    return member


def topic_of(member: Membership, ref: str) -> Topic:
    """Their topic of that ref; ends in a page where they have none (any more)."""
    found = next((one for one in member.subscriber.topics if one.ref == ref), None)
    if found is None:
        abort_page(404, "There is no such topic", "It was deleted, or a part of the address is missing.")
    return found


def refused(error: Refused) -> Response:
    """What membership refused, and no form can say beside a field: left or erased in the meantime, say."""
    return told_page(Problem(409, "That could not be done", str(error)))


def back(token: str, done: str) -> Response:
    """To the overview, which says what was done."""
    return flask.redirect(f"{flask.request.script_root}/p/{token.lower()}?done={done}", 303)


def overview(
    token: str,
    member: Membership,
    *,
    told: str = "",
    form: Form | None = None,
    undo: Mapping[str, str] | None = None,
    status: int = 200,
) -> flask.Response:
    """The page. `form`: what stands in the fields, where a post had faults; `undo`: what brings a deleted
    topic back."""
    reader, now = member.subscriber, desk().clock()
    form = form or Form(typed=rhythm.typed(reader))
    causes = desk().store.suppressions.causes([reader.email])[reader.email]
    return page(
        "preferences",
        status,
        base=f"/p/{token.lower()}",
        told=told,
        undo=undo,
        form=form,
        standing=standing(member, causes, now=now),
        topics=[
            TopicRow(ref=topic.ref, name=BRIEF[topic.name], summary=beside(topic), mark=mark(topic))
            for topic in reader.topics
        ],
        cadences=rhythm.CADENCES,
        zones=zone_groups(form.value("timezone") or "UTC"),
        lengths=CHOICES,
        days=bounds(timezone=reader.timezone, now=now),
        email=reader.email,
        is_remembered=remembered() == reader.id,
        unsubscribe=desk().signer.token("unsubscribe", reader.id),
    )
