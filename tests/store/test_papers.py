"""The library: one work is one paper, and news has an order."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from digest.model import Collection, Listing, Position

if TYPE_CHECKING:
    from digest.store import Store

DAY = dt.date(2026, 4, 20)
LISTING = Listing(
    source="arxiv",
    channel="cs.CV",
    key="2604.90001",
    arxiv_id="2604.90001",
    day=DAY,
    title="Sampling the sky with small telescopes and patience",
    abstract="We look at the sky for a long time.",
    authors=("Ada Lovelace", "Bo Ek"),
    categories=("cs.CV",),
)


def absorb(store: Store, *listings: Listing) -> int:
    with store.database.begin() as connection:
        return store.papers.absorb(connection, listings)


def news(store: Store, after: int = 0) -> list[tuple[str, int]]:
    found = store.papers.news(after=after, upto=store.papers.last_sequence(), first_day=DAY)
    return [(one.paper.title, one.sequence) for one in found]


def test_a_listing_read_twice_is_news_once(store: Store) -> None:
    assert absorb(store, LISTING, LISTING) == 1
    assert absorb(store, LISTING) == 0
    assert len(news(store)) == 1


def test_a_cross_list_is_the_same_paper(store: Store) -> None:
    cross = dataclasses.replace(LISTING, channel="cs.LG", kind="cross", categories=("cs.CV", "cs.LG"))
    assert absorb(store, LISTING, cross) == 1
    assert store.papers.count() == 1
    assert [sequence for _, sequence in news(store)] == [2]


def test_a_replacement_updates_and_is_no_news(store: Store) -> None:
    absorb(store, LISTING)
    replaced = dataclasses.replace(LISTING, kind="replace", version=2, title="Sampling the sky, revised")
    assert absorb(store, replaced) == 0
    assert news(store) == [("Sampling the sky, revised", 1)]


def test_a_replacement_of_an_unknown_work_is_left_out(store: Store) -> None:
    assert absorb(store, dataclasses.replace(LISTING, kind="replace", version=4)) == 0
    assert store.papers.count() == 0


def test_an_earlier_revision_can_still_be_read(store: Store) -> None:
    absorb(store, LISTING)
    absorb(store, dataclasses.replace(LISTING, kind="replace", version=2, title="Another title for the sky"))
    (paper,) = store.papers.by_arxiv_id(["2604.90001"]).values()
    found = store.papers.revisions([(paper.id, 1), (paper.id, paper.revision)])
    assert [found[key].title for key in sorted(found)] == [LISTING.title, "Another title for the sky"]


def test_a_community_listing_of_a_known_paper_is_news_again(store: Store) -> None:
    absorb(store, LISTING)
    seen = store.papers.last_sequence()
    community = Listing(
        source="huggingface",
        key="2604.90001",
        arxiv_id="2604.90001",
        day=DAY + dt.timedelta(days=2),
        title=LISTING.title,
        upvotes=84,
    )
    assert absorb(store, community) == 0
    assert len(news(store, after=seen)) == 1


def test_two_papers_that_turn_out_to_be_one_are_merged(store: Store) -> None:
    preprint = Listing(
        source="feed",
        key="a",
        doi="10.5555/abc",
        day=DAY,
        title="A sky seen from a roof top",
        gist="Look up.",
    )
    absorb(store, LISTING, preprint)
    assert store.papers.count() == 2
    absorb(store, dataclasses.replace(LISTING, channel="cs.LG", doi="10.5555/abc"))
    assert store.papers.count() == 1
    assert list(store.papers.merged()) == [2]
    assert len(news(store)) == 1
    (paper,) = store.papers.by_arxiv_id(["2604.90001"]).values()
    assert (paper.gist, paper.doi) == ("Look up.", "10.5555/abc")


def test_two_arxiv_ids_under_one_title_are_two_papers(store: Store) -> None:
    other = dataclasses.replace(LISTING, key="2604.90002", arxiv_id="2604.90002")
    assert absorb(store, LISTING, other) == 2
    assert sorted(store.papers.by_arxiv_id(["2604.90001", "2604.90002"])) == ["2604.90001", "2604.90002"]


def test_what_a_look_brought_is_kept_with_its_papers(store: Store) -> None:
    collection = Collection(
        listings=(LISTING,), status="failed", position=Position().moved(day="2026-04-20"), error="no", seen=1
    )
    with store.database.begin() as connection:
        store.sources.note(
            connection,
            "arxiv",
            title="arXiv",
            collection=collection,
            new=1,
            now=dt.datetime(2026, 4, 20, 6, tzinfo=dt.UTC),
        )
    assert store.sources.position("arxiv").get("day") == "2026-04-20"
    record = store.sources.record("arxiv")
    assert record is not None
    assert record.succeeded_at is None
    assert [notice.title for notice in store.sources.notices(("arxiv",))] == ["arXiv"]
    assert store.sources.notices(("other",)) == ()


def test_statistics_grow_with_the_library(store: Store) -> None:
    absorb(store, LISTING)
    once = store.papers.statistics()
    absorb(store, dataclasses.replace(LISTING, key="2604.90002", arxiv_id="2604.90002", title="Another sky"))
    assert store.papers.statistics().to_bytes() != once.to_bytes()
