"""A paper's place in our own community's list: it comes with the first upvote or an editor's word, and goes
when both are taken back.

Within the caller's transaction. A paper that a source's community listed keeps that day, whatever we do.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from digest.store import tables, tables_web

if TYPE_CHECKING:
    from collections.abc import Collection

SOURCE = "community"
Whose = Literal["readers", "editors"]

# A reader's upvote makes a paper news again, as a source's community does, so that it reaches those who read
# the community's list by mail. One of an old paper does not: a reader must not fill the mails of others.
RECENT = dt.timedelta(days=30)


def live(connection: sa.Connection, paper_id: int) -> int | None:
    """The number that stands for this paper now; None where there is no such paper."""
    papers = tables.papers
    found: int | None = connection.scalar(
        sa.select(sa.func.coalesce(papers.c.merged_into, papers.c.id)).where(papers.c.id == paper_id)
    )
    return found


def announce(connection: sa.Connection, paper_id: int, whose: Whose, *, at: dt.datetime) -> None:
    """Put a paper into the list of that day, unless it is in that of an earlier one, and make it news."""
    papers, listings = tables.papers, tables.listings
    day = at.date()
    row = connection.execute(
        sa.select(papers.c.first_listed, papers.c.community_listed).where(papers.c.id == paper_id)
    ).one()
    if row.community_listed is None:
        first = {"community_listed": day, "community_at": at}
        connection.execute(sa.update(papers).where(papers.c.id == paper_id).values(**first))
    is_news = whose == "editors" or (row.community_listed is None and day - row.first_listed <= RECENT)
    known = sa.select(listings.c.sequence).where(listings.c.paper_id == paper_id, *_ours(whose))
    if is_news and connection.scalar(known) is None:
        connection.execute(
            sa.insert(listings),
            {
                "source": SOURCE,
                "channel": whose,
                "key": f"p{paper_id}",
                "paper_id": paper_id,
                "kind": "new",
                "day": day,
            },
        )


def withdraw(connection: sa.Connection, paper_ids: Collection[int], whose: Whose) -> None:
    """Take papers out of the list again, as far as readers, or editors, had put them there."""
    papers, listings, curated = tables.papers, tables.listings, tables_web.curated
    chosen = sa.exists().where(
        curated.c.paper_id == papers.c.id, sa.or_(curated.c.submitted_by != "", curated.c.picked_by != "")
    )
    for paper_id in paper_ids:
        connection.execute(sa.delete(listings).where(listings.c.paper_id == paper_id, *_ours(whose)))
        connection.execute(
            sa.update(papers)
            .where(papers.c.id == paper_id, papers.c.votes == 0, papers.c.upvotes.is_(None), ~chosen)
            .values(community_listed=None, community_at=None)
        )


def _ours(whose: Whose) -> tuple[sa.ColumnElement[bool], ...]:
    listings = tables.listings
    return listings.c.source == SOURCE, listings.c.channel == whose
