"""What a topic learns from likes, and what papers score by it."""

from __future__ import annotations

import random
import time
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.directions import Directions
from digest.core.field import Field
from digest.core.learn import Like, learn
from digest.core.learned import TERMS, Learned
from digest.core.packing import pack
from digest.core.statistics import Statistics
from digest.core.taught import Taught
from digest.core.vectors import matrix, weights
from digest.errors import StoreError

SUBJECTS = {
    "graphs": "graph node edge walk tree path",
    "biology": "protein cell gene virus tissue enzyme",
    "stars": "star galaxy orbit dust comet planet",
    "law": "court law judge jury trial appeal",
}


def paper(subject: str, seed: int) -> dict[str, int]:
    """Four words of a subject, two pairs of them, and two words of no subject."""
    draw = random.Random(f"{subject}{seed}")
    own = draw.sample(SUBJECTS[subject].split(), 4)
    terms = {word: draw.randint(1, 3) for word in own}
    terms |= {f"{own[0]} {own[1]}": 1, f"{own[2]} {own[3]}": 1}
    return terms | dict.fromkeys([f"common{draw.randint(0, 20)}", f"common{draw.randint(0, 20)}"], 1)


@cache
def library() -> tuple[tuple[dict[str, int], ...], Statistics, Directions]:
    papers = tuple(paper(subject, seed) for seed in range(100) for subject in SUBJECTS)
    return papers, Statistics.empty().grown_by(papers), Directions.fit([pack(one) for one in papers])


@cache
def field(*, directed: bool = True) -> Field:
    """The library's papers, in turn of graphs, biology, stars and law."""
    papers, statistics, directions = library()
    rows = [weights(one, statistics) for one in papers]
    columns = {term: place for place, term in enumerate(dict.fromkeys(term for row in rows for term in row))}
    return Field.of(
        matrix(rows, columns), columns, statistics=statistics, directions=directions if directed else None
    )


def likes(subject: str, *, count: int = 5, weight: float = 1.0, first: int = 0) -> list[Like]:
    at = list(SUBJECTS).index(subject)
    ids = range(at + 4 * first, at + 4 * (first + count), 4)
    return [Like(paper_id=one, terms=library()[0][one], weight=weight) for one in ids]


def taught(
    some: list[Like],
    *,
    directed: bool = True,
    struck: frozenset[str] = frozenset(),
    pinned: frozenset[str] = frozenset(),
) -> Learned:
    _, statistics, directions = library()
    return learn(
        some, statistics=statistics, directions=directions if directed else None, struck=struck, pinned=pinned
    )


def means(learned: Learned, *, directed: bool = True) -> dict[str, float]:
    """The mean score of each subject's papers."""
    scores = field(directed=directed).scores([learned])[0]
    return {subject: float(scores[at::4].mean()) for at, subject in enumerate(SUBJECTS)}


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("count", [1, 3, 30])
def test_papers_of_the_liked_subject_stand_first(count: int, directed: bool) -> None:
    found = means(taught(likes("stars", count=count), directed=directed), directed=directed)
    assert found.pop("stars") > 2 * max(*found.values(), 0.02)


def test_a_disliked_subject_sinks_and_the_liked_one_does_not() -> None:
    before = means(taught(likes("stars")))
    after = means(taught(likes("stars") + likes("law", weight=-1)))
    assert after["law"] < before["law"] - 0.05
    assert after["stars"] >= before["stars"] * 0.95


def test_a_subject_liked_and_disliked_sinks_below_one_that_is_only_liked() -> None:
    found = means(taught(likes("stars") + likes("law") + likes("law", weight=-1, first=10)))
    assert 0 < found["law"] < found["stars"] * 0.8


def test_dislikes_alone_count_against() -> None:
    found = means(taught(likes("law", weight=-1)))
    assert found["law"] < 0
    assert found["law"] < min(found["stars"], found["graphs"], found["biology"])


def test_a_paper_liked_and_disliked_teaches_nothing() -> None:
    both = likes("law", count=1) + likes("law", count=1, weight=-1)
    assert not taught(both)
    assert not field().scores([taught(both)]).any()


def test_all_liked_papers_disliked_again_but_one() -> None:
    some = likes("law") + likes("law", count=4, weight=-1)
    assert means(taught(some))["law"] > 0


@pytest.mark.parametrize("some", [[], [Like(paper_id=1, terms={})], [Like(paper_id=1, terms={"unseen": 1})]])
def test_nothing_to_learn_from_scores_nothing(some: list[Like]) -> None:
    found = field().scores([taught(some)])
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 1e-6


def test_age_fades_evidence_and_not_the_direction() -> None:
    fresh, old = taught(likes("stars")), taught(likes("stars", weight=0.25))
    assert old.evidence == pytest.approx(fresh.evidence / 4)
    assert list(old.terms) == list(fresh.terms)


def test_a_fresh_like_outweighs_an_old_one() -> None:
    found = means(taught(likes("stars") + likes("law", weight=0.1)))
    assert found["stars"] > 2 * found["law"]


def test_no_more_than_the_heaviest_terms_are_kept() -> None:
    learned = taught([one for subject in SUBJECTS for one in likes(subject, count=25)])
    assert len(learned.terms) == TERMS
    heavy = [abs(weight) for weight in learned.terms.values()]
    assert heavy == sorted(heavy, reverse=True)
    assert len(learned.to_bytes()) < 4000


def test_the_projection_says_what_the_kept_terms_do_not() -> None:
    some = [one for subject in ("stars", "law") for one in likes(subject, count=25)]
    whole = field().scores([taught(some)])[0]
    learned = taught(some)
    bare = Learned(terms=learned.terms)
    cut = field().scores([bare])[0]
    assert np.abs(whole - cut).max() > 0.01
    assert whole[2::4].mean() > 2 * whole[0::4].mean()


@pytest.mark.parametrize("directed", [True, False])
def test_a_struck_word_counts_for_nothing(directed: bool) -> None:
    learned = taught(likes("stars", count=20), directed=directed, struck=frozenset({"galaxy"}))
    assert not [term for term in learned.terms if "galaxy" in term]
    there = field(directed=directed)
    scores = there.scores([learned])[0]
    # A paper of nothing but the struck word and its pairs scores nothing.
    _, statistics, directions = library()
    rows = [weights({"galaxy": 3, "galaxy star": 1, "dust galaxy": 2}, statistics)]
    columns = {term: place for place, term in enumerate(rows[0])}
    alone = Field.of(
        matrix(rows, columns), columns, statistics=statistics, directions=directions if directed else None
    )
    assert alone.scores([learned])[0] == pytest.approx(0, abs=1e-6)
    for place in range(40):
        score, losses = there.losses(place, learned)
        assert "galaxy" not in losses
        assert score == pytest.approx(scores[place], abs=2e-3)


def test_a_struck_pair_leaves_its_words() -> None:
    pair = next(term for term in taught(likes("stars", count=20)).terms if " " in term)
    learned = taught(likes("stars", count=20), struck=frozenset({pair}))
    assert pair not in learned.terms
    assert set(pair.split()) <= set(learned.terms)


def test_a_pinned_word_weighs_as_much_as_the_heaviest() -> None:
    learned = taught(likes("stars"), pinned=frozenset({"judge", "dust"}))
    top = max(learned.terms.values())
    assert learned.terms["judge"] == learned.terms["dust"] == top
    assert top == max(taught(likes("stars")).terms.values())


def test_a_pinned_word_counts_without_likes() -> None:
    found = means(taught([], pinned=frozenset({"judge"})))
    assert found["law"] > 0.05
    assert found["stars"] == 0


def test_what_is_struck_is_not_pinned() -> None:
    assert "judge" not in taught([], pinned=frozenset({"judge"}), struck=frozenset({"judge"})).terms


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_score_that_words_explain_is_that_of_the_ranking(sign: float, directed: bool) -> None:
    learned = taught(likes("stars", weight=sign) + likes("graphs", count=2), directed=directed)
    there = field(directed=directed)
    scores = there.scores([learned])[0]
    for place in range(60):
        assert there.losses(place, learned)[0] == pytest.approx(scores[place], abs=1e-4)


def test_the_words_of_the_subject_are_the_greatest_losses() -> None:
    _, losses = field().losses(4 * 50 + 2, taught(likes("stars", count=20)))
    assert set(list(losses)[:3]) <= set(SUBJECTS["stars"].split())


def test_what_was_learned_along_other_directions_counts_by_its_terms() -> None:
    learned = taught(likes("stars"))
    other = Learned(
        terms=learned.terms, rest=learned.rest, likeness=learned.likeness, blend=1, version="older"
    )
    assert np.array_equal(field().scores([other]), field().scores([Learned(terms=learned.terms)]))


def test_topics_are_scored_alone_as_among_others() -> None:
    some = [taught(likes(subject)) for subject in SUBJECTS]
    some += [
        Learned(),
        taught(likes("law"), directed=False),
        taught(likes("law"), struck=frozenset({"jury"})),
    ]
    together = field().scores(some)
    for row, one in zip(together, some, strict=True):
        assert field().scores([one])[0] == pytest.approx(row, abs=1e-6)
    assert field().scores([]).shape == (0, 400)


def test_bytes_bring_back_what_was_learned() -> None:
    learned = taught(
        likes("stars", count=30), struck=frozenset({"dust", "comet"}), pinned=frozenset({"judge"})
    )
    again = Learned.from_bytes(learned.to_bytes())
    assert list(again.terms) == list(learned.terms)
    assert (again.struck, again.version) == (learned.struck, learned.version)
    assert field().scores([again]) == pytest.approx(field().scores([learned]), abs=2e-3)
    assert not Learned.from_bytes(Learned().to_bytes())


def test_bytes_bring_a_struck_pair_back_as_a_pair() -> None:
    learned = taught(likes("stars", count=30), struck=frozenset({"dust comet", "orbit"}))
    assert Learned.from_bytes(learned.to_bytes()).struck == {"dust comet", "orbit"}


def test_words_without_end_can_be_kept() -> None:
    long = [f"{number}{'ა' * 900}" for number in range(64)]
    learned = Learned(terms=dict.fromkeys(long, 0.5), struck=frozenset(long))
    assert set(Learned.from_bytes(learned.to_bytes()).terms) == set(long)
    kept = Taught.from_bytes(Taught(learned=learned, related=dict.fromkeys(long, 0.5)).to_bytes())
    assert kept is not None
    assert set(kept.related) == set(long)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data[:9], "cut off"),
        (lambda data: data[:-2], "checksum"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "checksum"),
        (lambda data: b"XXXX" + data[4:], "begin"),
        (lambda data: data[:4] + b"\x63" + data[5:], "version 99"),
    ],
)
def test_damage_is_told_in_a_sentence(change, why) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StoreError, match=why):
        Learned.from_bytes(change(taught(likes("stars")).to_bytes()))


@pytest.mark.parametrize("size", [1, 2, 5, 30, 100])
def test_a_young_library_teaches_already(size: int) -> None:
    papers = library()[0][:size]
    statistics = Statistics.empty().grown_by(papers)
    directions = Directions.fit([pack(one) for one in papers])
    learned = learn([Like(paper_id=0, terms=papers[0])], statistics=statistics, directions=directions)
    rows = [weights(one, statistics) for one in papers]
    columns = {term: place for place, term in enumerate(dict.fromkeys(term for row in rows for term in row))}
    there = Field.of(matrix(rows, columns), columns, statistics=statistics, directions=directions)
    scores = there.scores([learned])[0]
    assert np.isfinite(scores).all()
    assert scores.argmax() == 0
    assert scores[0] > 0.5


def test_five_thousand_likes_are_learned_in_a_moment() -> None:
    papers = library()[0]
    some = [Like(paper_id=one, terms=papers[one % len(papers)]) for one in range(5000)]
    began = time.process_time()
    learned = taught(some)
    assert time.process_time() - began < 3
    assert learned.evidence == 5000


@settings(max_examples=25, deadline=None)
@given(
    some=st.lists(st.tuples(st.integers(0, 399), st.sampled_from([-1.0, -0.1, 0.0, 0.3, 1.0])), max_size=12),
    struck=st.sets(st.sampled_from(["star", "galaxy", "law", "star dust", "common1"]), max_size=3),
    pinned=st.sets(st.sampled_from(["star", "graph", "nowhere"]), max_size=2),
)
def test_whatever_is_liked_scores_are_finite_and_stay_in_bounds(
    some: list[tuple[int, float]], struck: set[str], pinned: set[str]
) -> None:
    given_likes = [Like(paper_id=one, terms=library()[0][one], weight=weight) for one, weight in some]
    learned = taught(given_likes, struck=frozenset(struck), pinned=frozenset(pinned))
    scores = field().scores([learned])
    assert np.isfinite(scores).all()
    assert np.abs(scores).max() < 3
    assert len(learned.terms) <= TERMS
    assert not struck & set(learned.terms)
