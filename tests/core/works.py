"""Listings of one work, as several sources tell it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from digest.core.identity import fold
from digest.model import Listing

if TYPE_CHECKING:
    from digest.model import Paper

DAY = dt.date(2026, 4, 20)


def listing(**words: Any) -> Listing:
    return Listing(
        **{"source": "arxiv", "key": "k", "day": DAY, "title": "Attention is all you need"} | words
    )


def folded(*listings: Listing) -> Paper:
    paper = None
    for one in listings:
        paper = fold(paper, one)
    assert paper is not None
    return paper


ARXIV = listing(
    channel="cs.CV", key="2604.90001", arxiv_id="2604.90001", categories=("cs.CV", "cs.LG"),
    authors=("Ann Lee", "Bo Li"),
    abstract="We attend. Code: https://github.com/ann/attend.",
)  # fmt: skip
HUGGING = listing(
    source="huggingface", key="2604.90001", arxiv_id="2604.90001", title="Attention Is All",
    abstract="They attend to it all day.", authors=("A. Lee",), day=DAY + dt.timedelta(2),
    upvotes=7, comments=2, stars=10, gist="Attend.", submitter="ann",
    code_url="https://github.com/ann/official", project_url="https://attend.example",
    thumbnail_url="https://i.example/1.png",
)  # fmt: skip
