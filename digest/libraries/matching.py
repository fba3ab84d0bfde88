"""An entry and papers of nearly its title in; the one that it is out, or why there is none. Looks nothing up.

Strict: the words of the two titles are the same, but for case, signs, hyphens and blanks. An author who is
told must be one of the paper's; a title that many papers could have needs one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.authors import last_name
from digest.core.identity import title_key
from digest.core.tokens import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.libraries.entry import Entry
    from digest.model import Paper

_FIRST = 3  # authors of an entry of whom one must be the paper's


def is_short(title: str) -> bool:
    """Whether a title is too short, or too common, to tell papers apart by itself.

    >>> is_short("Mask R-CNN"), is_short("Attention Is All You Need")
    (True, False)
    """
    return title_key(title, "Nobody", year=0) is None


def same_title(one: str, other: str) -> bool:
    """Whether two titles have the same words, wherever blanks and hyphens stand.

    >>> same_title("BERT: Pre-training of Poincaré maps", "Bert pretraining of Poincare Maps")
    True
    """
    joined = "".join(words(one))
    return bool(joined) and joined == "".join(words(other))


def match(entry: Entry, papers: Iterable[Paper]) -> tuple[Paper | None, str]:
    """The paper that an entry names by its title, or None and why; the reason is "" where none has the
    title."""
    titled = list(
        {
            paper.id or paper.arxiv_id: paper for paper in papers if same_title(entry.title, paper.title)
        }.values()
    )
    if not titled:
        return None, ""
    named = {last_name(name) for name in entry.authors[:_FIRST]} - {""}
    if not named and is_short(entry.title):
        return None, "the title is too short to tell papers apart, and no author is told"
    if named:
        agreeing = [paper for paper in titled if named & {last_name(name) for name in paper.authors}]
        if not agreeing:
            return None, "papers of this title are by other authors"
        titled = agreeing
    if len(titled) > 1 and entry.year is not None:
        titled = [paper for paper in titled if _year(paper) == entry.year] or titled
    if len(titled) > 1:
        return None, f"{len(titled)} papers have this title"
    return titled[0], ""


def _year(paper: Paper) -> int:
    return (paper.published or paper.first_listed).year
