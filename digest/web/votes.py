"""The small pages where a reader says what they think of a paper. GET and HEAD change nothing; a POST acts.

`/v/TOKEN/PAPER` is where a mail's links lead: the token, which is of one reader and for votes alone, is what
entitles. `/papers/REF/vote` is where the lists' buttons lead: there it is the session of a browser that was
told to remember its reader, and where there is none the page says how to vote.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import flask

from digest.web import sessions
from digest.web.addresses import to
from digest.web.desk import desk
from digest.web.entries import entry_words, paper_path, paper_ref
from digest.web.limits import limited, spend
from digest.web.opinion_words import vote_words
from digest.web.problems import abort_page
from digest.web.readers import reader_of
from digest.web.render import fragment, page
from digest.web.sessions import remembered

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from digest.model import Paper
    from digest.store.lists import Entry
    from digest.store.members import Membership

blueprint = flask.Blueprint("votes", __name__)

PER_MINUTE, PER_HOUR = 60, 600  # votes of one reader
OF_A_NETWORK = 240  # votes a minute: many readers may share one
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1000}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link, and what is said of it."""

    words: str
    path: str
    note: str = ""


@blueprint.get("/v/<token>/<number>")
def ask(token: str, number: str) -> flask.Response:
    """The paper, and what may be said of it; `?do=more|less|upvote` comes first."""
    reader = reader_of("vote", token)
    if reader.status == "left":
        return _left()
    return _page(reader, _entry(f"p{number}"), path=f"/v/{quote(token)}/{quote(number)}")


@blueprint.post("/v/<token>/<number>")
@limited("vote", per_minute=OF_A_NETWORK)
def act(token: str, number: str) -> Response:
    """Do what the form says, then show what is so."""
    reader = reader_of("vote", token)
    if reader.status == "left":
        return _left()
    entry = _entry(f"p{number}")
    done = _do(reader, entry.paper)
    return flask.redirect(to(f"/v/{quote(token)}/{quote(number)}?said={done}"), 303)


@blueprint.get("/papers/<path:ref>/vote")
def ask_remembered(ref: str) -> flask.Response:
    """The same for a remembered reader; for others, how to vote."""
    entry = _entry(ref)
    reader = _remembered_reader()
    shown = _how(entry) if reader is None else _page(reader, entry, path=f"{paper_path(entry.paper)}/vote")
    return _kept_by_nobody(shown)


@blueprint.post("/papers/<path:ref>/vote")
@limited("vote", per_minute=OF_A_NETWORK)
def act_remembered(ref: str) -> Response:
    """Do what a list's button says, and lead back to the list."""
    entry = _entry(ref)
    reader = _remembered_reader()
    if reader is None:
        return _kept_by_nobody(_how(entry, status=403))
    done = _do(reader, entry.paper)
    back = flask.request.form.get("back", "")
    if flask.request.form.get("fragment"):
        return _kept_by_nobody(_fragment(reader, _entry(ref), back))
    if _LOCAL.fullmatch(back):
        return flask.redirect(f"{to(back)}#paper-{paper_ref(entry.paper).replace('/', '-')}", 303)
    return flask.redirect(to(f"{paper_path(entry.paper)}/vote?said={done}"), 303)


def _do(reader: Membership, paper: Paper) -> str:
    """What the form's `do` says; returns it. Ends the view for one that says nothing of ours."""
    spend("voter", str(reader.subscriber.id), per_minute=PER_MINUTE, per_hour=PER_HOUR)
    sent, votes, now = flask.request.form, desk().store.votes, desk().clock()
    me, done = reader.subscriber.id, sent.get("do", "")
    topics = {topic.ref for topic in reader.subscriber.topics}
    match done:
        case "upvote" | "no-upvote":
            votes.upvote(me, paper.id, at=now, on=done == "upvote")
        case "more" | "less":
            topic = sent.get("topic", "")
            if topic not in topics and (topic or len(topics) > 1):
                abort_page(
                    400, "Which topic?", "That topic is not one of yours (any more). Open the page again."
                )
            topic = topic or next(iter(topics), "")
            votes.like(me, paper.id, value=1 if done == "more" else -1, topic=topic, at=now)
        case "no-like":
            votes.like(me, paper.id, value=0, at=now)
        case "remember":
            sessions.remember(me)
        case "forget":
            sessions.forget()
        case _:
            abort_page(400, "That says nothing", "Use one of the buttons of the page.")
    return done


def _page(reader: Membership, entry: Entry, *, path: str) -> flask.Response:
    me, paper = reader.subscriber, entry.paper
    asked = flask.request.args
    words = vote_words(
        entry_words(paper, year=desk().today.year, curated=entry.curated),
        desk().store.votes.of(me.id, [paper.id])[paper.id],
        me.topics,
        path=path,
        asked=asked.get("do", ""),
        said=asked.get("said", ""),
        shown_under=_shown_under(reader, paper) if len(me.topics) > 1 else "",
        is_remembered=remembered() == me.id,
    )
    return page("vote", vote=words, days=sessions.DAYS)


def _shown_under(reader: Membership, paper: Paper) -> str:
    """The ref of the topic whose section showed the paper to the reader lately; "" where none did."""
    store = desk().store
    found = store.votes.shown_by(reader.subscriber.id, paper.id)
    frozen = store.editions.by_delivery([found]).get(found) if found else None
    titles = {
        section.title
        for section in (frozen.edition.sections if frozen else ())
        if section.kind == "topic" and any(item.paper_id == paper.id for item in section.items)
    }
    return next((topic.ref for topic in reader.subscriber.topics if topic.name in titles), "")


def _fragment(reader: Membership, entry: Entry, back: str) -> flask.Response:
    paper = entry.paper
    html = fragment(
        "parts/vote",
        entry=entry_words(paper, year=desk().today.year, curated=entry.curated),
        opinion=desk().store.votes.of(reader.subscriber.id, [paper.id])[paper.id],
        back=back,
    )
    return flask.Response(html, content_type="text/html; charset=utf-8")


def _entry(ref: str) -> Entry:
    entry = desk().store.lists.paper(ref)
    if entry is None:
        abort_page(404, "There is no such paper", "The library has none of that number.")
    return entry


def _remembered_reader() -> Membership | None:
    me = remembered()
    return None if me is None else desk().store.subscribers.by_id([me]).get(me)


def _left() -> flask.Response:
    return page(
        "vote_how",
        status=410,
        headline="You have left",
        sentence="Votes are those of readers. What you said before still counts, and no mail is sent to you.",
        ways=[Way(words="Come back", path="/subscribe", note="with a new subscription.")],
        entry=None,
    )


_LINK = Way(words="Have your link sent to you", path="/link", note="if you are a reader.")
_SUBSCRIBE = Way(words="Subscribe", path="/subscribe", note="if you are not one yet.")


def _how(entry: Entry, *, status: int = 200) -> flask.Response:
    return page(
        "vote_how",
        status=status,
        headline="How to vote",
        sentence=(
            "Readers vote: the links in each mail open a page that takes your vote, and there this browser "
            "can be told to remember you. Then a vote takes one tap here, too."
        ),
        ways=[
            *([_LINK] if desk().site.url else []),
            *([_SUBSCRIBE] if desk().may_subscribe else []),
            Way(words="Back to the paper", path=paper_path(entry.paper)),
        ],
        entry=entry_words(entry.paper, year=desk().today.year, curated=entry.curated),
    )


def _kept_by_nobody(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
