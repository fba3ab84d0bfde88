"""The link that confirms a wish: to join, or to get the mail at another address. It shows; a POST confirms.

A link holds for a week and once. Used again, overtaken or too old it changes nothing, and says how to go on.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NoReturn

import flask

from digest.membership import join, move
from digest.web.client import client_address
from digest.web.desk import desk
from digest.web.problems import abort_page
from digest.web.render import page
from digest.web.standing import next_words, standing
from digest.web.wishes import CONFIRM_BUTTON, mail_words, topic_lines

if TYPE_CHECKING:
    from digest.membership.join import Asked, Confirmed
    from digest.model import Subscriber
    from digest.store.confirmations import Standing

blueprint = flask.Blueprint("confirm", __name__)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmWords:
    """What the page says; `button` is "" where nothing is to be confirmed."""

    headline: str
    sentence: str
    button: str = ""
    status: int = 200


CLOSED: dict[Standing, ConfirmWords] = {
    "again": ConfirmWords(
        headline="This was confirmed already",
        sentence="Nothing more is to be done. The link works once; your preferences stand in every mail.",
    ),
    "later": ConfirmWords(
        headline="A newer link was used",
        sentence="You asked once more after this, and that is what counts.",
        status=410,
    ),
    "left": ConfirmWords(
        headline="You have left since",
        sentence="This link is older than your wish to get no more mail, and does not undo it.",
        status=410,
    ),
    "late": ConfirmWords(
        headline="This link is too old",
        sentence="It held for a week. Ask again, and a new one comes.",
        status=410,
    ),
    "refused": ConfirmWords(
        headline="Mail to this address is stopped",
        sentence="Mail to it came back, or was reported as unwanted. Write to us to have that mended.",
        status=410,
    ),
    "taken": ConfirmWords(
        headline="This address has a digest of its own",
        sentence="Somebody reads with it already, so that yours stays where it is.",
        status=410,
    ),
}


@blueprint.get("/c/<token>")
def look(token: str) -> flask.Response:
    """What would be confirmed, and one button."""
    asked = _asked(token)
    if asked.standing != "open":
        return _page(token, CLOSED[asked.standing])
    if asked.kind == "move":
        words = ConfirmWords(
            headline="Get your digest here?",
            sentence=f"From now on it would come to {asked.email}, and to your old address no more.",
            button="Yes, send it here",
        )
        return _page(token, words)
    words = ConfirmWords(
        headline="Begin your digest?",
        sentence=f"This is what was asked for {asked.email}.",
        button=CONFIRM_BUTTON,
    )
    return _page(token, words, reader=asked.reader)


@blueprint.post("/c/<token>")
def confirm(token: str) -> flask.Response:
    """Confirm."""
    asked = _asked(token)
    desk_, name = desk(), token.lower()
    if asked.kind == "move":
        done = move.confirm(desk_.house, name, now=desk_.clock())
    else:
        done = join.confirm(desk_.house, name, where=client_address(), now=desk_.clock())
    if done.standing == "unknown":
        _unknown()
    words = _done(asked, done) if done.is_new else CLOSED[done.standing]
    return _page(token, words, subscriber_id=done.subscriber_id)


def _done(asked: Asked, done: Confirmed) -> ConfirmWords:
    ids, now = [done.subscriber_id] if done.subscriber_id is not None else [], desk().clock()
    members = desk().store.subscribers.by_id(ids).values()
    if asked.kind == "move":
        # Who has paused still has: the next mail is not the next one that would be due.
        stands = "".join(f" {standing(member, (), now=now).sentence}" for member in members)
        return ConfirmWords(
            headline="Your digest comes here now",
            sentence=f"It goes to {asked.email} from now on.{stands}",
        )
    due = "".join(f" {next_words(member, now=now)}" for member in members)
    return ConfirmWords(
        headline="You are in",
        sentence=f"Your first mail is due on{due}. Each one has a link to change it, and one to end it.",
    )


def _asked(token: str) -> Asked:
    asked = join.look(desk().house, token.lower(), now=desk().clock())
    if asked is None or asked.standing == "unknown":
        _unknown()
    return asked


def _unknown() -> NoReturn:
    abort_page(
        404,
        "This link confirms nothing",
        "Part of its address may be missing, or it is too old to be kept. Open it from the mail again, or "
        "subscribe anew.",
    )


def _page(
    token: str, words: ConfirmWords, *, reader: Subscriber | None = None, subscriber_id: int | None = None
) -> flask.Response:
    signer = desk().signer
    return page(
        "confirm",
        words.status,
        token=token.lower(),
        words=words,
        mail=mail_words(reader) if reader else "",
        topics=topic_lines(reader) if reader else (),
        preferences=signer.token("preferences", subscriber_id) if subscriber_id is not None else "",
    )
