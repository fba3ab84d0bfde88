"""A reader's past editions: each as it was, at an address that people hand on, and the list of all.

Papers stand as they were frozen, in their order, with the reasons and counts of that day. On the page of an
edition nothing votes, unsubscribes or says who reads: its own token is the only one there. Never writes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import flask

from digest.mail import letters
from digest.mail.cards import card_key, card_words, why_words
from digest.mail.words import brief, clean, long_date, plural
from digest.web.choices import Around, Step
from digest.web.desk import desk
from digest.web.entries import EntryWords, paper_path, paper_ref
from digest.web.problems import abort_page
from digest.web.readers import reader_of
from digest.web.render import page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Delivery, Edition, Item, Paper, Slot, Subscriber
    from digest.store.archive import Past

    Papers = Mapping[tuple[int, int], Paper]

blueprint = flask.Blueprint("editions", __name__)

PAGE_SIZE = 30
_DELIVERY = re.compile(r"[0-9a-f]{16}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section: its heading, its papers, best first, and "4 more papers matched." or ""."""

    title: str
    entries: tuple[EntryWords, ...]
    more: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An edition in the list: `best` is its best paper's title, `count` how many there are; `trouble` says
    where the mail came back."""

    day: str
    path: str
    best: str
    count: str
    trouble: str


@blueprint.get("/e/<token>/<delivery_id>")
def edition(token: str, delivery_id: str) -> flask.Response:
    """One edition as it was."""
    reader = reader_of("edition", token).subscriber
    if not _DELIVERY.fullmatch(delivery_id):
        abort_page(
            404,
            "There is no page of this mail",
            "It was a preview or a trial, of which no page is kept, or a part of the address is missing.",
        )
    found = desk().store.archive.find(reader.id, delivery_id, now=desk().clock())
    if found.past is None:
        abort_page(*_absence(found.delivery, gone=found.fate == "gone", reader=reader))
    edition = found.past.frozen.edition
    papers = _papers([edition])
    parts = tuple(
        Part(
            title=brief(section.title),
            entries=tuple(
                _entry(item, papers[item.paper_id, item.revision], edition) for item in section.items
            ),
            more=letters.more(section),
        )
        for section in edition.sections
        if section.items
    )
    return page(
        "edition",
        day=_day_words(edition.slot, reader),
        sentence=letters.intro(edition) if parts else letters.quiet(edition, reader),
        parts=parts,
        notice=letters.notice(edition.notices, hour=_local(edition.slot, reader).hour),
    )


@blueprint.get("/p/<token>/editions")
def editions(token: str) -> flask.Response:
    """All editions of one reader that are kept, newest first."""
    reader = reader_of("preferences", token).subscriber
    written = flask.request.args.get("p", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0
    past, total = desk().store.archive.past(reader.id, limit=PAGE_SIZE, offset=number * PAGE_SIZE)
    pages = max(1, -(-total // PAGE_SIZE))
    path = f"/p/{token}/editions"

    def step(where: int, words: str) -> Step | None:
        query = f"?p={where}" if where else ""
        return Step(words=words, path=path + query) if 0 <= where < pages else None

    if number >= pages:
        return page(
            "nowhere",
            status=404,
            headline=f"There is no page {number + 1}",
            sentence=f"Your past editions are on {plural(pages, 'page')}.",
            around=Around(before=step(pages - 1, f"Page {pages}"), after=None),
        )
    papers = _papers([one.frozen.edition for one in past])
    return page(
        "editions",
        token=token,
        total=total,
        rows=[_row(one, reader, papers) for one in past],
        pages=Around(before=step(number - 1, "Newer"), after=step(number + 1, "Older")),
    )


def _absence(delivery: Delivery | None, *, gone: bool, reader: Subscriber) -> tuple[int, str, str]:
    """Status, headline and sentence where there is no edition to show."""
    if gone:
        return (
            410,
            "This edition is not kept any more",
            "Past editions are kept for some time only. Their papers still have pages here.",
        )
    if delivery is None:
        return (
            404,
            "There is no such edition",
            "A part of the address may be missing. Open it from the mail again.",
        )
    day = _day_words(delivery.slot, reader)
    return 404, *_UNSENT.get(delivery.state, (f"No mail went out for {day}", _NEVER))


_NEVER = "What was new then comes in a later mail."
_SOON = ("This mail has not left yet", "Its page is here as soon as it has. Come back in a while.")
_UNSENT: Mapping[str, tuple[str, str]] = {
    "planned": _SOON,
    "composed": _SOON,
    "retry": _SOON,
    "skipped": ("There was nothing to send that day", "No new paper matched, so no mail was made."),
}


def _papers(editions: Sequence[Edition]) -> Papers:
    """The papers of these editions as they were frozen. (A reader's last edition is kept longer than the
    words of its papers: then as they stand.)"""
    return desk().store.papers.revisions(
        {(item.paper_id, item.revision) for edition in editions for item in edition.items}, or_latest=True
    )


def _entry(item: Item, paper: Paper, edition: Edition) -> EntryWords:
    key = card_key(item, year=edition.slot.scheduled_at.year)
    is_told = any(reason.kind == "trending" for reason in item.reasons)  # with its upvotes
    return EntryWords(
        paper=paper,
        ref=paper_ref(paper),
        path=paper_path(paper),
        card=card_words(paper, key),
        upvotes=0 if is_told else item.upvotes or 0,
        why=why_words(item, year=edition.slot.scheduled_at.year),
    )


def _row(past: Past, reader: Subscriber, papers: Papers) -> Row:
    edition = past.frozen.edition
    day = _day_words(edition.slot, reader)
    words = letters.subject_words(
        edition, date=day, title=lambda item: clean(papers[item.paper_id, item.revision].title)
    )
    token = desk().signer.token("edition", reader.id)
    return Row(
        day=day,
        path=f"/e/{token}/{past.delivery.id}",
        best=words.best,
        count=plural(len(edition.items), "paper") if edition.items else "No papers",
        trouble="The mail came back." if past.delivery.state in ("bounced", "dropped") else "",
    )


def _day_words(slot: Slot, reader: Subscriber) -> str:
    """Tuesday 21 April 2026: the slot's own day, or that on which it was due where the reader is."""
    try:
        day = dt.date.fromisoformat(slot.key) if len(slot.key) == 10 else _local(slot, reader).date()
    except ValueError:
        day = _local(slot, reader).date()
    return f"{long_date(day)} {day.year}"


def _local(slot: Slot, reader: Subscriber) -> dt.datetime:
    return slot.scheduled_at.astimezone(ZoneInfo(reader.timezone))
