from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.identity import fold, keys, same_work
from tests.core.works import ARXIV, DAY, HUGGING, folded, listing

if TYPE_CHECKING:
    from digest.model import Listing


# ---------------------------------------------------------------------------- keys


def test_keys_stand_strongest_first() -> None:
    assert keys(dataclasses.replace(ARXIV, doi="10.1000/X")) == (
        "arxiv:2604.90001",
        "doi:10.1000/x",
        "title:attention is all you need|lee|2026",
    )


def test_cross_list_replacement_and_other_source_share_the_first_key() -> None:
    cross = dataclasses.replace(ARXIV, channel="cs.LG", kind="cross")
    replacement = dataclasses.replace(
        ARXIV, arxiv_id="2604.90001v2", kind="replace", title="Attention", authors=()
    )
    assert {keys(one)[0] for one in (ARXIV, cross, replacement, HUGGING)} == {"arxiv:2604.90001"}


@pytest.mark.parametrize(
    "words",
    [
        {"doi": "10.48550/arXiv.2604.90001"},
        {"url": "https://arxiv.org/abs/2604.90001v1"},
        {"key": "oai:arXiv.org:2604.90001v1"},
    ],
)
def test_arxiv_paper_is_known_wherever_its_id_stands(words: dict[str, str]) -> None:
    assert keys(listing(source="a feed", **words))[0] == "arxiv:2604.90001"
    assert not any(key.startswith("doi:") for key in keys(listing(source="a feed", **words)))


def test_bare_number_as_a_feeds_guid_is_not_taken_for_arxiv() -> None:
    assert keys(listing(source="a feed", key="2604.90001")) == ("own:a feed|2604.90001",)


def test_title_key_is_the_same_for_other_case_tex_hyphens_and_spelling_of_the_author() -> None:
    one = listing(title='Attention-Based {\\em Nets} for G\\"odel', authors=('Bernhard Sch\\"olkopf',))
    two = listing(title="attention based nets  for Gödel", authors=("Schoelkopf, B.", "Ann Lee"))
    assert keys(one) == keys(two)
    assert keys(one)[0].startswith("title:")


@pytest.mark.parametrize(
    "title", ["Reply", "Erratum", "Editorial", "Deep nets", "Reply to the letter of Smith", "编者的话"]
)
def test_short_or_generic_title_is_no_key(title: str) -> None:
    assert keys(listing(title=title, authors=("Ann Lee",))) == ("own:arxiv|k",)


def test_title_without_author_is_no_key() -> None:
    assert keys(listing()) == ("own:arxiv|k",)


def test_year_is_that_of_publication_unless_it_is_nonsense() -> None:
    words = {"authors": ("Ann Lee",)}
    published = dt.datetime(2025, 12, 31, tzinfo=dt.UTC)
    assert keys(listing(published=published, **words))[0].endswith("|2025")
    assert keys(listing(published=published.replace(year=1), **words))[0].endswith("|2026")


def test_a_paper_was_published_when_the_earliest_of_its_sources_says() -> None:
    first = dt.datetime(2026, 4, 19, 22, tzinfo=dt.timezone(dt.timedelta(hours=-4)))
    told = [
        dataclasses.replace(ARXIV, published=first + dt.timedelta(days=1)),
        dataclasses.replace(HUGGING, published=first),
        dataclasses.replace(HUGGING, source="a feed", published=first.replace(year=1)),  # nonsense
    ]
    for order in itertools.permutations(told):
        assert folded(*order).published == dt.datetime(2026, 4, 20, 2, tzinfo=dt.UTC)
    assert folded(ARXIV, HUGGING).published is None


def test_long_key_of_a_source_is_shortened() -> None:
    (own,) = keys(listing(key="x" * 5000))
    assert own != keys(listing(key="x" * 5001))[0]
    assert len(own) < 100


# ---------------------------------------------------------------------------- listings fold together


def test_page_elsewhere_that_links_to_a_later_version_does_not_speak_for_arxiv() -> None:
    rant = listing(
        source="a blog",
        url="https://arxiv.org/abs/2604.90001v2",
        version=2,
        title="Why that paper is wrong",
        abstract="A rant.",
        authors=("Ranter",),
    )
    for order in ((ARXIV, rant), (rant, ARXIV)):
        paper = folded(*order)
        assert (paper.title, paper.abstract, paper.version) == (ARXIV.title, ARXIV.abstract, 1)
    second = dataclasses.replace(ARXIV, version=2, kind="replace", title="Attention")
    assert folded(ARXIV, rant, second).title == "Attention"


def test_newer_version_replaces_the_words_and_an_older_one_only_fills_gaps() -> None:
    newer = dataclasses.replace(
        ARXIV,
        version=2,
        title="Attention is what you need",
        abstract="",
        kind="replace",
        day=DAY + dt.timedelta(9),
    )
    for order in ((ARXIV, newer), (newer, ARXIV)):
        paper = folded(*order)
        assert (paper.title, paper.version) == ("Attention is what you need", 2)
        assert paper.abstract == ARXIV.abstract
        assert paper.first_listed == DAY


def test_arxivs_words_stand_over_those_of_others() -> None:
    paper = folded(HUGGING, ARXIV)
    assert (paper.title, paper.abstract, paper.authors) == (ARXIV.title, ARXIV.abstract, ARXIV.authors)
    assert (paper.gist, paper.submitter, paper.upvotes) == ("Attend.", "ann", 7)
    assert (paper.first_listed, paper.community_listed) == (DAY, HUGGING.day)
    assert paper.sources == ("arxiv", "huggingface")


def test_categories_are_united_with_the_primary_first() -> None:
    cross = dataclasses.replace(
        ARXIV, channel="stat.ML", kind="cross", categories=("cs.CV", "stat.ML", "cs.AI")
    )
    assert (
        folded(ARXIV, cross).categories
        == folded(cross, ARXIV).categories
        == ("cs.CV", "cs.AI", "cs.LG", "stat.ML")
    )


def test_counts_are_the_last_ones_told() -> None:
    later = dataclasses.replace(HUGGING, upvotes=40, comments=None, stars=3)
    paper = folded(HUGGING, later)
    assert (paper.upvotes, paper.comments, paper.stars) == (40, 2, 3)


def test_revision_grows_with_what_a_mail_shows_and_not_with_counts() -> None:
    paper = folded(ARXIV, HUGGING)
    assert paper.revision == 2
    again = folded(ARXIV, HUGGING, dataclasses.replace(HUGGING, upvotes=99, day=DAY + dt.timedelta(3)), ARXIV)
    assert (again.revision, again.upvotes) == (2, 99)
    assert (
        folded(ARXIV, HUGGING, dataclasses.replace(ARXIV, version=2, title="Another title of it")).revision
        == 3
    )


def test_identity_in_the_library_is_kept() -> None:
    paper = dataclasses.replace(folded(ARXIV), id=17, revision=4)
    after = fold(paper, dataclasses.replace(HUGGING, gist=None))
    assert after is not None
    assert after.id == 17
    assert after.revision == 5


def test_other_arxiv_id_under_the_same_title_is_another_paper() -> None:
    paper = dataclasses.replace(folded(ARXIV), id=17)
    other = dataclasses.replace(ARXIV, arxiv_id="2604.90002", key="2604.90002")
    assert not same_work(paper, other)
    separate = fold(paper, other)
    assert separate is not None
    assert (separate.id, separate.arxiv_id) == (0, "2604.90002")


def test_feeds_paper_learns_its_arxiv_id() -> None:
    paper = folded(
        listing(source="a feed", url="https://journal.example/1", doi="10.1000/x", authors=("Ann Lee",)),
        ARXIV,
    )
    assert (paper.arxiv_id, paper.doi, paper.url) == (
        "2604.90001",
        "10.1000/x",
        "https://arxiv.org/abs/2604.90001",
    )


WORKS = [
    ARXIV,
    dataclasses.replace(ARXIV, channel="cs.LG", kind="cross"),
    dataclasses.replace(
        ARXIV, version=2, kind="replace", title="Attention is what you need", day=DAY + dt.timedelta(5)
    ),
    dataclasses.replace(
        ARXIV, version=3, kind="replace", authors=("Ann Lee", "Bo Li", "Cy Wu"), day=DAY + dt.timedelta(6)
    ),
    HUGGING,
    dataclasses.replace(HUGGING, day=DAY + dt.timedelta(4), gist="Attend to it.", upvotes=50, code_url=None),
    listing(
        source="a feed",
        doi="10.1000/x",
        url="https://journal.example/1",
        authors=("Ann Lee",),
        abstract="Feed words.",
    ),
    listing(
        source="b feed",
        doi="10.1000/w",
        url="https://mirror.example/1",
        title="ATTENTION IS ALL YOU NEED!",
        abstract="More feed words.",
    ),
]
COUNTS = {"upvotes": None, "comments": None, "stars": None, "revision": 1}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORKS), min_size=2, max_size=5, unique=True), st.randoms())
def test_order_of_sources_does_not_matter(works: list[Listing], random: Any) -> None:
    shuffled = works.copy()
    random.shuffle(shuffled)
    assert dataclasses.replace(folded(*works), **COUNTS) == dataclasses.replace(folded(*shuffled), **COUNTS)


def test_every_order_of_three_sources_gives_one_paper() -> None:
    papers = {
        dataclasses.replace(folded(*order), **COUNTS)
        for order in itertools.permutations((ARXIV, HUGGING, WORKS[2], WORKS[6]))
    }
    assert len(papers) == 1


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WORKS), st.lists(st.sampled_from(WORKS), max_size=4))
def test_listing_read_again_changes_nothing(work: Listing, others: list[Listing]) -> None:
    paper = folded(work, *others, work)
    assert folded(work, *others, work, work) == paper
