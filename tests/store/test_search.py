"""Search by words: what is found, in what order, and that nothing that is typed can break it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digest.store import Store, tables
from tests.store.shelves import DAY, LATER, absorb, listing, plan, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.model import Listing

AMPLE = {"limit": 50}


def found(store: Store, query: str, **how: Any) -> list[int]:
    return [entry.paper.id for entry in store.search.words(query, **{**AMPLE, **how}).entries]


def titled(number: int, title: str, abstract: str = "", **words: Any) -> Listing:
    return listing(number, title=title, abstract=abstract, **words)


LIBRARY = (
    titled(1, "Gaussian splatting of small rooms", "We splat rooms with a multi-agent system.",
           authors=("Kaiming He",)),
    titled(2, "A survey of splatting", "Gaussians everywhere; pretraining too.",
           authors=("Bernhard Schölkopf",)),
    titled(3, "Studies of the sky", "We use Gaussian processes. Splatting is no part of it.",
           authors=("Wei Li", "He Zhang"), channel="math.AG", categories=("math.AG", "Plant Biology")),
    titled(4, "Pre-training a naïve model", "State of the art on GPT-4, written in C++.",
           authors=("Kaiming X. He", "李 明"), day=LATER, doi="10.5555/abc"),
    titled(5, "神经网络 in Łódź", "A study.", authors=("Zhang Wei",), day=LATER),
)  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Five papers, to look at."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('library') / 'digest.db'}") as store:
        absorb(store, *LIBRARY)
        yield store


# ------------------------------------------------------------------------ what is found


@pytest.mark.parametrize(
    ("query", "papers"),
    [
        ("gaussian splatting", {1, 2, 3}),
        ("GAUSSIAN rooms", {1}),
        ('"gaussian splatting"', {1}),
        ('"splatting gaussian"', set()),
        ("study", {3, 5}),
        ('"study"', {5}),
        ("pre-training", {2, 4}),
        ("pretraining", {2}),
        ("multi agents", {1}),
        ("multi-agents", {1}),
        ("naive", {4}),
        ("schoelkopf", set()),
        ("scholkopf", {2}),
        ("SCHÖLKOPF", {2}),
        ("splatting -survey", {1, 3}),
        ('splatting -"gaussian splatting" -title:survey', {3}),
        ("title:splatting", {1, 2}),
        ("author:he", {1, 3, 4}),
        ('author:"Kaiming He"', {1, 4}),
        ('author:"He, Kaiming"', {1, 4}),
        ('author:"K. He"', {1, 3, 4}),
        ('author:"Wei Zhang"', {5}),  # not of Wei Li and He Zhang
        ("title:he", set()),
        ("kaiming splatting", {1}),
        ("GPT-4", {4}),
        ("C++", {4}),
        ('"state of the art"', {4}),
        ("the state of", {4}),
        ("神经网络", {5}),
        ("李", {4}),
        ("Lodz", set()),  # ł is a letter of its own to SQLite
        ("Łodz", {5}),
        ("category:math.AG", {3}),
        ('category:"Plant Biology"', {3}),
        ("category:math", set()),
        ("category:cs.CV gaussian", {1, 2}),
        ("ag", set()),  # a category is no word
        ("-splatting", set()),
        ("", set()),
    ],
)
def test_words_find_the_papers_that_hold_them(library: Store, query: str, papers: set[int]) -> None:
    assert set(found(library, query)) == papers


@pytest.mark.parametrize(
    "query",
    [
        "2604.00003",
        "arXiv:2604.00003v2",
        "https://arxiv.org/abs/2604.00003v1",
        "splatting 2604.00003",
        "https://huggingface.co/papers/2604.00003",
    ],
)
def test_the_paper_that_is_named_comes_first(library: Store, query: str) -> None:
    assert found(library, query)[0] == 3
    assert found(library, query, first=LATER, category="cs.RO")[0] == 3
    assert len(found(library, query)) == len(set(found(library, query)))


def test_a_doi_names_its_paper(library: Store) -> None:
    assert found(library, "https://doi.org/10.5555/ABC") == [4]
    assert found(library, "2604.99999") == []


def test_filters_narrow_what_words_find(library: Store) -> None:
    assert found(library, "study", first=LATER) == [5]
    assert found(library, "study", last=DAY) == [3]
    assert found(library, "study", first=LATER + dt.timedelta(days=1)) == []
    assert found(library, "gaussian", category="math.AG") == [3]
    assert found(library, "gaussian category:cs.CV", category="math.AG") == []
    assert found(library, "", category="cs.CV", order="newest") == [5, 4, 2, 1]
    assert found(library, "gaussian", category='x" OR "y') == []


# ------------------------------------------------------------------------ in what order


def test_a_title_weighs_more_than_an_abstract(library: Store) -> None:
    assert found(library, "splatting")[-1] == 3
    assert found(library, "gaussian")[0] == 1
    assert found(library, "gaussian splatting")[0] == 1


def test_the_newest_come_first_if_asked_for(library: Store) -> None:
    assert found(library, "splatting", order="newest") == [3, 2, 1]


def test_pages_follow_each_other(library: Store) -> None:
    whole = found(library, "splatting")
    assert [found(library, "splatting", limit=1, offset=at) for at in range(4)] == [
        [one] for one in whole
    ] + [[]]
    page = library.search.words("splatting", limit=2, offset=0)
    assert (page.total, page.more, len(page.entries)) == (3, False, 2)
    assert found(library, "splatting", limit=-5, offset=-5) == []


def test_what_matched_can_be_marked(library: Store) -> None:
    marks = library.search.words('studies "state of" -survey', limit=5).marks
    assert marks == {"studies", "study", "state", "of"}


def test_of_a_common_word_the_newest_and_those_in_the_title_are_weighed(store: Store) -> None:
    absorb(
        store,
        titled(1, "Cheese in the title of an old paper", "Cheese, cheese."),
        titled(2, "A paper of long ago on milk", "Cheese."),
        *(titled(number, f"Milk of paper number {number}", "Milk makes cheese.") for number in range(3, 12)),
    )
    page = store.search.words("cheese", limit=50, candidates=5)
    assert page.more
    assert page.total == 5
    ids = [entry.paper.id for entry in page.entries]
    assert ids[0] == 1
    assert set(ids[1:]) <= set(range(6, 12))
    rare = store.search.words("ago", limit=50, candidates=5)
    assert (rare.total, rare.more) == (1, False)


# ------------------------------------------------------------------------ whatever is typed

HOSTILE = (
    '"', '""', '"""', "' OR 1=1 --", "NEAR(a b)", "NEAR(", "a NEAR b", "a AND", "OR", "NOT", "AND OR NOT",
    "{title}:x", "title:", "title : x", "^a", "a*", "*", "a + b", "(((", ")))", "a -", "--", "-", "-a",
    "\\", "a\\b", "\x00", "a\x00b", "%", "_", "?", ":words", "$1", ";", "😀", "👩‍👩‍👧 family", "שלום",
    "\u202eevil", "\ud800", "a" * 10_000, "word " * 2_000, '"a ' * 2_000, "-x " * 2_000, "title:a " * 900,
    "[a-z]+(.*)?{2,3}$", "DROP TABLE papers; SELECT * FROM papers", "\ue001cs\ue001CV", "subjects:cs",
    "rowid:1", "paper_words:x", "category:" + "c" * 500, 'category:"\ue001"', "²", "ﬁ", "İ", "\u0301",
    "1e999", "0x10", "1 2 3", "a:b:c:d",
)  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_typed_is_a_fault(library: Store, query: str) -> None:
    for order in ("relevance", "newest"):
        library.search.words(query, limit=5, order=order)  # type: ignore[arg-type]
        library.search.words("study", category=query, limit=5)
    assert library.papers.count() == len(LIBRARY)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.one_of(st.sampled_from('"-:*(){}^+\\ aAnNdDoOrRtT'), st.characters()), max_size=60)
)
@example("NOT a")
def test_no_text_is_a_fault(library: Store, text: str) -> None:
    page = library.search.words(text, first=DAY, category=text[:5], limit=5)
    assert len(page.entries) <= page.total <= len(LIBRARY)


# ------------------------------------------------------------------------ the index follows the papers


def test_the_index_follows_a_paper_through_its_life(store: Store) -> None:
    absorb(store, titled(1, "Old words here stand", "Abstract of old."), titled(2, "Another one stands here"))
    absorb(
        store,
        titled(1, "New words here stand", "Abstract of new.", kind="replace", version=2, authors=("Zoë Q",)),
    )
    assert found(store, "old") == []
    assert found(store, "new author:zoe") == [1]
    absorb(store, titled(1, "New words here stand", channel="cs.RO", kind="cross", key="x", version=2))
    assert found(store, "new", category="cs.RO") == [1]
    assert found(store, "new", category="cs.CV") == [1]
    store.pruning.papers(before=LATER, limit=10)
    assert found(store, "abstract") == []
    assert set(found(store, "stand OR here".replace(" OR", ""))) == {1, 2}
    assert found(store, "category:cs.RO") == [1]


def test_a_paper_that_turned_out_to_be_another_is_found_once(store: Store) -> None:
    preprint = titled(
        2, "A sky seen from a roof top", arxiv_id=None, key="a", source="feed", doi="10.5555/abc"
    )
    absorb(store, titled(1, "A sky seen from the roof"), preprint)
    assert len(found(store, "sky")) == 2
    absorb(store, titled(1, "A sky seen from the roof", key="again", doi="10.5555/abc"))
    assert found(store, "sky") == [1]
    assert found(store, "10.5555/abc") == [1]


def test_counts_that_change_leave_the_index_alone(store: Store) -> None:
    absorb(store, titled(1, "A sky seen from the roof"))
    with store.database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*), max(id) FROM paper_words_data").one()
    with store.database.begin() as connection:
        changed = sa.update(tables.papers).values(title=tables.papers.c.title, votes=5, stars=3)
        connection.execute(changed)
    with store.database.read() as connection:
        after = connection.exec_driver_sql("SELECT count(*), max(id) FROM paper_words_data").one()
    assert after == before


def test_a_library_from_before_is_found_after_its_upgrade(tmp_path: Path) -> None:
    first = (Path(__file__).parent / "schemas" / "0001.sql").read_text(encoding="utf-8")
    with contextlib.closing(sqlite3.connect(tmp_path / "digest.db")) as connection:
        connection.executescript(first)
        connection.execute(
            "UPDATE papers SET authors = ?, categories = ? WHERE id = 1",
            (json.dumps(["Bernhard Schölkopf"]), json.dumps(["cs.CV", "hep-th"])),
        )
        connection.commit()
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        assert 1 in found(store, "telescopes of day")
        assert found(store, "author:scholkopf", category="hep-th") == [1]
        assert store.lists.new(dt.date.min, dt.date.max, category="hep-th", limit=5).total == 1
        assert list(store.terms.rows()) == []
        while store.terms.fill(limit=2):
            pass
        assert len(list(store.terms.rows())) == store.papers.count()


# ------------------------------------------------------------------------ what it costs


@pytest.mark.parametrize(
    "how", [{}, {"first": DAY, "last": LATER}, {"category": "cs.CV"}, {"order": "newest"}], ids=str
)
def test_a_search_is_a_few_statements_on_indexes(library: Store, how: dict[str, Any]) -> None:
    with statements(library) as sent:
        found(library, "gaussian 2604.00004", **how)
    assert len(sent) <= 6
    for step in plan(library, sent):
        allowed = step.startswith(
            ("SCAN paper_words VIRTUAL", "SCAN found", "SEARCH", "CO-ROUTINE", "MATERIALIZE")
        )
        assert allowed or "TEMP B-TREE" not in step, step
        assert not step.startswith("SCAN papers") or "COVERING" in step, step
    words = [step for step in plan(library, sent) if "paper_words" in step]
    assert all("VIRTUAL TABLE" in step for step in words)


def test_statements_do_not_grow_with_what_is_found(library: Store) -> None:
    sizes = []
    for limit in (1, 50):
        with statements(library) as sent:
            found(library, "gaussian", limit=limit)
        sizes.append(len(sent))
    assert sizes[0] == sizes[1]
