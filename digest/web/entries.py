"""A paper of the library in, a card's words for pages and feeds out: the mail's card, leading to our page.

Asks no database and reads no clock. What is picked, pinned or submitted by editors is said here once.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.mail.cards import CardWords, card_words
from digest.mail.sentences import GIST_LIMIT, sentences
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
    key = (paper.id, paper.revision, matched, year, None, paper.stars, None)
    card = card_words(paper, key)
    found = frozenset(_bare(mark) for mark in marks)
    if found:
        card = dataclasses.replace(card, gist=_telling(paper, card, found))
    return EntryWords(
        paper=paper,
        ref=paper_ref(paper),
        path=paper_path(paper),
        card=card,
        upvotes=paper.all_upvotes or 0,
        curators=curators_words(paper, curated),
        sentence=shorten(clean(curated.sentence), SENTENCE_LIMIT) if curated else "",
        why=why,
        marks=found,
    )


def curators_words(paper: Paper, curated: Curated | None) -> str:
    """`picked by Ada · submitted by Bo`, be it to us or to the community that a source tells of; one who did
    both is named once."""
    picked = brief(curated.picked_by) if curated else ""
    submitted = brief((curated.submitted_by if curated else "") or paper.submitter or "")
    if picked and picked == submitted:
        return f"submitted and picked by {picked}"
    said = (("picked by", picked), ("submitted by", submitted))
    return " · ".join(f"{lead} {name}" for lead, name in said if name)


def marked(text: str, marks: frozenset[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, and of each whether it is one of the words `marks` (as `entry_words` keeps them),
    whatever its case and diacritics.

    >>> marked("Gaussian Splats, splatted", frozenset({"splats"}))
    [('Gaussian ', False), ('Splats', True), (', splatted', False)]
    """
    if not marks:
        return [(text, False)]
    pieces: list[tuple[str, bool]] = []
    start = 0
    for found in _WORD.finditer(text):
        if _bare(found[0]) in marks:
            pieces += [(text[start : found.start()], False), (found[0], True)]
            start = found.end()
    pieces.append((text[start:], False))
    return [piece for piece in pieces if piece[0]]


def _telling(paper: Paper, card: CardWords, marks: frozenset[str]) -> str:
    """The card's gist, or where neither it nor the title has a mark the first sentence that has one."""
    if _holds(card.title, marks) or _holds(card.gist, marks):
        return card.gist
    told = (one for one in sentences(clean(paper.abstract)) if _holds(one, marks))
    return next((_around(one, marks) for one in told), card.gist)


def _around(sentence: str, marks: frozenset[str]) -> str:
    """A sentence, of which what is too long goes, but not its first mark."""
    if len(sentence) <= GIST_LIMIT:
        return sentence
    at = next(found.start() for found in _WORD.finditer(sentence) if _bare(found[0]) in marks)
    if at < GIST_LIMIT * 2 // 3:
        return shorten(sentence, GIST_LIMIT)
    start = sentence.find(" ", at - GIST_LIMIT // 3)
    return "…" + shorten(sentence[max(0, min(start, at)) :].lstrip(), GIST_LIMIT - 1)


def _holds(text: str, marks: frozenset[str]) -> bool:
    return any(_bare(found[0]) in marks for found in _WORD.finditer(text))


def _bare(word: str) -> str:
    """A word as the index of words has it: no case, no diacritics."""
    folded = word.casefold()
    if folded.isascii():
        return folded
    return "".join(mark for mark in unicodedata.normalize("NFD", folded) if not unicodedata.combining(mark))
