"""The space of meanings: near is what shares rare words, and what is near to that."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from digest.core.features import Candidate, Window
from digest.core.packing import COLUMNS, OFTEN, WORDS, column_of, pack
from digest.core.postings import MOST, Postings
from digest.core.space import ADDED, THEIRS, Space, unpack
from digest.core.statistics import Statistics
from digest.core.terms import paper_terms, stems
from digest.model import Paper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

DAY = dt.date(2026, 4, 21)
PAPERS = {
    1: ("Gaussian splatting of rooms", "We splat Gaussians into a radiance field and render the room."),
    2: ("Radiance fields from photographs", "A radiance field is rendered, view by view, from photographs."),
    3: ("Folding proteins", "A protein is a chain of amino acids, and it folds."),
    4: ("Antibodies and their chains", "Amino acids of an antibody; how a protein folds into one."),
    5: ("On cheese", "Cheese ripens slowly in a cellar."),
}


def packed(papers: Mapping[int, tuple[str, str]]) -> dict[int, bytes]:
    return {
        number: pack(paper_terms(stems(title), stems(abstract)))
        for number, (title, abstract) in papers.items()
    }


class Shelf:
    """Packed papers, and the space of them."""

    def __init__(self, papers: Mapping[int, tuple[str, str]]) -> None:
        self.rows = packed(papers)
        self.space = Space.of(self.rows.items())

    def read(self, ids: Sequence[int]) -> dict[int, bytes]:
        return {number: self.rows[number] for number in ids if number in self.rows}

    def nearest(self, text: str, **how: Any) -> list[int]:
        return [one.paper_id for one in self.space.nearest(text, read=self.read, **{"limit": 10, **how})]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(PAPERS)


def made_up(count: int, *, seed: int = 1) -> dict[int, tuple[str, str]]:
    dice = random.Random(seed)
    letters = "abcdefghijklmnop"

    def words(length: int) -> str:
        return " ".join(
            f"w{letters[int(16 ** dice.random()) - 1]}{letters[int(16 ** dice.random()) - 1]}"
            for _ in range(length)
        )

    return {number: (words(5), words(40)) for number in range(1, count + 1)}


def test_the_paper_that_says_it_comes_first(shelf: Shelf) -> None:
    assert shelf.nearest("gaussian splatting")[0] == 1
    assert shelf.nearest("cheese in a cellar")[0] == 5


def test_what_says_it_in_other_words_is_found_too(shelf: Shelf) -> None:
    assert shelf.nearest("antibody", feedback=0.0) == [4]
    more = Shelf({**PAPERS, 6: ("Splats, and a radiance field", "Splatting renders a radiance field.")})
    assert set(more.nearest("splatting", feedback=0.0)) == {1, 6}
    # Nothing that was typed stands in the second: it shares what those two have in common.
    assert set(more.nearest("splatting")[:2]) == {1, 6}
    assert more.nearest("splatting")[2] == 2


def test_a_result_says_which_of_the_words_it_holds(shelf: Shelf) -> None:
    (first, *_) = shelf.space.nearest("papers about amino acids and cheese", read=shelf.read, limit=5)
    assert set(first.words) <= {"amino", "acid", "amino acid", "cheese"}
    assert first.words
    assert 0 < first.score <= 1.000001


def test_similar_papers_are_others(shelf: Shelf) -> None:
    found = shelf.space.similar(3, read=shelf.read, limit=3)
    assert found[0].paper_id == 4
    assert 3 not in [one.paper_id for one in found]
    assert shelf.space.similar(99, read=shelf.read, limit=3) == []


def test_only_among_the_papers_that_are_asked_for(shelf: Shelf) -> None:
    among = np.array([2, 3], dtype=np.int64)
    assert shelf.nearest("radiance field protein", among=among) == [2, 3]
    assert shelf.nearest("radiance field", among=np.zeros(0, dtype=np.int64)) == []
    assert [one.paper_id for one in shelf.space.similar(1, read=shelf.read, limit=3, among=among)] == [2]


@pytest.mark.parametrize(
    "text", ["", "the of and", "😀", "quaternionic beekeeping", "\x00", "x" * 10_000, "* -"]
)
def test_what_nobody_writes_about_finds_nothing(shelf: Shelf, text: str) -> None:
    assert shelf.nearest(text) == []


@pytest.mark.parametrize("limit", [0, 1, 2, 100])
def test_the_limit_holds(shelf: Shelf, limit: int) -> None:
    assert len(shelf.nearest("a protein, a radiance field, cheese", limit=limit)) == min(limit, 5)


def test_an_empty_space_finds_nothing() -> None:
    space = Space.of([])
    assert space.nearest("cheese", read=lambda _: {}, limit=5) == []
    assert space.similar(1, read=lambda _: {}, limit=5) == []


def test_a_space_grown_by_the_day_is_that_of_all_days() -> None:
    rows = packed(made_up(60))
    at_once = Space.of(rows.items())
    grown = Space.of(list(rows.items())[:59]).grown(list(rows.items())[58:])
    assert grown.ids.tolist() == at_once.ids.tolist()
    assert grown.frequency.tolist() == at_once.frequency.tolist()
    # (Pairs that were only in one paper then are missing in it now.)
    assert np.abs(grown.norms - at_once.norms).max() < 0.2 * at_once.norms.max()
    assert grown.grown(rows.items()) is grown

    def read(ids: Sequence[int]) -> dict[int, bytes]:
        return {number: rows[number] for number in ids}

    for space in (at_once, grown):
        assert space.similar(60, read=read, limit=1)[0].score > 0
    one, other = (space.nearest("waa wab", read=read, limit=60) for space in (at_once, grown))
    assert {near.paper_id for near in one[:5]} == {near.paper_id for near in other[:5]}
    scores = {near.paper_id: near.score for near in other}
    assert all(math.isclose(near.score, scores[near.paper_id], rel_tol=0.1) for near in one[:5])


def test_the_same_papers_make_the_same_space(shelf: Shelf) -> None:
    again = Shelf(PAPERS)
    asked = "a protein, a radiance field, cheese"
    assert again.space.nearest(asked, read=again.read, limit=9) == shelf.space.nearest(
        asked, read=shelf.read, limit=9
    )


def test_papers_are_like_one_another_as_the_ranker_has_it() -> None:
    """The cosine of two papers is that of their rows in the window's matrix."""
    texts = made_up(40, seed=3)
    papers = [Paper(id=n, title=t, abstract=a, first_listed=DAY) for n, (t, a) in texts.items()]
    statistics = Statistics.empty().grown(papers)
    window = Window.of(statistics, [Candidate(paper=one, sequence=one.id) for one in papers], today=DAY)
    shelf = Shelf(texts)
    rows = window.rows.toarray()
    found = shelf.space.similar(1, read=shelf.read, limit=40)
    assert len(found) > 10
    for one in found:
        assert math.isclose(one.score, float(rows[0] @ rows[one.paper_id - 1]), abs_tol=0.02)


def test_a_question_is_answered_by_bm25() -> None:
    """Against the formula, by hand."""
    texts = made_up(40, seed=3)
    shelf = Shelf(texts)
    terms = {n: paper_terms(stems(title), stems(abstract)) for n, (title, abstract) in texts.items()}
    frequency = Counter(term for counts in terms.values() for term in counts)
    kept = {
        n: {term: count for term, count in counts.items() if " " not in term or frequency[term] > 1}
        for n, counts in terms.items()
    }
    mean = sum(sum(counts.values()) for counts in kept.values()) / 40
    asked = {
        term: math.log(1 + (40 - frequency[term] + 0.5) / (frequency[term] + 0.5))
        * (0.5 if " " in term else 1)
        for term in ("waa", "wab", "wac", "waa wab", "wab wac")
        if " " not in term or frequency[term] > 1
    }
    expected = {
        n: sum(
            weight * counts[term] / (counts[term] + 1.2 * (0.25 + 0.75 * sum(counts.values()) / mean))
            for term, weight in asked.items()
            if term in counts
        )
        / sum(asked.values())
        for n, counts in kept.items()
    }
    found = shelf.space.nearest("waa wab wac", read=shelf.read, limit=40, feedback=0.0)
    assert {one.paper_id for one in found} == {n for n, score in expected.items() if score}
    for one in found:
        assert math.isclose(one.score, expected[one.paper_id], abs_tol=1e-5)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_short_paper_is_not_nearer_for_being_short() -> None:
    """What holds all that was asked comes before what holds half of it and nothing else."""
    shelf = Shelf(
        {
            **PAPERS,
            6: ("Whales", "Whales sing."),
            7: (
                "Songs of whales under the ice",
                "We listen to whales under the ice, where ships pass, divers dive and seals rest.",
            ),
        }
    )
    assert shelf.nearest("whales under ice")[0] == 7


@pytest.mark.parametrize("words", ["interested", "please recommend", "ideally"])
def test_how_somebody_asks_does_not_decide(words: str) -> None:
    shelf = Shelf({**PAPERS, 6: (f"{words} {words}", f"{words} {words} {words}")})
    assert shelf.nearest(f"{words}: amino acids of an antibody")[0] == 4


def test_a_word_of_asking_is_a_subject_where_papers_are_about_it() -> None:
    about = {n: (f"Rank of a matrix {n}", "The rank of a matrix is a number.") for n in range(6, 9)}
    assert set(Shelf({**PAPERS, **about}).nearest("rank")) >= set(about)


def test_around_a_text_stand_the_words_of_what_is_near() -> None:
    shelf = Shelf({**PAPERS, 6: ("Splats, and a radiance field", "Splatting renders a radiance field.")})
    found = shelf.space.around("splatting", read=shelf.read)
    assert {column_of("radiance field"), column_of("splatting")} <= set(found)
    assert column_of("cheese") not in found
    assert math.isclose(sum(weight * weight for weight in found.values()), 1.0)
    many = Shelf(made_up(60))
    assert len(many.space.around("waa wab wac", read=many.read)) == ADDED
    assert shelf.space.around("quaternionic beekeeping", read=shelf.read) == {}
    assert Space.of([]).around("splatting", read=lambda _: {}) == {}


def test_a_paper_is_some_bytes_a_term() -> None:
    rows = packed(made_up(50))
    space = Space.of(rows.items())
    held = sum(len(part.rows) for part in space.parts)
    assert held <= sum(len(row) // 4 for row in rows.values())
    assert (
        space.nbytes
        <= 3 * held + 8 * sum(len(part.columns) + 1 for part in space.parts) + 4 * COLUMNS + 16 * 50
    )


def test_packing_keeps_every_term_and_count() -> None:
    terms = {"graph": 3, "graph network": 1, "often": 1000, "神": 2}
    columns, counts = unpack(pack(terms))
    assert dict(zip(columns.tolist(), counts.tolist(), strict=True)) == {
        column_of(term): min(OFTEN, count) for term, count in terms.items()
    }
    assert columns.tolist() == sorted(columns.tolist())
    assert column_of("graph") < WORDS <= column_of("graph network") < COLUMNS
    assert pack({}) == b""


def test_a_part_holds_no_more_papers_than_two_bytes_number() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Postings.of(
            np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8), np.zeros(MOST + 1, dtype=np.int64)
        )


# ------------------------------------------------------------------------ real papers, real topics


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_feedback_finds_more_of_what_people_gave_a_tag_to(shared: Path) -> None:
    """Recall in the first twenty of the papers to which people gave a tag, over 219 tags: with feedback it is
    better by a hundredth (0.296 to 0.278), and the first ten are no worse."""
    folder = shared / "quality" / "tags"
    source = folder / json.loads((folder / "task.json").read_text())["papers"]
    names = [""]
    rows: dict[int, bytes] = {}
    for row in rows_of(source):
        rows[len(names)] = pack(paper_terms(stems(row["title"] or ""), stems(row["abstract"] or "")))
        names.append(row["id"])
    wanted = set(json.loads((folder / "candidates.json").read_text()))
    among = np.array([number for number, name in enumerate(names) if name in wanted], dtype=np.int64)
    held = {row["reader"]: set(row["relevant"]) for row in rows_of(folder / "held.jsonl.gz")}
    space = Space.of(rows.items())

    def read(ids: Sequence[int]) -> dict[int, bytes]:
        return {number: rows[number] for number in ids}

    def share(first: int, *, feedback: float) -> float:
        found = []
        for reader in rows_of(folder / "readers.jsonl.gz"):
            text = " ".join(topic["name"] for topic in reader["topics"])
            near = space.nearest(text, read=read, limit=first, among=among, feedback=feedback)
            relevant = held[reader["reader"]]
            hits = len({names[one.paper_id] for one in near} & relevant)
            found.append(hits / min(first, len(relevant)))
        return sum(found) / len(found)

    assert share(20, feedback=THEIRS) > share(20, feedback=0.0) + 0.01
    assert share(10, feedback=THEIRS) > share(10, feedback=0.0) - 0.005
