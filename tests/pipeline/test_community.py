"""What readers and editors say of papers, in the mails after: votes trend, picks lead, likes teach."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.errors import SourceError, UsageError
from digest.links import Signer
from digest.mail.templates import Templates
from digest.model import Collection, Listing, Position, Subscriber, Topic
from digest.pipeline.editions import choose, open_window
from digest.pipeline.ground import Ground
from digest.pipeline.prune import chores
from digest.pipeline.submissions import submit
from digest.pipeline.topics import try_topic
from digest.pipeline.works import Works
from digest.store import Store
from digest.store.members import Admission
from tests.pipeline.test_deliver import ToldMailer
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SKY, CHEESE = Topic(name="Sky", keywords=("telescope",)), Topic(name="Cheese", keywords=("cheese",))
WORDS = {
    1: ("A telescope for everybody", "Mirrors of thin glass, ground at home, gather light for everybody."),
    2: ("Cheese, and how it ripens", "Moulds, salt and cellars: what makes a rind, and what ruins one."),
    3: ("Harbours under ice", "Ships wait; pilots read the ice and the current from the air."),
    4: ("Ledgers of a wool trader", "Prices of wool over forty years, from one family's ledgers."),
    5: ("Pilots who read ice", "Pilots read ice and current from the air; ships wait in harbours."),
}


def listing(number: int, **fields: object) -> Listing:
    title, abstract = WORDS.get(number, (f"A quiet study of nothing, part {number}", "It says so."))
    said = {
        "source": "arxiv",
        "channel": "cs.CV",
        "key": f"2604.{90000 + number}",
        "arxiv_id": f"2604.{90000 + number}",
        "day": NOW.date(),
        "title": title,
        "abstract": abstract,
        "authors": (f"Author {number}",),
        "categories": ("cs.CV",),
        **fields,
    }
    return Listing(**said)  # type: ignore[arg-type]


class Nothing:
    """A source that has nothing, and a catalogue that knows the papers of above and one more."""

    name, title = "arxiv", "arXiv"

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.asked: list[tuple[str, ...]] = []

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        return Collection(status="ok", position=position)

    def check(self, *, now: dt.datetime) -> str:
        return "ready"

    def look_up(self, arxiv_ids: Sequence[str], *, now: dt.datetime) -> tuple[Listing, ...]:
        self.asked.append(tuple(arxiv_ids))
        if self.fault:
            raise SourceError(self.fault)
        found = (listing(int(one) - 260490000) for one in (one.replace(".", "") for one in arxiv_ids))
        return tuple(one for one in found if one.key != "2604.90099")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """Five papers of today; Ada reads what the community reads, Bob has two topics; Eve is an editor."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        absorb(store, *map(listing, WORDS))
        for address, topics in (("ada@example.org", ()), ("bob@example.org", (SKY, CHEESE))):
            reader = Subscriber(email=address, topics=topics, max_papers=9)
            store.subscribers.add(Admission(subscriber=reader))
        store.editors.add("Eve", at=NOW)
        yield Works(
            store=store,
            sources=(Nothing(),),
            mailer=ToldMailer(),
            templates=Templates.load(),
            site=SITE,
            signer=Signer("a secret that is long enough for a test", ()),
            clock=lambda: NOW,
        )


ADA, BOB, EVE = 1, 2, 1


def absorb(store: Store, *listings: Listing) -> None:
    with store.database.begin() as connection:
        store.papers.absorb(connection, listings)


def chosen(works: Works, reader: int, *, now: dt.datetime = NOW) -> dict[str, list[int]]:
    """The sections that the reader would get, with the numbers of their papers."""
    subscriber = works.store.subscribers.by_id([reader])[reader].subscriber
    ground = Ground(store=works.store, today=now.date())
    upto = works.store.papers.last_sequence()
    window = open_window(works, [reader], now=now, upto=upto, ground=ground)
    (selection,) = choose(works, window, [subscriber], now=now, ground=ground)
    return {section.title: [item.paper_id for item in section.items] for section in selection.sections}


def reasons(works: Works) -> dict[int, list[str]]:
    """Why each paper trends for Ada."""
    subscriber = works.store.subscribers.by_id([ADA])[ADA].subscriber
    ground = Ground(store=works.store, today=NOW.date())
    upto = works.store.papers.last_sequence()
    window = open_window(works, [ADA], now=NOW, upto=upto, ground=ground)
    (selection,) = choose(works, window, [subscriber], now=NOW, ground=ground)
    return {item.paper_id: [one.words for one in item.reasons] for item in selection.sections[0].items}


def text_of(works: Works, address: str) -> str:
    """The text of the newest mail to that address."""
    assert isinstance(works.mailer, ToldMailer)
    raw = [message.raw for message in works.mailer.handed if message.recipient == address][-1]
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def test_votes_of_readers_trend_with_those_of_a_source(works: Works) -> None:
    assert chosen(works, ADA) == {}
    absorb(works.store, listing(3, source="huggingface", channel="", upvotes=1))
    for reader in (ADA, BOB):
        works.store.votes.upvote(reader, 4, at=NOW)
    assert chosen(works, ADA) == {"Trending today": [4, 3]}
    assert reasons(works) == {4: ["2 upvotes"], 3: ["1 upvote"]}
    works.store.votes.upvote(ADA, 3, at=NOW)
    works.store.votes.upvote(BOB, 4, at=NOW, on=False)
    assert reasons(works) == {3: ["2 upvotes"], 4: ["1 upvote"]}
    works.store.votes.upvote(ADA, 4, at=NOW, on=False)
    assert chosen(works, ADA) == {"Trending today": [3]}


def test_a_paper_that_is_voted_for_after_the_mail_comes_with_the_next_one(works: Works) -> None:
    pipeline.run(works, now=NOW)
    works.store.votes.upvote(BOB, 4, at=NOW)
    tomorrow = dataclasses.replace(works, clock=lambda: NOW + DAY)
    assert pipeline.run(tomorrow, now=NOW + DAY).accepted == 1
    said = text_of(works, "ada@example.org")
    assert "Ledgers of a wool trader" in said
    assert "1 upvote" in said
    assert chosen(works, ADA, now=NOW + DAY) == {}


def test_what_editors_hide_trends_for_nobody_and_topics_still_find_it(works: Works) -> None:
    works.store.votes.upvote(BOB, 1, at=NOW)
    works.store.votes.upvote(BOB, 4, at=NOW)
    assert set(chosen(works, ADA)["Trending today"]) == {1, 4}
    works.store.curations.act(EVE, 1, kind="hide", at=NOW)
    works.store.curations.act(EVE, 1, kind="pick", at=NOW)
    assert chosen(works, ADA) == {"Trending today": [4]}
    assert chosen(works, BOB)["Sky"] == [1]
    works.store.curations.act(EVE, 1, kind="unhide", at=NOW)
    assert chosen(works, ADA) == {"Trending today": [1, 4]}


def test_what_editors_pick_comes_first_with_their_name_and_sentence(works: Works) -> None:
    absorb(works.store, listing(3, source="huggingface", channel="", upvotes=500))
    sentence = "A dry subject, told by somebody who clearly spent forty years with these books. " * 2
    works.store.curations.act(EVE, 4, kind="pick", at=NOW)
    works.store.curations.act(EVE, 2, kind="pick", at=NOW)
    works.store.curations.act(EVE, 4, kind="pin", at=NOW, words=sentence.strip())
    works.store.votes.upvote(BOB, 4, at=NOW)
    assert reasons(works) == {
        4: [f"picked by Eve: “{sentence.strip()}”", "1 upvote"],
        2: ["picked by Eve"],
        3: ["500 upvotes"],
    }
    assert list(reasons(works)) == [4, 2, 3]
    pipeline.run(works, now=NOW)
    said = text_of(works, "ada@example.org")
    assert f"picked by Eve: “{sentence.strip()}” · 1 upvote" in said
    assert said.index("Ledgers of a wool trader") < said.index("Cheese, and") < said.index("Harbours")


def test_what_a_reader_likes_teaches_that_topic(works: Works) -> None:
    assert chosen(works, BOB) == {"Sky": [1], "Cheese": [2]}
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    assert chosen(works, BOB) == {"Sky": [1], "Cheese": [5, 2]}
    tried = try_topic(works, CHEESE, now=NOW, days=7, limit=9, subscriber_id=BOB)
    assert [item.paper_id for item, _ in tried.found] == [5, 2]
    liked, learned = tried.found[0][0].reasons
    assert (liked.kind, liked.words, liked.when) == ("liked", "Harbours under ice", NOW.date())
    assert learned.kind == "learned"
    assert [item.paper_id for item, _ in try_topic(works, CHEESE, now=NOW, days=7, limit=9).found] == [2]
    works.store.votes.like(BOB, 3, value=1, topic=SKY.ref, at=NOW)
    assert {name: set(ids) for name, ids in chosen(works, BOB).items()} == {"Sky": {1, 5}, "Cheese": {2}}
    works.store.votes.like(BOB, 3, value=0, at=NOW)
    assert chosen(works, BOB) == {"Sky": [1], "Cheese": [2]}


def test_a_liked_paper_without_an_arxiv_id_teaches_too(works: Works) -> None:
    absorb(
        works.store,
        listing(3, source="feed", channel="", key="https://example.org/ice", arxiv_id=None,
                day=NOW.date() - 40 * DAY, title="Reading ice from the air, for pilots",
                authors=("Somebody Else",)),
    )  # fmt: skip
    works.store.votes.like(BOB, 6, value=1, topic=CHEESE.ref, at=NOW)
    assert set(chosen(works, BOB)["Cheese"]) == {2, 3, 5}


def test_what_a_reader_wants_less_of_is_neither_shown_nor_an_example(works: Works) -> None:
    works.store.votes.like(BOB, 1, value=-1, topic=SKY.ref, at=NOW)
    assert chosen(works, BOB) == {"Cheese": [2]}
    works.store.votes.upvote(ADA, 4, at=NOW)
    works.store.votes.like(ADA, 4, value=-1, at=NOW)
    assert chosen(works, ADA) == {}
    # Also where the topic itself names it.
    named = dataclasses.replace(CHEESE, examples=("2604.90003",))
    tried = try_topic(works, named, now=NOW, days=7, limit=9, subscriber_id=BOB)
    assert [item.paper_id for item, _ in tried.found] == [5, 2]
    works.store.votes.like(BOB, 3, value=-1, topic=CHEESE.ref, at=NOW)
    tried = try_topic(works, named, now=NOW, days=7, limit=9, subscriber_id=BOB)
    assert [item.paper_id for item, _ in tried.found] == [2]


def test_what_was_sent_and_then_liked_is_not_sent_again(works: Works) -> None:
    pipeline.run(works, now=NOW)
    works.store.votes.like(BOB, 1, value=1, topic=SKY.ref, at=NOW)
    absorb(works.store, listing(1, source="huggingface", channel="", upvotes=9, day=(NOW + DAY).date()))
    assert chosen(works, BOB, now=NOW + DAY) == {}


def test_what_was_liked_long_ago_makes_no_match_any_more(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW - DAY)
    assert chosen(works, BOB)["Cheese"] == [5, 2]
    works.store.votes.like(BOB, 3, value=0, at=NOW)
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW - 9000 * DAY)
    assert chosen(works, BOB)["Cheese"] == [2]


def test_liked_papers_keep_their_words(works: Works) -> None:
    works.store.votes.like(BOB, 3, value=1, topic=CHEESE.ref, at=NOW)
    later = NOW + 900 * DAY
    for chore in chores(dataclasses.replace(works, clock=lambda: later), at=later):
        chore.once(100)
    abstracts = {number: entry.paper.abstract for number, entry in works.store.lists.entries({3, 4}).items()}
    assert abstracts == {3: WORDS[3][1], 4: ""}


@pytest.mark.parametrize(
    "words",
    [
        "2604.90007", " 2604.90007v3 ", "arXiv:2604.90007", "https://arxiv.org/abs/2604.90007v2",
        "https://arxiv.org/pdf/2604.90007", "https://arxiv.org/html/2604.90007v1",
        "https://www.alphaxiv.org/abs/2604.90007", "https://www.alphaxiv.org/overview/2604.90007",
        "https://huggingface.co/papers/2604.90007", "https://doi.org/10.48550/arXiv.2604.90007",
        "http://127.0.0.1:8000/papers/2604.90007",
    ],
)  # fmt: skip
def test_a_paper_is_submitted_by_whatever_names_it(works: Works, words: str) -> None:
    source = Nothing()
    number = submit(works.store, [source], words, editor_id=EVE, now=NOW)
    assert source.asked == [("2604.90007",)]
    entry = works.store.lists.entries([number])[number]
    assert (entry.paper.arxiv_id, entry.paper.community_listed) == ("2604.90007", NOW.date())
    assert entry.curated is not None
    assert entry.curated.submitted_by == "Eve"
    # Known now: nobody is asked again.
    assert submit(works.store, [source], words, editor_id=EVE, now=NOW) == number
    assert len(source.asked) == 1
    assert number in {one.paper.id for one in works.store.papers.news(
        after=5, upto=works.store.papers.last_sequence(), first_day=NOW.date())}  # fmt: skip


def test_a_paper_of_the_library_is_submitted_without_asking_anybody(works: Works) -> None:
    absorb(works.store, listing(8, source="feed", key="x", arxiv_id=None, doi="10.1000/eight"))
    for words, number in (
        ("2604.90002", 2),
        ("p3", 3),
        ("https://doi.org/10.1000/EIGHT", 6),
        ("https://x.test/papers/p4", 4),
    ):
        assert submit(works.store, [], words, editor_id=EVE, now=NOW) == number
    assert {act.paper_id for act in works.store.curations.recent(limit=9)} == {2, 3, 4, 6}


@pytest.mark.parametrize(
    ("words", "catalogues", "said"),
    [
        ("", [Nothing()], "Write an arXiv id"),
        ("the one about ice", [Nothing()], "“the one about ice” names no paper"),
        ("x" * 300, [Nothing()], "“" + "x" * 80 + "…” names no paper"),
        ("https://example.org/2604.90007", [Nothing()], "names no paper"),
        ("2613.90007", [Nothing()], "names no paper"),
        ("10.1000/unknown", [Nothing()], "only papers of arXiv can be looked up"),
        ("2604.90099", [Nothing()], "there is no such paper, or not yet"),
        ("2604.90007", [], "no source here can be asked"),
        (
            "2604.90007",
            [Nothing("GET https://arxiv.test: timed out")],
            "could not be looked up: GET https://arx",
        ),
    ],
)
def test_what_cannot_be_submitted_is_said_in_a_sentence_and_changes_nothing(
    works: Works, words: str, catalogues: list[Nothing], said: str
) -> None:
    before = (works.store.papers.count(), works.store.papers.last_sequence())
    with pytest.raises((UsageError, SourceError), match=said[:40]):
        submit(works.store, catalogues, words, editor_id=EVE, now=NOW)
    assert (works.store.papers.count(), works.store.papers.last_sequence()) == before
    assert works.store.curations.recent(limit=9) == []


def test_what_an_editor_submits_comes_to_readers_once_it_is_voted_or_picked(works: Works) -> None:
    pipeline.run(works, now=NOW)
    number = submit(works.store, [Nothing()], "2604.90007", editor_id=EVE, now=NOW)
    assert chosen(works, ADA, now=NOW + DAY) == {}
    works.store.curations.act(EVE, number, kind="pick", at=NOW)
    assert chosen(works, ADA, now=NOW + DAY) == {"Trending today": [number]}
