"""An editor's words for a paper in, the paper in the community's list out. A paper that the library does not
have is looked up first, by the first source that can be asked for single papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.core.arxiv import normalise_arxiv_id
from digest.core.doi import normalise_doi
from digest.errors import SourceError, UsageError
from digest.store.curations import act

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.ports import Catalogue
    from digest.store import Store

SHOWN = 80  # characters of what was typed, where it is quoted back


def submit(
    store: Store, catalogues: Sequence[Catalogue], words: str, *, editor_id: int, now: dt.datetime
) -> int:
    """Submit the paper that `words` name: an arXiv id, a DOI, `p` and the library's number, or the address of
    its page at arXiv, alphaXiv, Hugging Face, doi.org. Returns its number in the library.

    UsageError for words that name no paper, or none that can be found; SourceError where the source that was
    asked did not answer. Nothing is changed then.
    """
    words = words.strip()
    if "://" in words and normalise_arxiv_id(words) is None:
        words = words.rpartition("/papers/")[2] or words  # the address of a paper's page with us
    known = _in_library(store, words)
    if known is not None:
        store.curations.act(editor_id, known, kind="submit", at=now)
        return known
    named = normalise_arxiv_id(words)
    if named is None:
        raise UsageError(_refusal(words))
    arxiv_id = named[0]
    if not catalogues:
        raise UsageError(
            f"{arxiv_id} is not in the library, and no source here can be asked for it (one of arXiv can)."
        )
    try:
        listings = catalogues[0].look_up([arxiv_id], now=now)
    except SourceError as error:
        raise SourceError(f"{arxiv_id} is not in the library, and could not be looked up: {error}") from error
    found = [listing for listing in listings if listing.arxiv_id == arxiv_id]
    if not found:
        raise UsageError(f"{arxiv_id}: there is no such paper, or not yet.")
    with store.database.begin() as connection:
        store.papers.absorb(connection, found, as_news=False)
        paper_id = store.papers.known_as(connection, f"arxiv:{arxiv_id}")
        if paper_id is None:
            raise UsageError(f"{arxiv_id}: what was found there has no title to show.")
        act(connection, editor_id, paper_id, kind="submit", at=now)
    return paper_id


def _in_library(store: Store, words: str) -> int | None:
    entry = store.lists.paper(words)
    if entry is not None:
        return entry.paper.id
    doi = normalise_doi(words)
    if doi is None:
        return None
    with store.database.read() as connection:
        return store.papers.known_as(connection, f"doi:{doi}")


def _refusal(words: str) -> str:
    shown = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    if doi := normalise_doi(words):
        return f"{doi} is not in the library, and only papers of arXiv can be looked up."
    return (
        f"“{shown}” names no paper: write an arXiv id such as 2604.12345, or the address of its page."
        if shown
        else "Write an arXiv id such as 2604.12345, or the address of the paper's page."
    )
