"""Lists: the right papers in the right order, at a fixed number of statements that walk indexes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from digest.core.packing import pack
from digest.model import Listing
from digest.store import Store, tables, tables_web
from digest.store.terms import terms_of_paper
from tests.store.shelves import DAY, LATER, absorb, liked, listing, plan, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.store.lists import Page

ALWAYS = (dt.date.min, dt.date.max)
NOON = dt.datetime.combine(LATER, dt.time(12), dt.UTC)


def ids(page: Page) -> list[int]:
    return [entry.paper.id for entry in page.entries]


def curate(store: Store, paper_id: int, **words: object) -> None:
    usual = {"submitted_by": "", "picked_by": "", "sentence": "", "hidden_by": "", "day": DAY}
    with store.database.begin() as connection:
        connection.execute(sa.insert(tables_web.curated), {**usual, "paper_id": paper_id, **words})


def by_category(store: Store) -> set[tuple[str, dt.date, int]]:
    with store.database.read() as connection:
        return {tuple(row) for row in connection.execute(sa.select(tables_web.paper_categories))}  # type: ignore[misc]


# ------------------------------------------------------------------------ the community's list


def test_the_list_is_what_a_community_listed_the_most_upvoted_first(store: Store) -> None:
    absorb(store, *(listing(number) for number in range(1, 6)), liked(2, 5), liked(4, 80), liked(5, 0))
    page = store.lists.trending(DAY, DAY, has_community=True, limit=10)
    assert ids(page) == [4, 2, 5]
    assert page.total == 3


def test_our_readers_votes_count_with_the_communitys(store: Store) -> None:
    absorb(store, listing(1), listing(2), liked(1, 5), liked(2, 3))
    with store.database.begin() as connection:
        connection.execute(sa.update(tables.papers).where(tables.papers.c.id == 2).values(votes=3))
    assert ids(store.lists.trending(DAY, DAY, has_community=True, limit=10)) == [2, 1]


def test_a_picked_paper_leads_and_a_hidden_one_is_left_out(store: Store) -> None:
    absorb(store, *(listing(number) for number in (1, 2, 3)), liked(1, 1), liked(2, 90), liked(3, 50))
    curate(store, 1, picked_by="Ada", sentence="Read it.")
    curate(store, 3, hidden_by="Bo")
    page = store.lists.trending(DAY, DAY, has_community=True, limit=10)
    assert ids(page) == [1, 2]
    assert page.total == 2
    assert page.entries[0].curated is not None
    assert page.entries[0].curated.sentence == "Read it."
    assert page.entries[1].curated is None
    # It is the community's list that it is hidden from.
    assert ids(store.lists.new(DAY, DAY, limit=10)) == [3, 2, 1]


def test_without_a_community_the_list_is_all_that_came_that_day_and_what_was_submitted(store: Store) -> None:
    absorb(store, listing(1), listing(2), listing(3, day=LATER), liked(2, 9))
    with store.database.begin() as connection:
        changed = sa.update(tables.papers).where(tables.papers.c.id == 1).values(community_listed=LATER)
        connection.execute(changed)
    assert ids(store.lists.trending(DAY, DAY, has_community=False, limit=10)) == [2, 1]
    assert ids(store.lists.trending(LATER, LATER, has_community=False, limit=10)) == [3]
    curate(store, 1, submitted_by="Ada")
    assert ids(store.lists.trending(LATER, LATER, has_community=False, limit=10)) == [3, 1]
    assert ids(store.lists.trending(DAY, LATER, has_community=False, limit=10)) == [2, 3, 1]


def test_pages_follow_each_other_and_know_how_many_there_are(store: Store) -> None:
    absorb(store, *(listing(number) for number in range(1, 8)), *(liked(number, 9) for number in range(1, 8)))
    pages = [
        store.lists.trending(DAY, DAY, has_community=True, limit=3, offset=offset) for offset in (0, 3, 6, 9)
    ]
    assert [ids(page) for page in pages] == [[7, 6, 5], [4, 3, 2], [1], []]
    assert {page.total for page in pages} == {7}
    assert ids(store.lists.new(DAY, DAY, limit=-1, offset=-1)) == []


# ------------------------------------------------------------------------ what is new


def test_the_newest_day_comes_first(store: Store) -> None:
    absorb(store, listing(1, day=LATER), listing(2), listing(3))
    assert ids(store.lists.new(*ALWAYS, limit=10)) == [1, 3, 2]
    assert ids(store.lists.new(DAY, DAY, limit=10)) == [3, 2]
    assert store.lists.new(DAY, DAY, limit=1).total == 2


def test_a_category_narrows_every_list(store: Store) -> None:
    absorb(
        store,
        listing(1, categories=("cs.CV", "cs.LG")),
        listing(2, channel="cs.LG", categories=("cs.LG",)),
        listing(3, channel="math.AG", categories=("math.AG",)),
        *(liked(number, number) for number in (1, 2, 3)),
    )
    assert ids(store.lists.new(DAY, DAY, category="cs.LG", limit=10)) == [2, 1]
    for has_community in (True, False):
        page = store.lists.trending(DAY, DAY, category="cs.LG", has_community=has_community, limit=10)
        assert ids(page) == [2, 1]
        assert page.total == 2
    assert ids(store.lists.new(DAY, DAY, category="cs.", limit=10)) == []
    assert store.lists.categories(DAY, DAY) == [("cs.LG", 2), ("cs.CV", 1), ("math.AG", 1)]
    assert store.lists.categories(DAY, DAY, has_community=True) == store.lists.categories(DAY, DAY)
    assert store.lists.categories(LATER, LATER) == []


def test_ids_are_those_of_a_period_and_a_category(store: Store) -> None:
    absorb(store, listing(1), listing(2, channel="cs.LG", categories=("cs.LG",)), listing(3, day=LATER))
    assert store.lists.ids(None, None) == [1, 2, 3]
    assert store.lists.ids(LATER, None) == [3]
    assert store.lists.ids(None, DAY, category="cs.LG") == [2]


# ------------------------------------------------------------------------ days and months


def test_days_lead_to_the_next_ones_that_have_papers(store: Store) -> None:
    absorb(store, listing(1), listing(2, day=DAY + dt.timedelta(days=9)), liked(1, 3))
    assert store.lists.days(LATER, has_community=False) == (DAY, DAY + dt.timedelta(days=9))
    assert store.lists.days(LATER, has_community=True) == (DAY, None)
    assert store.lists.days(DAY, has_community=True) == (None, None)


def test_a_day_of_an_editor_alone_is_a_day_with_papers_where_no_community_lists_any(store: Store) -> None:
    absorb(store, listing(1), listing(2))
    with store.database.begin() as connection:
        connection.execute(sa.update(tables.papers).values(community_listed=LATER))
    curate(store, 1, submitted_by="Ada")  # and 2 was upvoted, which makes no day there
    after = LATER + dt.timedelta(days=1)
    assert store.lists.days(after, has_community=False) == (LATER, None)
    assert store.lists.days(DAY, has_community=False) == (None, LATER)
    assert store.lists.days(after, has_community=False, is_new=True) == (DAY, None)
    (april,) = store.lists.months(has_community=False)
    assert april.days == ((LATER, 1), (DAY, 2))
    assert list(store.lists.best(DAY, LATER, has_community=False)) == [DAY, LATER]


def test_months_hold_their_days(store: Store) -> None:
    absorb(
        store,
        listing(1),
        listing(2),
        listing(3, day=LATER),
        listing(4, day=dt.date(2026, 3, 31)),
        liked(1, 3),
    )
    april, march = store.lists.months(has_community=False)
    assert (april.first, april.count, april.days) == (dt.date(2026, 4, 1), 3, ((LATER, 1), (DAY, 2)))
    assert march.days == ((dt.date(2026, 3, 31), 1),)
    (only,) = store.lists.months(has_community=True)
    assert only.days == ((DAY, 1),)


# ------------------------------------------------------------------------ single papers


@pytest.mark.parametrize("ref", ["2604.00001", "2604.00001v7", "https://arxiv.org/abs/2604.00001", "p1"])
def test_a_paper_is_found_by_its_names(store: Store, ref: str) -> None:
    absorb(store, listing(1), listing(2))
    entry = store.lists.paper(ref)
    assert entry is not None
    assert entry.paper.id == 1


@pytest.mark.parametrize(
    "ref", ["", "p", "p0", "p99", "p-1", "p²", "p99999999999999999999", "2604.99999", "1", "x", "p1' OR 1=1"]
)
def test_what_names_no_paper_is_none(store: Store, ref: str) -> None:
    absorb(store, listing(1))
    assert store.lists.paper(ref) is None


def preprint(**words: Any) -> Listing:
    usual: dict[str, Any] = {
        "source": "feed",
        "key": "a",
        "doi": "10.5555/abc",
        "day": DAY,
        "title": "A sky seen from a roof top",
        "categories": ("Astronomy",),
    }
    return Listing(**{**usual, **words})


def test_a_paper_that_turned_out_to_be_another_is_that_other(store: Store) -> None:
    absorb(store, listing(1), preprint())
    absorb(store, listing(1, key="again", doi="10.5555/abc"))
    entry = store.lists.paper("p2")
    assert entry is not None
    assert entry.paper.id == 1
    assert {number: one.paper.id for number, one in store.lists.entries([1, 2, 3]).items()} == {1: 1, 2: 1}
    assert ids(store.lists.new(DAY, DAY, limit=10)) == [1]
    assert store.lists.new(DAY, DAY, category="Astronomy", limit=10).total == 0
    assert by_category(store) == {("cs.CV", DAY, 1)}
    assert set(store.terms.read([1, 2])) == {1}


def test_listings_of_a_paper_say_who_listed_it_and_when(store: Store) -> None:
    absorb(store, listing(1), listing(1, channel="cs.LG", kind="cross"), liked(1, 3, day=LATER))
    assert store.lists.listings_of(1) == [
        ("arxiv", "cs.CV", DAY),
        ("arxiv", "cs.LG", DAY),
        ("huggingface", "", LATER),
    ]
    assert store.lists.listings_of(2) == []


# ------------------------------------------------------------------------ what follows from papers


def test_a_paper_moves_with_its_categories_and_its_day(store: Store) -> None:
    absorb(store, listing(1, day=LATER))
    absorb(store, listing(1, channel="cs.LG", categories=("cs.CV", "cs.LG"), kind="cross"))
    assert by_category(store) == {("cs.CV", DAY, 1), ("cs.LG", DAY, 1)}


def test_terms_are_kept_as_papers_come_and_change(store: Store) -> None:
    absorb(store, listing(1), listing(2))
    first = store.terms.read([1, 2, 3])
    assert first == {
        number: pack(terms_of_paper(listing(number).title, listing(number).abstract)) for number in (1, 2)
    }
    absorb(store, listing(1, kind="replace", version=2, title="Another title of the sky", day=LATER))
    after = store.terms.read([1, 2])
    assert after[1] == pack(terms_of_paper("Another title of the sky", listing(1).abstract))
    assert after[2] == first[2]
    assert store.terms.last() == 2
    assert list(store.terms.rows(after=1)) == [(2, after[2])]


def test_terms_of_a_library_from_before_are_filled_in_bit_by_bit(store: Store) -> None:
    absorb(store, *(listing(number) for number in range(1, 8)), preprint())
    absorb(store, listing(1, channel="cs.LG", doi="10.5555/abc"))
    whole = list(store.terms.rows())
    assert [number for number, _ in whole] == list(range(1, 8))
    with store.database.begin() as connection:
        table = tables_web.paper_terms
        connection.execute(sa.delete(table).where(table.c.paper_id.not_in([2, 7])))
    assert [store.terms.fill(limit=3) for _ in range(4)] == [3, 2, 0, 0]
    assert list(store.terms.rows()) == whole
    with statements(store) as sent:
        assert store.terms.fill(limit=3) == 0
    assert len(sent) == 1


def test_an_emptied_paper_is_near_by_its_title_alone(store: Store) -> None:
    absorb(store, listing(1), listing(2, day=LATER))
    assert store.pruning.papers(before=LATER, limit=10) == 1
    found = store.terms.read([1, 2])
    assert found[1] == pack(terms_of_paper(listing(1).title, ""))
    assert found[2] == pack(terms_of_paper(listing(2).title, listing(2).abstract))
    assert {row[2] for row in by_category(store)} == {1, 2}


# ------------------------------------------------------------------------ what it costs

ASKED: dict[str, Callable[[Store], object]] = {
    "trending": lambda store: store.lists.trending(DAY, LATER, has_community=True, limit=20),
    "trending, no community": lambda store: store.lists.trending(DAY, LATER, has_community=False, limit=20),
    "trending, in a category": lambda store: store.lists.trending(
        DAY, LATER, category="cs.CV", has_community=True, limit=20
    ),
    "trending, in a category, no community": lambda store: store.lists.trending(
        DAY, LATER, category="cs.CV", has_community=False, limit=20
    ),
    "hottest": lambda store: store.lists.trending(DAY, LATER, has_community=True, hot_at=NOON, limit=20),
    "hottest, no community": lambda store: store.lists.trending(
        DAY, LATER, has_community=False, hot_at=NOON, limit=20
    ),
    "hottest, in a category": lambda store: store.lists.trending(
        DAY, LATER, category="cs.CV", has_community=True, hot_at=NOON, limit=20
    ),
    "hottest, by day": lambda store: store.lists.trending(
        DAY, LATER, has_community=True, by_day=True, hot_at=NOON, limit=20
    ),
    "hottest of each day": lambda store: store.lists.best(DAY, LATER, has_community=True, hot_at=NOON),
    "new": lambda store: store.lists.new(DAY, LATER, limit=20),
    "new, in a category": lambda store: store.lists.new(DAY, LATER, category="cs.CV", limit=20),
    "days": lambda store: store.lists.days(DAY, has_community=False),
    "days, of the community": lambda store: store.lists.days(DAY, has_community=True),
    "categories": lambda store: store.lists.categories(DAY, LATER),
    "categories, of the community": lambda store: store.lists.categories(DAY, LATER, has_community=True),
    "a paper": lambda store: store.lists.paper("2604.00007"),
    "a paper, by number": lambda store: store.lists.paper("p7"),
    "entries": lambda store: store.lists.entries(range(1, 21)),
    "ids": lambda store: store.lists.ids(DAY, LATER),
    "ids, in a category": lambda store: store.lists.ids(DAY, LATER, category="cs.CV"),
    "listings": lambda store: store.lists.listings_of(7),
    "terms": lambda store: store.terms.read(range(1, 21)),
    "last terms": lambda store: store.terms.last(),
}
# All days are in the archive, whose counts stand in an index; a union has no name of its own.
WALKED = ("SCAN listed", "SCAN names", "SCAN (subquery", "SCAN curated", "SCAN anon")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A hundred papers of ten days, to look at. Without statistics SQLite plans for them as for a million."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('many') / 'digest.db'}") as store:
        batch = [listing(number, day=DAY + dt.timedelta(days=number % 10)) for number in range(1, 101)]
        absorb(store, *batch, *(liked(number, number) for number in range(1, 101, 3)))
        yield store


@pytest.mark.parametrize("question", ASKED)
def test_no_question_reads_the_whole_library(many: Store, question: str) -> None:
    with statements(many) as sent:
        ASKED[question](many)
    whole = [step for step in plan(many, sent) if step.startswith("SCAN") and not step.startswith(WALKED)]
    assert whole == []


def test_the_archive_reads_an_index_alone(many: Store) -> None:
    for has_community in (True, False):
        with statements(many) as sent:
            many.lists.months(has_community=has_community)
        steps = plan(many, sent)
        assert any("USING COVERING INDEX papers_by" in step for step in steps)
        assert [step for step in steps if step.startswith("SCAN papers") and "COVERING" not in step] == []


@pytest.mark.parametrize("has_community", [True, False])
@pytest.mark.parametrize("hot_at", [None, NOON])
def test_thousands_are_sorted_by_what_stands_in_an_index(
    many: Store, has_community: bool, hot_at: dt.datetime | None
) -> None:
    with statements(many) as sent:
        many.lists.trending(DAY, LATER, has_community=has_community, hot_at=hot_at, limit=20)
    index = "papers_by_community (community" if has_community else "papers_by_day (first"
    steps = plan(many, [one for one in sent if "LIMIT" in one[0]])
    assert [step for step in steps if f"USING COVERING INDEX {index}" in step]


@pytest.mark.parametrize(
    "question",
    [
        "trending",
        "trending, no community",
        "hottest",
        "hottest, no community",
        "new",
        "new, in a category",
        "entries",
    ],
)
def test_statements_do_not_grow_with_the_papers_shown(store: Store, question: str) -> None:
    absorb(store, listing(1), liked(1, 5))
    with statements(store) as few:
        ASKED[question](store)
    absorb(
        store, *(listing(number) for number in range(2, 60)), *(liked(number, 5) for number in range(2, 60))
    )
    with statements(store) as many_:
        ASKED[question](store)
    assert len(few) == len(many_) <= 4


def test_a_whole_scan_would_be_seen(many: Store) -> None:
    with statements(many) as sent, many.database.read() as connection:
        connection.execute(sa.select(tables.papers).where(tables.papers.c.title == "x")).all()
    assert [step for step in plan(many, sent) if step.startswith("SCAN")]


def test_upkeep_leaves_a_paper_that_did_not_change_alone(store: Store) -> None:
    absorb(store, listing(1), listing(2))
    with statements(store) as sent:
        absorb(store, listing(1), listing(2, key="again"))
    changed = (
        "INSERT INTO paper_terms",
        "DELETE FROM paper_terms",
        "INSERT INTO paper_categories",
        "UPDATE papers",
    )
    assert [statement for statement, _ in sent if statement.startswith(changed)] == []
