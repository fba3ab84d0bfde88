"""A paper of the library in, a card's words for pages and feeds out: the mail's card, leading to our page.

Asks no database and reads no clock. What is picked, pinned or submitted by editors is said here once.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.mail.cards import CardWords, card_words
from digest.mail.words import brief, clean, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.model import Curated, Paper

SENTENCE_LIMIT = 400
_WORD = re.compile(r"[^\W_]+")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EntryWords:
    """A paper in a list. `path` is its page with us; `card.url` and the links lead elsewhere.

    `curators` says who picked or submitted it, `sentence` what an editor pinned to it, `why` why it is here;
    "" where there is nothing to say. `marks` are the words that a search found.
    """

    paper: Paper
    ref: str
    path: str
    card: CardWords
    upvotes: int
    curators: str = ""
    sentence: str = ""
    why: str = ""
    marks: frozenset[str] = frozenset()

    @property
    def upvotes_words(self) -> str:
        """`84 upvotes`, `no upvotes`."""
        return plural(self.upvotes, "upvote") if self.upvotes else "no upvotes"


def paper_ref(paper: Paper) -> str:
    """What addresses call a paper: its arXiv id, or `p` and the library's number.

    >>> import datetime as dt
    >>> from digest.model import Paper
    >>> paper_ref(Paper(id=7, title="Cells", first_listed=dt.date(2026, 4, 21)))
    'p7'
    """
    return paper.arxiv_id or f"p{paper.id}"


def paper_path(paper: Paper) -> str:
    """The path of the paper's page. An old arXiv id keeps its slash: `/papers/hep-th/9901001`."""
    return f"/papers/{quote(paper_ref(paper))}"


def entry_words(
    paper: Paper,
    *,
    year: int,
    curated: Curated | None = None,
    why: str = "",
    marks: Iterable[str] = (),
    matched: tuple[str, ...] = (),
) -> EntryWords:
    """The words of one entry. `year` is the one in which it is read; `matched` authors are not shortened
    away."""
    key = (paper.id, paper.revision, matched, year, None, paper.stars)
    return EntryWords(
        paper=paper,
        ref=paper_ref(paper),
        path=paper_path(paper),
        card=card_words(paper, key),
        upvotes=paper.all_upvotes or 0,
        curators=curators_words(curated),
        sentence=shorten(clean(curated.sentence), SENTENCE_LIMIT) if curated else "",
        why=why,
        marks=frozenset(mark.casefold() for mark in marks),
    )


def curators_words(curated: Curated | None) -> str:
    """`picked by Ada · submitted by Bo`; one who did both is named once."""
    if curated is None:
        return ""
    picked, submitted = brief(curated.picked_by), brief(curated.submitted_by)
    if picked and picked == submitted:
        return f"submitted and picked by {picked}"
    said = (("picked by", picked), ("submitted by", submitted))
    return " · ".join(f"{lead} {name}" for lead, name in said if name)


def marked(text: str, marks: frozenset[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, and of each whether it is one of the words `marks` (case folded).

    >>> marked("Gaussian splats, splatted", frozenset({"splats"}))
    [('Gaussian ', False), ('splats', True), (', splatted', False)]
    """
    if not marks:
        return [(text, False)]
    pieces: list[tuple[str, bool]] = []
    start = 0
    for found in _WORD.finditer(text):
        if found[0].casefold() in marks:
            pieces += [(text[start : found.start()], False), (found[0], True)]
            start = found.end()
    pieces.append((text[start:], False))
    return [piece for piece in pieces if piece[0]]
