"""What is taken away, what stays, and what a reader's past costs a run."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import DeliveryEvent, Edition, Item, Listing, Outcome, Reason, Section, Slot, Subscriber
from digest.store import tables
from digest.store.bounces import SoftBounces
from digest.store.flights import Landing
from digest.store.limits import Limits
from digest.store.members import Admission
from digest.store.pruning import old_deliveries_query

if TYPE_CHECKING:
    from digest.model import EventKind
    from digest.store import Store

ACCEPTED = Outcome(kind="accepted", provider_id="ok")
BEGIN = dt.datetime(2025, 1, 1, 5, tzinfo=dt.UTC)
LISTING = Listing(
    source="arxiv",
    channel="cs.CV",
    key="2501.90001",
    arxiv_id="2501.90001",
    day=BEGIN.date(),
    title="Sampling the sky with small telescopes and patience",
    abstract="We look at the sky for a long time.",
    gist="Look up.",
    thumbnail_url="https://i.example/1.png",
    code_url="https://example.org/code",
    authors=("Ada Lovelace", "Bo Ek"),
    categories=("cs.CV",),
)


def day(number: int) -> dt.datetime:
    return BEGIN + dt.timedelta(days=number)


def reader(store: Store, name: str = "ada") -> int:
    store.subscribers.add(Admission(subscriber=Subscriber(email=f"{name}@example.org")))
    member = store.subscribers.find(f"{name}@example.org")
    assert member is not None
    return member.subscriber.id


def slot(number: int) -> Slot:
    return Slot(key=f"{day(number):%Y-%m-%d}", scheduled_at=day(number), next_at=day(number + 1))


def planned(store: Store, subscriber_id: int, number: int) -> str:
    (delivery_id,) = store.deliveries.plan([(subscriber_id, slot(number))], now=day(number))
    return delivery_id


def composed(store: Store, subscriber_id: int, number: int, *papers: int) -> str:
    delivery_id = planned(store, subscriber_id, number)
    items = tuple(
        Item(paper_id=paper, revision=1, score=50.0, reasons=(Reason(kind="keyword", words="x"),))
        for paper in papers
    )
    edition = Edition(
        slot=slot(number), sections=(Section(kind="topic", title="T", items=items),), considered=9
    )
    store.editions.freeze(
        [(delivery_id, subscriber_id, edition)], cut_off=10 * number, made_at=day(number), now=day(number)
    )
    return delivery_id


def sent(
    store: Store,
    subscriber_id: int,
    number: int,
    *papers: int,
    outcome: Outcome = ACCEPTED,
) -> str:
    delivery_id = composed(store, subscriber_id, number, *papers)
    at = day(number)
    store.flights.claim([(delivery_id, "example.org")], owner="me", provider="null", limits=Limits(), now=at)
    landing = Landing(delivery_id=delivery_id, domain="example.org", outcome=outcome)
    store.flights.land([landing], owner="me", provider="null", soft_bounces=SoftBounces(), now=at)
    return delivery_id


def tell(store: Store, delivery_id: str, kind: EventKind, number: int) -> None:
    event = DeliveryEvent(delivery_id=delivery_id, kind=kind, teller="test", name=kind, at=day(number))
    store.events.absorb([event], soft_bounces=SoftBounces(), now=day(number))


def absorb(store: Store, *listings: Listing, as_news: bool = True) -> None:
    with store.database.begin() as connection:
        store.papers.absorb(connection, listings, as_news=as_news)


def count(store: Store, table: sa.Table) -> int:
    with store.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def gathered(store: Store, number: int, *, overdue: int | None = None, limit: int = 100) -> int:
    late = number if overdue is None else overdue
    return store.pruning.remember(made_before=day(number), overdue=day(late), limit=limit)


# ---------------------------------------------------------------------------- deliveries


def test_a_delivery_goes_with_its_edition_and_events_and_what_it_showed_stays(store: Store) -> None:
    ada = reader(store)
    old = sent(store, ada, 1, 3, 1, 2)
    tell(store, old, "deferred", 1)
    tell(store, old, "delivered", 2)
    sent(store, ada, 50, 4, 2)
    assert store.pruning.deliveries(before=day(40), limit=100) == 1
    assert store.deliveries.by_id([old]) == {}
    assert count(store, tables.editions) == 1
    assert count(store, tables.delivery_events) == 0
    assert store.editions.shown([ada]) == {ada: frozenset({1, 2, 3, 4})}


def test_papers_of_a_mail_that_did_not_arrive_are_not_remembered(store: Store) -> None:
    ada = reader(store)
    sent(store, ada, 1, 7, outcome=Outcome(kind="rejected", reason="too big"))
    bounced = sent(store, ada, 2, 8)
    tell(store, bounced, "dropped", 3)
    sent(store, ada, 50, 9)
    assert store.pruning.deliveries(before=day(40), limit=100) == 2
    assert store.editions.shown([ada]) == {ada: frozenset({9})}


def test_what_is_not_settled_stays_however_old_it_is(store: Store) -> None:
    waiting = planned(store, reader(store, "planned"), 1)
    frozen = composed(store, reader(store, "composed"), 1, 1)
    again = sent(store, reader(store, "retry"), 1, 2, outcome=Outcome(kind="retry", reason="450"))
    unknown = sent(store, reader(store, "uncertain"), 1, 3, outcome=Outcome(kind="uncertain"))
    flying = composed(store, reader(store, "sending"), 1, 4)
    store.flights.claim([(flying, "example.org")], owner="me", provider="null", limits=Limits(), now=day(1))
    for name in ("planned", "composed", "retry", "uncertain", "sending"):
        member = store.subscribers.find(f"{name}@example.org")
        assert member is not None
        with store.database.begin() as connection:  # a newer one, so that none is kept for its cut-off
            connection.execute(
                sa.insert(tables.deliveries).values(
                    id=f"new {name}", subscriber_id=member.subscriber.id, slot="x", scheduled_at=day(900),
                    next_at=day(901), state="skipped", cut_off=1, updated_at=day(900),
                )
            )  # fmt: skip
    assert store.pruning.deliveries(before=day(800), limit=100) == 0
    assert gathered(store, 800) == 0
    ids = [waiting, frozen, again, unknown, flying]
    states = [store.deliveries.by_id(ids)[one].state for one in ids]
    assert states == ["planned", "composed", "retry", "uncertain", "sending"]
    assert len(store.editions.by_delivery(ids)) == 4


def test_the_cut_off_of_a_reader_who_was_away_for_years_is_kept(store: Store) -> None:
    ada = reader(store)
    for number in range(5):
        sent(store, ada, number, number + 1)
    last = planned(store, ada, 5)
    store.editions.freeze([], skipped=[last], cut_off=55, made_at=day(5), now=day(5))
    assert store.pruning.deliveries(before=day(900), limit=100) == 5
    assert store.pruning.deliveries(before=day(900), limit=100) == 0
    assert store.editions.cut_offs([ada]) == {ada: 55}
    assert store.editions.shown([ada]) == {ada: frozenset({1, 2, 3, 4, 5})}


def test_a_newer_slot_that_moved_no_cut_off_does_not_let_the_last_one_go(store: Store) -> None:
    ada = reader(store)
    sent(store, ada, 1, 1)
    sent(store, ada, 2, 2, outcome=Outcome(kind="rejected", reason="no"))
    planned(store, ada, 3)
    planned(store, ada, 4)  # the third expires
    assert store.pruning.deliveries(before=day(900), limit=100) == 2
    assert store.editions.cut_offs([ada]) == {ada: 10}


def test_a_slot_whose_row_is_gone_is_not_owed_again(store: Store) -> None:
    ada = reader(store)
    sent(store, ada, 1, 1)
    sent(store, ada, 2, 2)
    assert store.pruning.deliveries(before=day(900), limit=100) == 1
    assert store.deliveries.plan([(ada, slot(1))], now=day(3)) == []


def test_a_step_takes_no_more_than_it_may_and_the_oldest_first(store: Store) -> None:
    ada = reader(store)
    ids = [sent(store, ada, number, number + 1) for number in range(8)]
    assert store.pruning.deliveries(before=day(100), limit=3) == 3
    assert set(store.deliveries.by_id(ids)) == set(ids[3:])
    assert [store.pruning.deliveries(before=day(100), limit=3) for _ in range(3)] == [3, 1, 0]


def test_what_may_go_is_found_by_walking_an_index(store: Store) -> None:
    query = old_deliveries_query(before=day(1), limit=5)
    with store.database.read() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = [row.detail for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))]
    assert any("deliveries_by_time (scheduled_at<?)" in line for line in plan), plan
    assert any("deliveries_by_reader (subscriber_id=? AND scheduled_at>?)" in line for line in plan), plan
    assert not any("SCAN" in line or "TEMP B-TREE" in line for line in plan), plan


# ---------------------------------------------------------------------------- what was shown


def test_what_was_shown_is_the_same_before_and_after_it_is_gathered(store: Store) -> None:
    readers = [reader(store, name) for name in ("ada", "bo", "eva")]
    for number in range(6):
        for place, one in enumerate(readers[:2]):
            sent(store, one, number, 10 * place + number, 40)
    before = store.editions.shown(readers)
    assert gathered(store, 4) == 2
    assert count(store, tables.shown_papers) == 2
    assert store.editions.shown(readers) == before
    assert gathered(store, 4) == 0
    assert gathered(store, 9) == 2
    assert store.editions.shown(readers) == before
    assert readers[2] not in before


def test_a_reader_is_gathered_only_when_overdue_and_then_up_to_the_later_time(store: Store) -> None:
    ada = reader(store)
    for number in range(10):
        sent(store, ada, number, number + 1)
    assert gathered(store, 8, overdue=0) == 0
    assert gathered(store, 8, overdue=1) == 1
    with store.database.read() as connection:
        left = connection.scalars(
            sa.select(sa.func.count()).where(sa.func.length(tables.editions.c.papers) > 0)
        ).one()
    assert left == 2


def test_gathering_goes_by_some_readers_at_a_time(store: Store) -> None:
    for number in range(5):
        sent(store, reader(store, f"r{number}"), 1, number + 1)
    assert [gathered(store, 9, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_an_edition_that_was_gathered_can_still_be_read(store: Store) -> None:
    ada = reader(store)
    delivery_id = sent(store, ada, 1, 5, 6)
    gathered(store, 9)
    edition = store.editions.by_delivery([delivery_id])[delivery_id].edition
    assert [item.paper_id for item in edition.items] == [5, 6]


PAPERS = st.frozensets(st.integers(1, 60), max_size=8)


@given(st.lists(PAPERS, min_size=1, max_size=8), PAPERS, st.integers(0, 9), st.integers(0, 9))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
def test_however_it_is_kept_a_reader_has_been_shown_the_same(
    store: Store, editions: list[frozenset[int]], asked: frozenset[int], gather: int, prune: int
) -> None:
    ada = reader(store, f"ada{count(store, tables.subscribers)}")  # each example has a reader of its own
    for number, papers in enumerate(editions):
        sent(store, ada, number, *papers)
    everything = frozenset[int]().union(*editions)
    gathered(store, gather)
    store.pruning.deliveries(before=day(prune), limit=100)
    assert store.editions.shown([ada]).get(ada, frozenset()) == everything
    assert store.editions.shown([ada], among=asked).get(ada, frozenset()) == everything & asked
    assert store.editions.cut_offs([ada]) == {ada: 10 * (len(editions) - 1)}


# ---------------------------------------------------------------------------- events


def test_an_event_of_no_delivery_goes_when_it_is_old(store: Store) -> None:
    for number in (1, 2, 30):
        tell(store, f"nobody's {number}", "delivered", number)
    assert store.pruning.events(before=day(10), limit=1) == 1
    assert store.pruning.events(before=day(10), limit=10) == 1
    assert store.pruning.events(before=day(10), limit=10) == 0
    assert count(store, tables.delivery_events) == 1


# ---------------------------------------------------------------------------- papers


def emptied(store: Store, number: int, *, keep: tuple[str, ...] = (), limit: int = 100) -> int:
    return store.pruning.papers(before=day(number).date(), keep=keep, limit=limit)


def test_an_old_paper_keeps_its_name_and_links_and_loses_its_words(store: Store) -> None:
    absorb(store, LISTING)
    absorb(store, dataclasses.replace(LISTING, kind="replace", version=2, abstract="We looked, twice."))
    (before,) = store.papers.by_arxiv_id(["2501.90001"]).values()
    assert emptied(store, 9) == 1
    (after,) = store.papers.by_arxiv_id(["2501.90001"]).values()
    assert after == dataclasses.replace(before, abstract="", gist=None, thumbnail_url=None)
    assert after.code_url == "https://example.org/code"
    assert count(store, tables.paper_revisions) == 0
    assert emptied(store, 9) == 0


def test_a_paper_that_was_listed_again_lately_keeps_its_words(store: Store) -> None:
    absorb(store, LISTING, dataclasses.replace(LISTING, channel="cs.LG", kind="cross", day=day(20).date()))
    assert emptied(store, 9) == 0
    assert store.papers.by_arxiv_id(["2501.90001"])["2501.90001"].abstract


def test_a_paper_that_is_listed_again_is_the_same_known_and_has_its_words_back(store: Store) -> None:
    ada = reader(store)
    absorb(store, LISTING)
    sent(store, ada, 1, 1)
    sent(store, ada, 30)
    statistics = store.papers.statistics()
    store.pruning.deliveries(before=day(20), limit=10)
    emptied(store, 20)
    seen = store.papers.last_sequence()
    absorb(store, dataclasses.replace(LISTING, source="blog", channel="", day=day(600).date()))
    (news,) = store.papers.news(after=seen, upto=store.papers.last_sequence(), first_day=day(600).date())
    assert (news.paper.id, news.paper.abstract, news.paper.gist) == (1, LISTING.abstract, LISTING.gist)
    assert store.editions.shown([ada], among={1}) == {ada: frozenset({1})}
    assert store.papers.statistics() == statistics


def test_a_replacement_gives_an_old_paper_its_words_until_the_next_round(store: Store) -> None:
    absorb(store, LISTING)
    emptied(store, 9)
    absorb(store, dataclasses.replace(LISTING, kind="replace", version=3))
    assert store.papers.by_arxiv_id(["2501.90001"])["2501.90001"].abstract == LISTING.abstract
    assert store.papers.last_sequence() == 1  # no news
    assert emptied(store, 9) == 1
    assert store.papers.by_arxiv_id(["2501.90001"])["2501.90001"].abstract == ""


def test_an_example_of_a_topic_keeps_its_words(store: Store) -> None:
    absorb(store, LISTING)
    emptied(store, 9, keep=("2501.90001",))
    assert store.papers.by_arxiv_id(["2501.90001"])["2501.90001"].abstract == LISTING.abstract


def test_the_words_of_a_mail_that_may_still_be_sent_stay(store: Store) -> None:
    absorb(store, LISTING)
    delivery_id = sent(store, reader(store), 1, 1, outcome=Outcome(kind="uncertain"))
    absorb(store, dataclasses.replace(LISTING, kind="replace", version=2, title="Another title for the sky"))
    emptied(store, 900)
    assert store.papers.revisions([(1, 1)])[1, 1].abstract == LISTING.abstract
    store.deliveries.decide(delivery_id, "abandon", now=day(901))
    emptied(store, 900)
    assert count(store, tables.paper_revisions) == 0


def test_a_paper_that_became_another_keeps_its_words_as_long_as_that_one(store: Store) -> None:
    preprint = dataclasses.replace(
        LISTING, source="feed", key="a", arxiv_id=None, doi="10.5555/abc", title="A sky seen from a roof top",
        categories=(),
    )  # fmt: skip
    absorb(store, LISTING, preprint)
    late = day(30).date()
    absorb(store, dataclasses.replace(LISTING, channel="cs.LG", doi="10.5555/abc", day=late))
    assert store.papers.merged() == {2: 1}
    assert emptied(store, 20) == 0
    assert store.papers.revisions([(2, 1)])[2, 1].abstract
    assert emptied(store, 40) == 2


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_every_old_paper_is_found_in_steps_however_many_there_are(store: Store, limit: int) -> None:
    absorb(
        store,
        *[
            dataclasses.replace(
                LISTING, key=f"2501.{90000 + n}", arxiv_id=f"2501.{90000 + n}", title=f"Sky of number {n}",
                day=day(n % 4).date(),
            )
            for n in range(45)
        ],
    )  # fmt: skip
    for _ in range(60):
        assert emptied(store, 2, limit=limit) <= limit
    with store.database.read() as connection:
        papers = tables.papers
        left = connection.scalars(sa.select(papers.c.first_listed).where(papers.c.abstract != "")).all()
    assert len(left) == 22
    assert min(left) == day(2).date()


def test_the_room_of_what_is_gone_is_taken_by_what_comes(store: Store) -> None:
    def many(first: int) -> list[Listing]:
        return [
            dataclasses.replace(
                LISTING, key=f"2501.{n}", arxiv_id=f"2501.{n}", title=f"Sky of number {n}",
                abstract=f"The sky of number {n}. " * 60,
            )
            for n in range(first, first + 300)
        ]  # fmt: skip

    def pragma(name: str) -> int:
        with store.database.read() as connection:
            return int(connection.scalar(sa.text(f"PRAGMA {name}")) or 0)

    absorb(store, *many(10_000))
    full = pragma("page_count")
    while emptied(store, 9):
        pass
    free = pragma("freelist_count")
    assert free > full / 4
    absorb(store, *many(20_000)[:100])
    assert pragma("page_count") <= full + 2
    assert pragma("freelist_count") < free
