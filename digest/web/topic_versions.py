"""Two versions of one topic in, what they differ in out. Decides nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digest.mail.words import clean, shorten
from digest.web import topic_forms

if TYPE_CHECKING:
    from digest.model import Topic

LABELS = {
    "name": "Heading",
    "words": "Words",
    "authors": "Authors",
    "categories": "Categories",
    "exclude": "Never with",
    "text": "In your own words",
    "examples": "Papers like",
    "most": "At most",
}
CELL_LIMIT = 400


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What somebody saved meanwhile: a sentence, and the fields that differ as (label, theirs, mine)."""

    sentence: str
    rows: tuple[tuple[str, str, str], ...] = ()


def other_version(now: Topic | None, mine: Topic | None) -> Other:
    """The version that is kept `now` (None: it was deleted) beside the one that was to be saved."""
    if now is None:
        return Other(sentence="This topic was deleted in another tab since you opened this page.")
    theirs = topic_forms.typed(now)
    own = topic_forms.typed(mine) if mine else {}
    rows = tuple(
        (label, _cell(theirs[name]), _cell(own.get(name, "")))
        for name, label in LABELS.items()
        if theirs[name] != own.get(name, "")
    )
    return Other(sentence="This topic was changed in another tab since you opened this page.", rows=rows)


def _cell(text: str) -> str:
    return shorten(clean(text), CELL_LIMIT)
