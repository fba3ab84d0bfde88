"""A library that somebody keeps elsewhere becomes likes: from the papers here, then from arXiv as it was in
April 2026, and on from where an import was broken off."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from digest.errors import UsageError
from digest.libraries import Entry
from digest.libraries.entry import clean_title
from digest.model import Subscriber, Topic
from digest.pipeline.importing import AGAIN_AFTER, NOT_ASKED, Import
from digest.pipeline.shelving import heading
from digest.pipeline.sought import NO_ID, NO_TITLE, NO_WORDS
from digest.store import Store, tables
from digest.store.members import Admission
from digest.store.tables_learning import library_entries, resets
from digest.store.tables_web import likes
from tests.e2e.replay import Replay
from tests.http.upstream import Reply, Upstream
from tests.sources.opening import opened
from tests.store.shelves import absorb, listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digest.pipeline.importing import Imported
    from digest.store.members import Membership

NOW = dt.datetime(2026, 4, 22, 12, tzinfo=dt.UTC)
EMAIL = "ada@example.org"
SKY = Topic(name="Sky", keywords=("telescope",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two papers, and a reader of one topic."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as one:
        absorb(one, listing(1), listing(2, doi="10.1000/two", title="Mask R-CNN"))
        admit(one, SKY)
        yield one


@pytest.fixture(scope="module")
def arxiv(shared: Path) -> Iterator[Replay]:
    running = Replay(shared, "2026-04-22")
    yield running
    running.close()


def admit(store: Store, *topics: Topic, email: str = EMAIL) -> None:
    store.subscribers.add(Admission(subscriber=Subscriber(email=email, topics=topics)))


def member(store: Store, email: str = EMAIL) -> Membership:
    found = store.subscribers.find(email)
    assert found is not None
    return found


def imported(store: Store, *entries: Entry, catalogue: Any = None, **words: Any) -> Imported:
    said = {"reader": member(store).subscriber.id, "topic": SKY.ref, "now": NOW, **words}
    return Import(store=store, catalogue=catalogue, **said).run(entries)


def rows(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    with store.database.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def asked(arxiv: Replay, since: int) -> list[str]:
    return [one["path"] for one in arxiv.log[since:] if not one["path"].startswith("/_")]


def reasons(done: Imported) -> list[str]:
    return [row.reason for row in done.missing]


# ------------------------------------------------------------------------ papers that are here


def test_papers_that_are_here_are_found_by_id_doi_and_title(store: Store) -> None:
    done = imported(
        store,
        Entry(arxiv_id="2604.00001"),
        Entry(doi="10.1000/two", title="Another title altogether"),
        Entry(title="Sampling the Sky, with telescope number 1!", authors=("A. Lovelace",)),
        Entry(arxiv_id="2604.09999"),
    )
    assert (done.found, done.likes, done.fetched) == (3, 2, 0)
    assert [(row.key, row.state, row.reason) for row in done.missing] == [
        ("arxiv:2604.09999", "waiting", NOT_ASKED)
    ]
    assert [(row["value"], row["topic"], row["origin"]) for row in rows(store, likes)] == [
        (1, SKY.ref, "library")
    ] * 2


@pytest.mark.parametrize(
    ("entry", "is_found"),
    [
        (Entry(title="Mask R-CNN", authors=("Lovelace, Ada",)), True),
        (Entry(title="Mask R-CNN"), False),
        (Entry(title="Mask R-CNN", authors=("K. He",)), False),
        (Entry(title="Sampling the sky with telescope number 1"), True),
        (Entry(title="Sampling the sky with telescope number 1", authors=("K. He",)), False),
        (Entry(title="Sampling the sky with telescope number"), False),
    ],
)
def test_a_title_is_matched_strictly(store: Store, entry: Entry, is_found: bool) -> None:
    assert imported(store, entry).found == is_found


def test_of_two_papers_of_one_title_the_author_or_the_year_decides(store: Store) -> None:
    title = "A survey of surveys of the sky"
    absorb(
        store,
        listing(3, title=title, authors=("Ann Lee",), published=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)),
        listing(4, title=title, authors=("Bo Lee",), published=dt.datetime(2021, 4, 1, tzinfo=dt.UTC)),
        listing(5, title=title, authors=("Cy Roe",), published=dt.datetime(2021, 4, 1, tzinfo=dt.UTC)),
    )
    by_author = imported(store, Entry(title=title, authors=("C. Roe",)))
    assert by_author.found == 1
    assert (
        store.lists.entries([one["paper_id"] for one in rows(store, likes)]).popitem()[1].paper.arxiv_id
        == "2604.00005"
    )
    store.libraries.take_back(member(store).subscriber.id, imported=True)
    assert imported(store, Entry(title=title, authors=("Lee",), year=2021)).found == 1
    store.libraries.take_back(member(store).subscriber.id, imported=True)
    assert imported(store, Entry(title=title, year=2021)).found == 0


def test_a_like_is_of_the_day_on_which_it_was_added_if_that_is_past(store: Store) -> None:
    added = dt.datetime(2021, 2, 3, tzinfo=dt.UTC)
    imported(
        store,
        Entry(arxiv_id="2604.00001", added=added),
        Entry(arxiv_id="2604.00002", added=NOW + dt.timedelta(days=1)),
    )
    assert [row["at"] for row in rows(store, likes)] == [added, NOW]


def test_what_is_imported_after_a_reset_counts(store: Store) -> None:
    with store.database.begin() as connection:
        row = {
            "subscriber_id": member(store).subscriber.id,
            "topic": SKY.ref,
            "at": NOW - dt.timedelta(days=1),
        }
        connection.execute(sa.insert(resets), row)
    imported(store, Entry(arxiv_id="2604.00001", added=dt.datetime(2021, 2, 3, tzinfo=dt.UTC)))
    assert [row["at"] for row in rows(store, likes)] == [NOW]


@pytest.mark.parametrize("value", [1, -1])
def test_what_a_reader_said_by_a_vote_stands(store: Store, value: Any) -> None:
    reader = member(store).subscriber.id
    paper = store.papers.by_arxiv_id(["2604.00001"])["2604.00001"].id
    store.votes.like(reader, paper, value=value, at=NOW - dt.timedelta(days=9), topic="other")
    before = rows(store, likes)
    done = imported(store, Entry(arxiv_id="2604.00001"))
    assert (done.found, done.likes) == (1, 0)
    assert rows(store, likes) == before


def test_a_like_that_was_taken_back_does_not_come_again_with_the_same_file(store: Store) -> None:
    entries = (Entry(arxiv_id="2604.00001"), Entry(arxiv_id="2604.00002"))
    imported(store, *entries)
    reader = member(store).subscriber.id
    first, second = (row["paper_id"] for row in rows(store, likes))
    store.votes.like(reader, first, value=0, at=NOW)
    assert store.libraries.take_back(reader, papers=[second]) == (1, 0)
    assert imported(store, *entries).likes == 0
    assert rows(store, likes) == []
    assert store.libraries.take_back(reader, imported=True) == (0, 2)
    assert imported(store, *entries).likes == 2


def test_taking_back_leaves_votes_and_other_readers_alone(store: Store) -> None:
    admit(store, SKY, email="bob@example.org")
    bob = member(store, "bob@example.org").subscriber.id
    imported(store, Entry(arxiv_id="2604.00001"))
    imported(store, Entry(arxiv_id="2604.00001"), reader=bob)
    ada = member(store).subscriber.id
    voted = store.papers.by_arxiv_id(["2604.00002"])["2604.00002"].id
    store.votes.like(ada, voted, value=1, at=NOW, topic=SKY.ref)
    assert store.libraries.take_back(ada, topic=SKY.ref, imported=True) == (1, 1)
    assert {(row["subscriber_id"], row["origin"]) for row in rows(store, likes)} == {
        (ada, "vote"),
        (bob, "library"),
    }
    assert [row["subscriber_id"] for row in rows(store, library_entries)] == [bob]


# ------------------------------------------------------------------------ papers of arXiv


def test_the_others_are_fetched_from_arxiv_by_ids_and_by_titles(store: Store, arxiv: Replay) -> None:
    since = len(arxiv.log)
    done = imported(
        store,
        Entry(arxiv_id="2604.14630"),
        Entry(arxiv_id="2604.14580"),
        Entry(arxiv_id="2604.99999", title="Of a wrong id"),
        Entry(title="Generative data-augmentation for Skeleton Action Recognition", authors=("X. Dong",)),
        Entry(title="RaTA-Tool: Retrieval-based Tool Selection with Multimodal Large Language Models"),
        Entry(title="Towards Design Compositing", authors=("Nobody",)),
        Entry(title="A paper that nobody ever wrote about anything"),
        Entry(doi="10.1000/unknown"),
        catalogue=opened("arxiv", arxiv.url),
    )
    assert (done.found, done.fetched, done.likes, done.stopped) == (4, 4, 4, "")
    assert {row.key.partition(":")[2]: row.reason for row in done.missing} == {
        "2604.99999": NO_ID,
        "towards design compositing": NO_TITLE,
        "a paper that nobody ever wrote about anything": NO_TITLE,
        "10.1000/unknown": NO_WORDS,
    }
    assert [path.partition("?")[2].partition("=")[0] for path in asked(arxiv, since)] == [
        "id_list", "search_query", "search_query",
    ]  # fmt: skip
    assert (
        "2604.14630%2C2604.14580" in asked(arxiv, since)[0]
        or "2604.14630,2604.14580" in asked(arxiv, since)[0]
    )


def test_every_title_of_a_day_is_found_by_its_words(store: Store, arxiv: Replay) -> None:
    source = opened("arxiv", arxiv.url)
    papers = source.look_up(everything(arxiv)[:60], now=NOW)  # type: ignore[attr-defined]
    since = len(arxiv.log)
    entries = [Entry(title=clean_title(one.title), authors=one.authors[:2]) for one in papers]
    done = imported(store, *entries, catalogue=source)
    assert (done.found, done.missing) == (60, ())
    assert len(asked(arxiv, since)) < 30


def test_a_short_title_is_asked_for_with_its_author(store: Store, arxiv: Replay) -> None:
    source = opened("arxiv", arxiv.url)
    looked_up = source.look_up(["2604.14605"], now=NOW)[0]  # type: ignore[attr-defined]
    done = imported(store, Entry(title=looked_up.title, authors=looked_up.authors[:1]), catalogue=source)
    assert (done.found, done.fetched) == (1, 1)


def test_what_is_fetched_is_news_to_nobody_and_in_no_list_of_today(store: Store, arxiv: Replay) -> None:
    imported(store, Entry(arxiv_id="2604.14630"), catalogue=opened("arxiv", arxiv.url))
    paper = store.papers.by_arxiv_id(["2604.14630"])["2604.14630"]
    assert paper.first_listed < NOW.date()
    fresh = store.papers.news(after=0, upto=store.papers.last_sequence(), first_day=dt.date.min)
    assert {one.paper.arxiv_id for one in fresh} == {"2604.00001", "2604.00002"}
    today = store.lists.new(NOW.date(), NOW.date(), limit=10)
    assert today.total == 0


def test_what_is_not_found_is_no_paper_and_in_the_readers_rows_alone(store: Store, arxiv: Replay) -> None:
    secret = "The secret reading of one reader"
    imported(store, Entry(title=secret), catalogue=opened("arxiv", arxiv.url))
    held = {
        table.name
        for table in tables.metadata.sorted_tables
        if any(secret.lower() in str(value).lower() for row in rows(store, table) for value in row.values())
    }
    assert held == {"library_entries"}
    kept = store.kept.about(member(store).subscriber.id)
    assert kept is not None
    assert [row["title"] for row in kept["library_entries"]] == [secret]
    store.subscribers.erase(EMAIL, at=NOW)
    assert rows(store, library_entries) == []


def test_the_same_import_again_asks_for_nothing_until_some_days_are_past(store: Store, arxiv: Replay) -> None:
    entries = (Entry(arxiv_id="2604.14630"), Entry(arxiv_id="2604.99999"))
    first = imported(store, *entries, catalogue=opened("arxiv", arxiv.url))
    since = len(arxiv.log)
    again = imported(store, *entries, catalogue=opened("arxiv", arxiv.url))
    assert asked(arxiv, since) == []
    assert (again.found, again.likes, reasons(again)) == (1, 0, reasons(first))
    imported(store, *entries, catalogue=opened("arxiv", arxiv.url), again=True)
    imported(store, *entries, catalogue=opened("arxiv", arxiv.url), now=NOW + AGAIN_AFTER)
    assert len(asked(arxiv, since)) == 2
    assert all("2604.99999" in path and "2604.14630" not in path for path in asked(arxiv, since))


@pytest.mark.parametrize("fault", ["429", "503", "500", "html", "empty", "truncated", "reset"])
def test_a_source_that_fails_ends_the_import_in_words_and_the_next_goes_on(
    store: Store, arxiv: Replay, fault: str
) -> None:
    entries = (
        Entry(arxiv_id="2604.00001"),
        Entry(arxiv_id="2604.14630"),
        Entry(title="A title to look for there"),
    )
    arxiv.set(faults={"query": fault})
    done = imported(store, *entries, catalogue=opened("arxiv", arxiv.url))
    arxiv.set(faults={})
    assert (done.found, done.likes, done.waiting) == (1, 1, 2)
    assert done.stopped.startswith(f"GET {arxiv.url}/api/query")
    later = imported(store, *entries, catalogue=opened("arxiv", arxiv.url))
    assert (later.found, later.likes, later.stopped) == (2, 1, "")


def test_without_a_network_what_is_here_is_found(store: Store, closed_port: int) -> None:
    source = opened("arxiv", f"http://127.0.0.1:{closed_port}")
    done = imported(store, Entry(arxiv_id="2604.00001"), Entry(arxiv_id="2604.14630"), catalogue=source)
    assert (done.found, done.waiting) == (1, 1)
    assert "no answer" in done.stopped


def test_an_empty_page_is_not_taken_for_papers_that_do_not_exist(store: Store) -> None:
    empty = (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        b"<opensearch:totalResults>%d</opensearch:totalResults></feed>"
    )
    with Upstream() as upstream:
        entries = [Entry(arxiv_id=f"2604.1{number:04}") for number in range(12)]
        upstream.serve("/api/query", Reply(body=empty % 0))
        done = imported(store, *entries, catalogue=opened("arxiv", upstream.url))
        assert (done.waiting, "its fault" in done.stopped) == (12, True)
        upstream.serve("/api/query", Reply(body=empty % 1))
        done = imported(store, *entries[:1], catalogue=opened("arxiv", upstream.url))
        assert (done.waiting, "1 of 1 papers were left out" in done.stopped) == (1, True)


def test_ids_are_asked_for_a_hundred_at_a_time_and_each_batch_is_kept(store: Store, arxiv: Replay) -> None:
    class BrokenOffError(Exception):
        """The import is broken off, as by Ctrl-C."""

    def break_off(steps: int) -> None:
        if steps == 100:
            raise BrokenOffError

    known = [Entry(arxiv_id=one) for one in everything(arxiv)[:150]]
    since = len(arxiv.log)
    with pytest.raises(BrokenOffError):
        imported(store, *known, catalogue=opened("arxiv", arxiv.url), advance=break_off)
    assert len(rows(store, likes)) == 100
    done = imported(store, *known, catalogue=opened("arxiv", arxiv.url))
    assert (done.found, done.fetched, done.likes) == (150, 50, 50)
    assert len(asked(arxiv, since)) == 2


def everything(arxiv: Replay) -> list[str]:
    """The ids of 200 papers of those days."""
    import re
    import urllib.request

    with urllib.request.urlopen(
        f"{arxiv.url}/api/query?search_query=cat:cs.CV&max_results=200", timeout=20
    ) as page:
        return re.findall(r"<id>http://arxiv.org/abs/([\d.]+)v", page.read().decode())


def test_five_thousand_entries_are_looked_for_here_in_seconds(store: Store) -> None:
    absorb(store, *(listing(number) for number in range(10, 410)))
    entries = [
        Entry(arxiv_id=f"2604.{number:05}", title="x y") if number % 2
        else Entry(title=f"Sampling the sky with telescope number {number}")
        for number in range(10, 5010)
    ]  # fmt: skip
    began = dt.datetime.now(dt.UTC)
    done = imported(store, *entries)
    assert (done.found, done.likes, done.waiting) == (400, 400, 4600)
    assert (dt.datetime.now(dt.UTC) - began).total_seconds() < 20


# ------------------------------------------------------------------------ under which heading


def test_a_library_goes_under_the_only_topic_the_named_one_or_a_new_one(store: Store) -> None:
    assert heading(store, member(store), None) == (SKY, False)
    assert heading(store, member(store), " sKy ") == (SKY, False)
    made, is_new = heading(store, member(store), "Things I read")
    assert (made.name, made.likes_only, is_new) == ("Things I read", True, True)
    assert member(store).subscriber.topics == (SKY, made)
    library, is_new = heading(store, member(store), None)  # of two, neither is meant
    assert (library.name, library.likes_only, is_new) == ("Your library", True, True)
    assert heading(store, member(store), None) == (library, False)
    assert (member(store).origin, len(member(store).subscriber.topics)) == ("command", 3)


def test_topics_of_the_configuration_file_are_the_operators_to_write(store: Store) -> None:
    bob = Subscriber(email="bob@example.org", topics=(SKY, dataclasses.replace(SKY, name="Ground")))
    store.subscribers.synchronise([bob])
    assert heading(store, member(store, bob.email), "ground")[0].name == "Ground"
    with pytest.raises(UsageError, match='name = "Your library" and likes_only = true there'):
        heading(store, member(store, bob.email), None)
    assert len(member(store, bob.email).subscriber.topics) == 2


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "x" * 201])
def test_what_is_no_name_is_no_topic(store: Store, name: str) -> None:
    with pytest.raises(UsageError, match="is not a name"):
        heading(store, member(store), name)


def test_one_who_has_left_likes_nothing(store: Store) -> None:
    store.subscribers.set_status(EMAIL, "left", at=NOW)
    with pytest.raises(UsageError, match="has left"):
        heading(store, member(store), None)
    assert imported(store, Entry(arxiv_id="2604.00001")).likes == 0
    assert rows(store, likes) == []


def test_one_who_is_erased_meanwhile_leaves_nothing_behind(store: Store, arxiv: Replay) -> None:
    def erase(_steps: int) -> None:
        store.subscribers.erase(EMAIL, at=NOW)

    entries = (
        Entry(arxiv_id="2604.00001"),
        Entry(arxiv_id="2604.14630"),
        Entry(title="A private reading list"),
    )
    imported(store, *entries, catalogue=opened("arxiv", arxiv.url), advance=erase)
    assert rows(store, likes) == rows(store, library_entries) == []


def test_the_order_of_entries_does_not_matter(store: Store) -> None:
    entries: Sequence[Entry] = (Entry(arxiv_id="2604.00001"), Entry(title="Mask R-CNN", authors=("Bo Ek",)))
    assert imported(store, *reversed(entries)).likes == 2
    assert imported(store, *entries).likes == 0
