"""What editors made of papers in, the words of their pages out. Reads and changes nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from digest.mail.words import MONTHS, brief, clean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.model import Curated
    from digest.store.curations import Act, ActKind
    from digest.web.entries import EntryWords

_DID: Mapping[ActKind, str] = {
    "submit": "submitted",
    "pick": "picked",
    "unpick": "took back the pick of",
    "pin": "pinned a sentence to",
    "unpin": "took the sentence off",
    "hide": "hid",
    "unhide": "showed again",
}
SAID: Mapping[str, str] = {
    "submit": "Submitted.",
    "pick": "Picked: it comes first in its list.",
    "unpick": "The pick is taken back.",
    "pin": "Pinned.",
    "unpin": "The sentence is taken off.",
    "hide": "Hidden from the community’s list.",
    "unhide": "No longer hidden.",
    "same": "It was so already.",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A button: what it posts, and what it says; `label` names the paper to those who do not see it."""

    do: ActKind
    words: str
    label: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A paper as an editor's page shows it: where its own page is, what stands, and what may be done."""

    entry: EntryWords
    path: str
    stands: Sequence[str]
    steps: Sequence[Step]
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the history: `Ada picked`, the paper, `21 April 2026, 14:05 UTC`."""

    who: str
    did: str
    title: str
    path: str
    words: str
    when: str


def chosen(entry: EntryWords, curated: Curated | None, *, path: str) -> Chosen:
    """A paper, and what an editor may do with it. `path` is the editor's page."""
    title = entry.card.title
    is_picked, is_hidden = bool(curated and curated.picked_by), bool(curated and curated.hidden_by)
    steps = [
        Step(do="unpick", words="Take the pick back", label=f"Take back the pick of “{title}”")
        if is_picked
        else Step(do="pick", words="Pick", label=f"Pick “{title}”"),
        Step(do="unhide", words="Show again", label=f"Show “{title}” again")
        if is_hidden
        else Step(do="hide", words="Hide", label=f"Hide “{title}”"),
    ]
    if curated is None or not curated.submitted_by:
        steps.append(Step(do="submit", words="Submit", label=f"Submit “{title}”"))
    return Chosen(
        entry=entry,
        path=f"{path}/papers/{quote(entry.ref)}",
        stands=_stands(curated),
        steps=steps,
        sentence=curated.sentence if curated else "",
    )


def history(acts: Sequence[Act], *, path: str) -> list[Line]:
    """The lines of these acts, in their order."""
    return [
        Line(
            who=brief(one.editor),
            did=_DID[one.kind],
            title=clean(one.title),
            path=f"{path}/papers/{quote(one.arxiv_id or f'p{one.paper_id}')}",
            words=clean(one.words),
            when=moment_words(one.at),
        )
        for one in acts
    ]


def moment_words(moment: dt.datetime) -> str:
    """21 April 2026, 14:05 UTC."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


def _stands(curated: Curated | None) -> list[str]:
    if curated is None:
        return []
    said: tuple[tuple[Literal["Submitted", "Picked", "Hidden"], str], ...] = (
        ("Submitted", curated.submitted_by),
        ("Picked", curated.picked_by),
        ("Hidden", curated.hidden_by),
    )
    return [f"{what} by {brief(name)}" for what, name in said if name]
