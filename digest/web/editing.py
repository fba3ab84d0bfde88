"""An editor's pages: submit a paper, pick it, pin a sentence to it, hide it; and who did what, and when.

The token in the path is the editor's; the operator gave it to them, and ends it. GET and HEAD change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import flask

from digest.errors import SourceError, UsageError
from digest.mail.words import clean, long_date
from digest.pipeline.submissions import submit
from digest.store.curations import KINDS, SENTENCE_LIMIT
from digest.web.addresses import to
from digest.web.desk import desk
from digest.web.editing_words import SAID, Chosen, chosen, history
from digest.web.entries import entry_words, paper_ref
from digest.web.forms import Fields, Form
from digest.web.limits import limited, spend
from digest.web.periods import period_of
from digest.web.problems import abort_page
from digest.web.render import page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from digest.store.editors import Editor
    from digest.store.lists import Entry

blueprint = flask.Blueprint("editing", __name__)

PER_MINUTE = 120
LOOKED_UP = 20  # papers a minute that one editor may have looked up
LISTED = 50
REMEMBERED = 50
ADDRESS_LIMIT = 500


@blueprint.get("/editor/<token>")
def overview(token: str) -> flask.Response:
    """The form to submit by, today's list, and what was done lately."""
    return _overview(token, _editor(token), Form(typed={}))


@blueprint.post("/editor/<token>")
@limited("editor", per_minute=PER_MINUTE)
def submitted(token: str) -> Response:
    """Submit the paper that the form names."""
    editor = _editor(token)
    spend("editor-look-up", str(editor.id), per_minute=LOOKED_UP)
    fields = Fields(flask.request.form)
    words = fields.line("paper", most=ADDRESS_LIMIT)
    if not fields.faults:
        try:
            paper_id = submit(desk().store, desk().catalogues, words, editor_id=editor.id, now=desk().clock())
        except (UsageError, SourceError) as error:
            fields.wrong("paper", str(error))
        else:
            entry = _entry(f"p{paper_id}")
            where = f"{_path(token)}/papers/{quote(paper_ref(entry.paper))}"
            return flask.redirect(to(f"{where}?said=submit"), 303)
    return _overview(token, editor, fields.form(), status=422)


@blueprint.get("/editor/<token>/papers/<path:ref>")
def paper(token: str, ref: str) -> flask.Response:
    """One paper: what stands, what may be done, and its history."""
    return _paper(token, _editor(token), _entry(ref), Form(typed={}))


@blueprint.post("/editor/<token>/papers/<path:ref>")
@limited("editor", per_minute=PER_MINUTE)
def act(token: str, ref: str) -> Response:
    """Do what the form says with a paper."""
    editor, entry = _editor(token), _entry(ref)
    fields = Fields(flask.request.form)
    done = flask.request.form.get("do", "")
    kind = next((one for one in KINDS if one == done), None)
    if kind is None:
        abort_page(400, "That says nothing", "Use one of the buttons of the page.")
    words = fields.line("sentence", most=SENTENCE_LIMIT) if kind == "pin" else ""
    if kind == "pin" and not words:
        fields.wrong("sentence", "Write the sentence that shall stand under the title.")
    if fields.faults:
        return _paper(token, editor, entry, fields.form(), status=422)
    changed = desk().store.curations.act(editor.id, entry.paper.id, kind=kind, at=desk().clock(), words=words)
    said = kind if changed else "same"
    if flask.request.form.get("back") == "list":
        anchor = f"#paper-{paper_ref(entry.paper).replace('/', '-')}"
        return flask.redirect(to(f"{_path(token)}?said={said}{anchor}"), 303)
    return flask.redirect(to(f"{_path(token)}/papers/{quote(paper_ref(entry.paper))}?said={said}"), 303)


def _overview(token: str, editor: Editor, form: Form, *, status: int = 200) -> flask.Response:
    store, path = desk().store, _path(token)
    day = desk().today
    found = store.lists.trending(
        day, day, has_community=desk().has_community, hot_at=desk().clock(), limit=LISTED
    )
    acts = store.curations.recent(limit=REMEMBERED)
    lately = store.lists.entries({one.paper_id for one in acts})
    listed = {entry.paper.id for entry in found.entries}
    hidden = [
        entry
        for entry in lately.values()
        if entry.curated is not None and entry.curated.hidden_by and entry.paper.id not in listed
    ]
    return page(
        "editor",
        status=status,
        editor=editor.name,
        path=path,
        form=form,
        said=_said(),
        day=long_date(day),
        papers=[_chosen(entry, path) for entry in found.entries],
        hidden=[_chosen(entry, path) for entry in hidden],
        lines=history(acts, path=path),
    )


def _paper(token: str, editor: Editor, entry: Entry, form: Form, *, status: int = 200) -> flask.Response:
    path = _path(token)
    return page(
        "editor_paper",
        status=status,
        editor=editor.name,
        path=path,
        form=form,
        said=_said(entry),
        paper=_chosen(entry, path),
        limit=SENTENCE_LIMIT,
        lines=history(desk().store.curations.of(entry.paper.id), path=path),
    )


def _chosen(entry: Entry, path: str) -> Chosen:
    words = entry_words(entry.paper, year=desk().today.year)
    return chosen(words, entry.curated, path=path)


def _said(entry: Entry | None = None) -> str:
    """What was done; of what puts a paper into a list, into which, where that is not today's."""
    done = clean(flask.request.args.get("said", ""))
    listed = entry.paper.community_listed if entry and done in ("submit", "pick") else None
    if listed is None or listed >= desk().today:
        return SAID.get(done, "")
    return f"{SAID[done]} It stays in the list of {period_of('day', listed).words}."


def _path(token: str) -> str:
    return f"/editor/{quote(token)}"


def _editor(token: str) -> Editor:
    """Whose token that is; ends the view for one that is nobody's, or of an editor who ended."""
    number = desk().signer.read("editor", token)
    found = None if number is None else desk().store.editors.find(number)
    if found is None:
        abort_page(
            404, "This link is not whole", "Part of its address may be missing. Ask for the link again."
        )
    if found.ended_at is not None:
        abort_page(
            410,
            "This editor’s part has ended",
            "The link opens nothing any more; what was chosen stays. Ask whoever runs this site.",
        )
    return found


def _entry(ref: str) -> Entry:
    entry = desk().store.lists.paper(ref)
    if entry is None:
        abort_page(404, "There is no such paper", "The library has none of that id. Submit it first.")
    return entry
