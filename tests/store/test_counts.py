"""What is counted of papers: by day, as warmth, and in the order of lists and mails."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.core.features import Candidate, Window
from digest.core.select import Want, select
from digest.core.trending import Growth, paper_heat, warmth
from digest.model import Listing, Subscriber
from digest.store import Store, tables, tables_web
from digest.store.members import Admission
from digest.store.tables_learning import paper_counts
from tests.store.shelves import DAY, LATER, liked, listing, statements

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
HOUR = dt.timedelta(hours=1)
A_DAY = dt.timedelta(days=1)


def read(store: Store, *listings: Listing, at: dt.datetime = NOON) -> None:
    """What a source's reading at that time brings."""
    with store.database.begin() as connection:
        store.papers.absorb(connection, listings, at=at)


def rows(store: Store) -> list[tuple[object, ...]]:
    with store.database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(paper_counts))]


def warm(store: Store, number: int = 1) -> float:
    with store.database.read() as connection:
        found = connection.scalar(sa.select(tables.papers.c.warmth).where(tables.papers.c.id == number))
    assert found is not None
    return float(found)


def joined(store: Store, emails: Sequence[str], *, at: dt.datetime | None = None) -> list[int]:
    """Readers of these addresses, since then."""
    store.subscribers.add_all([Admission(subscriber=Subscriber(email=email)) for email in emails])
    with store.database.begin() as connection:
        table = tables.subscribers
        connection.execute(sa.update(table).where(table.c.email.in_(emails)).values(joined_at=at))
        return list(connection.scalars(sa.select(table.c.id).where(table.c.email.in_(emails))))


# ---------------------------------------------------------------------------- by day


def test_a_day_keeps_what_was_counted_last_and_a_day_without_change_nothing(store: Store) -> None:
    read(store, liked(1, 5, stars=100, comments=1), listing(2))
    read(store, liked(1, 9, stars=110, comments=2), at=NOON + 6 * HOUR)
    assert rows(store) == [(1, DAY, 9, 2, 110)]
    read(store, liked(1, 9, stars=110, comments=2), at=NOON + A_DAY)
    assert rows(store) == [(1, DAY, 9, 2, 110)]
    read(store, liked(1, 9, stars=170, comments=2), at=NOON + 2 * A_DAY)
    assert rows(store)[1:] == [(1, DAY + 2 * A_DAY, 9, 2, 170)]


def test_what_was_only_looked_up_is_no_days_count(store: Store) -> None:
    with store.database.begin() as connection:
        store.papers.absorb(connection, [liked(1, 5, stars=100)], as_news=False)
    assert rows(store) == []
    assert warm(store) == 5


def test_growth_is_told_since_the_day_of_the_first_count(store: Store) -> None:
    read(store, liked(1, 5, stars=100), liked(2, 5, stars=50), liked(3, 5), listing(4))
    assert store.counts.growth(range(9), today=DAY) == {}
    read(store, liked(1, 5, stars=220), liked(2, 5, stars=40), liked(3, 5, stars=9), at=NOON + A_DAY)
    assert store.counts.growth(range(9), today=DAY) == {}
    assert store.counts.growth(range(9), today=LATER) == {1: Growth(stars=120, since=DAY)}
    read(store, liked(1, 5, stars=300), at=NOON + 2 * A_DAY)
    assert store.counts.growth([1], today=LATER + A_DAY) == {1: Growth(stars=200, since=DAY)}
    assert store.counts.growth([2, 3], today=LATER) == {}


def test_growth_of_a_thousand_papers_is_asked_in_few_statements(store: Store) -> None:
    read(store, *(liked(number, 1, stars=number) for number in range(1, 6)))
    with statements(store) as sent:
        store.counts.growth(range(1000), today=LATER)
    assert len(sent) == 4


def test_old_days_are_taken_away_step_by_step(store: Store) -> None:
    for day in range(5):
        read(store, *(liked(number, day, stars=day) for number in (1, 2)), at=NOON + day * A_DAY)
    before = DAY + 3 * A_DAY
    assert [store.counts.prune(before=before, limit=4) for _ in range(3)] == [4, 2, 0]
    assert {row[1] for row in rows(store)} == {before, before + A_DAY}


# ---------------------------------------------------------------------------- warmth


def test_stars_that_come_are_warm_and_those_that_were_there_are_not(store: Store) -> None:
    read(store, liked(1, 5, stars=40_000), liked(2, 5, stars=0))
    assert warm(store, 1) == warm(store, 2) == 5
    read(store, liked(1, 5, stars=40_100), liked(2, 5, stars=100), at=NOON + A_DAY)
    assert warm(store, 1) == warm(store, 2) == warmth(upvotes=5, stars_gained=100)


def test_warmth_is_that_of_the_formula_whatever_happened_before(store: Store) -> None:
    read(store, liked(1, 300, stars=7, comments=4), listing(2))
    ada, bob = joined(store, ["ada@lab.org", "bob@else.org"])
    for reader in (ada, bob):
        assert store.votes.upvote(reader, 1, at=NOON)
        assert store.votes.upvote(reader, 2, at=NOON)
    assert warm(store) == warmth(upvotes=300, votes=2, comments=4)
    assert warm(store, 2) == 2
    assert store.votes.upvote(ada, 1, at=NOON, on=False)
    read(store, liked(1, 301, stars=27, comments=4), at=NOON + A_DAY)
    assert warm(store) == warmth(upvotes=301, votes=1, comments=4, stars_gained=20)
    entry = store.lists.paper("p1")
    assert entry is not None
    assert entry.paper.warmth == warm(store)
    assert store.subscribers.erase("bob@else.org", at=NOON)
    assert (warm(store), warm(store, 2)) == (warmth(upvotes=301, comments=4, stars_gained=20), 1)


def test_a_paper_that_only_its_words_changed_keeps_its_warmth(store: Store) -> None:
    read(store, liked(1, 30, stars=7))
    read(store, listing(1, abstract="We look at the sky for a longer time, and say more of it."))
    assert warm(store) == 30


def test_mailboxes_of_one_domain_and_newcomers_do_not_make_a_paper_hot(store: Store) -> None:
    """Two hundred mailboxes of one domain and two hundred that joined this morning, against forty readers."""
    read(store, *(listing(number) for number in (1, 2, 3)))
    long_ago = NOON - 60 * A_DAY
    armies = {
        1: joined(store, [f"r{number}@lab{number}.org" for number in range(40)], at=long_ago),
        2: joined(store, [f"r{number}@m{number}.evil.org" for number in range(200)], at=long_ago),
        3: joined(store, [f"r{number}@evil{number}.org" for number in range(200)], at=NOON - 3 * HOUR),
    }
    for paper_id, readers in armies.items():
        for reader in readers:
            assert store.votes.upvote(reader, paper_id, at=NOON)
    assert warm(store, 1) == 40
    assert warm(store, 2) < 25
    assert warm(store, 3) == 3
    page = store.lists.trending(DAY, DAY, has_community=True, hot_at=NOON + HOUR, limit=9)
    assert [entry.paper.id for entry in page.entries] == [1, 2, 3]
    # The count that is shown hides nothing.
    assert [entry.paper.votes for entry in page.entries] == [40, 200, 200]
    upvoted = store.lists.trending(DAY, DAY, has_community=True, limit=9)
    assert [entry.paper.id for entry in upvoted.entries] == [3, 2, 1]


def test_two_papers_that_are_one_have_one_history_and_the_earlier_hour(store: Store) -> None:
    preprint = Listing(
        source="feed", key="a", doi="10.5555/abc", day=DAY, title="A sky seen from a roof top",
        upvotes=3, stars=10, community_at=NOON - HOUR,
    )  # fmt: skip
    read(store, preprint)
    read(store, liked(1, 5, stars=30, day=LATER, community_at=NOON + A_DAY), at=NOON + A_DAY)
    read(store, listing(1, key="again", doi="10.5555/abc", day=LATER), at=NOON + A_DAY)
    assert rows(store) == [(2, DAY, 3, None, 10), (2, LATER, 5, None, 30)]
    entry = store.lists.paper("p1")
    assert entry is not None
    assert entry.paper.id == 2
    assert (entry.paper.community_listed, entry.paper.community_at) == (DAY, NOON - HOUR)


def test_a_paper_comes_into_our_list_at_the_hour_of_its_first_vote_and_goes_with_the_last(
    store: Store,
) -> None:
    read(store, listing(1), liked(2, 5, community_at=NOON))
    ada, bob = joined(store, ["ada@lab.org", "bob@else.org"])
    assert store.votes.upvote(ada, 1, at=NOON + HOUR)
    assert store.votes.upvote(bob, 1, at=NOON + 30 * HOUR)
    assert store.votes.upvote(ada, 2, at=NOON + 30 * HOUR)
    assert [entry.paper.community_at for entry in store.lists.entries([1, 2]).values()] == [NOON + HOUR, NOON]
    for reader in (ada, bob):
        assert store.votes.upvote(reader, 1, at=NOON, on=False)
    gone = store.lists.entries([1])[1].paper
    assert (gone.community_listed, gone.community_at, gone.warmth) == (None, None, 0)


# ---------------------------------------------------------------------------- the order


COMMUNITY = st.tuples(
    st.integers(0, 5000), st.none() | st.integers(0, 24 * 3600 - 1), st.integers(-9, 0), st.integers(0, 30)
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(COMMUNITY, min_size=1, max_size=12), st.integers(-9 * 24 * 3600, 10 * 24 * 3600))
def test_lists_are_in_the_order_of_heat_at_any_hour(
    store: Store, told: list[tuple[int, int | None, int, int]], later_s: int
) -> None:
    with store.database.begin() as connection:
        for table in (tables.papers, tables.paper_keys, tables.listings, paper_counts, tables_web.paper_terms,
                      tables_web.paper_categories):  # fmt: skip
            connection.execute(sa.delete(table))
    midnight = dt.datetime.combine(DAY, dt.time(), dt.UTC)
    read(
        store,
        *(
            liked(
                number,
                upvotes,
                comments=comments,
                day=DAY + day * A_DAY,
                community_at=None if at is None else midnight + dt.timedelta(days=day, seconds=at),
            )
            for number, (upvotes, at, day, comments) in enumerate(told, 1)
        ),
    )
    now = NOON + dt.timedelta(seconds=later_s)
    for has_community in (True, False):
        page = store.lists.trending(DAY - 9 * A_DAY, DAY, has_community=has_community, hot_at=now, limit=20)
        papers = [entry.paper for entry in page.entries]
        assert page.total == len(papers) == len(told)
        expected = sorted(papers, key=lambda one: (-paper_heat(one, now), -one.id))
        assert [one.id for one in papers] == [one.id for one in expected]


def test_the_mail_and_the_page_agree(store: Store) -> None:
    """The trending section of a reader without topics, and the list of the same days at the same time: also
    where one is listed late, has comments, gained stars, or is as hot as another."""
    at = dt.datetime.combine(DAY, dt.time(), dt.UTC)
    titles = ("Rivers under winter taxation", "Glaciers and their ledgers", "Orchards in early markets",
              "Granules of shear currents", "Harvests at high pressure", "Tides of a northern delta",
              "Moths around street lamps", "Copper roofs in acid rain")  # fmt: skip
    first = [
        liked(number, 10 + 3 * number, title=title, abstract="", day=DAY, stars=100,
              community_at=at + number * 2 * HOUR)
        for number, title in enumerate(titles, 1)
    ]  # fmt: skip
    read(store, *first)
    later = [dataclasses.replace(one, comments=number % 5, stars=100 + 40 * (number % 3))
             for number, one in enumerate(first)]  # fmt: skip
    read(
        store, *later, liked(9, 40, title="Wells of the salt desert", abstract="", day=LATER), at=NOON + A_DAY
    )
    twins = [
        listing(10, title="Twins of wool", abstract=""),
        listing(11, title="Twins of brass", abstract=""),
    ]
    read(store, *twins)
    read(store, *(dataclasses.replace(one, source="huggingface", channel="", upvotes=7, day=LATER)
                  for one in reversed(twins)), at=NOON + A_DAY)  # fmt: skip
    now = NOON + 26 * HOUR
    page = store.lists.trending(DAY, LATER, has_community=True, hot_at=now, limit=30)
    window = Window.of(
        store.papers.statistics(),
        [
            Candidate(paper=one.paper, sequence=one.sequence)
            for one in store.papers.news(after=0, upto=store.papers.last_sequence(), first_day=DAY)
        ],
        today=now,
    )
    want = Want(subscriber=Subscriber(email="ada@example.org", max_papers=30))
    (section,) = select(window, [want])[0].sections
    assert [item.paper_id for item in section.items] == [entry.paper.id for entry in page.entries]
    assert len(section.items) == 11


@pytest.mark.parametrize("period", [(DAY, DAY), (DAY, LATER), (DAY.replace(day=1), DAY.replace(day=30))])
def test_a_day_a_week_and_a_month_have_either_order(store: Store, period: tuple[dt.date, dt.date]) -> None:
    read(
        store,
        liked(1, 90, community_at=NOON - 11 * HOUR),
        liked(2, 80, community_at=NOON),
        liked(3, 30, day=LATER),
    )
    now = NOON + A_DAY + 6 * HOUR
    hot = store.lists.trending(*period, has_community=True, hot_at=now, limit=9)
    upvoted = store.lists.trending(*period, has_community=True, limit=9)
    last = [] if period[1] == DAY else [3]
    assert [entry.paper.id for entry in hot.entries] == [2, 1, *last]
    assert [entry.paper.id for entry in upvoted.entries] == [1, 2, *last]
