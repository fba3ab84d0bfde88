"""Words that go with a topic order what matched it, and make no match."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.features import Candidate, Window
from digest.core.feedback import mixed, names_of, related
from digest.core.likeness import Weigher, likenesses
from digest.core.packing import column_of, pack
from digest.core.profiles import Profile
from digest.core.space import Space
from digest.core.statistics import Statistics
from digest.core.terms import paper_terms, stems
from digest.core.vectors import HEAVIEST
from digest.model import Paper, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

DAY = dt.date(2026, 4, 21)
TEXTS = (
    ("Gaussian splatting of rooms", "We splat Gaussians into a radiance field and render the room."),
    ("Splatting streets", "Splatting renders a street as a radiance field of Gaussians."),
    ("Radiance fields from photographs", "A radiance field is rendered, view by view, from photographs."),
    ("Folding proteins", "A protein is a chain of amino acids, and it folds."),
    ("On cheese", "Cheese ripens slowly in a cellar, and is rendered by nobody."),
)
PAPERS = tuple(
    Paper(id=number, title=title, abstract=abstract, first_listed=DAY)
    for number, (title, abstract) in enumerate(TEXTS, start=1)
)
PACKED = {paper.id: pack(paper_terms(stems(paper.title), stems(paper.abstract))) for paper in PAPERS}
LIBRARY = Statistics.empty().grown(PAPERS)


def read(ids: Sequence[int]) -> dict[int, bytes]:
    return {number: PACKED[number] for number in ids}


@pytest.fixture(scope="module")
def window() -> Window:
    return Window.of(LIBRARY, [Candidate(paper=one, sequence=one.id) for one in PAPERS], today=DAY)


def around(text: str) -> dict[str, float]:
    return related(text, Space.of(PACKED.items()), read=read, names=names_of(LIBRARY))


def gist(window: Window, profile: Profile, known: Mapping[str, Mapping[str, float]]) -> NDArray[np.float64]:
    (found,) = likenesses(window, [profile], weigher=Weigher(window=window, related=known))
    return found.gist


def test_what_goes_with_a_topic_is_named_as_papers_say_it() -> None:
    found = around("splatting")
    assert {"radiance field", "gaussian", "splatting"} <= set(found)
    assert "cheese" not in found
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert math.isclose(sum(weight * weight for weight in found.values()), 1.0)


def test_a_text_that_no_paper_is_near_to_has_nothing_around_it() -> None:
    assert around("quaternionic beekeeping") == {}
    assert around("") == {}


def test_a_term_that_the_library_forgot_is_left_out() -> None:
    names = names_of(LIBRARY)
    del names[column_of("gaussian")]
    found = related("splatting", Space.of(PACKED.items()), read=read, names=names)
    assert found
    assert "gaussian" not in found


def test_of_two_terms_with_one_number_the_commoner_gives_its_name() -> None:
    one, other = "fbpl", "hafa"
    assert column_of(one) == column_of(other)
    for rare, common in ((one, other), (other, one)):
        names = names_of(Statistics(papers=9, counts={rare: 1, common: 5}))
        assert names == {column_of(one): common}


def test_a_paper_that_says_the_same_in_other_words_comes_nearer(window: Window) -> None:
    profile = Profile.of(Topic(name="splatting"), {})
    plain, more = gist(window, profile, {}), gist(window, profile, {profile.gist: around(profile.gist)})
    assert plain[2] == 0 < more[2]
    assert more[3] == 0
    assert set(np.argsort(-more)[:2]) == {0, 1}


def test_what_goes_with_a_topic_is_no_match(window: Window) -> None:
    from digest.core.rank import rank

    profile = Profile.of(Topic(name="splatting"), {})
    weigher = Weigher(window=window, related={profile.gist: around(profile.gist)})
    signs = rank(window, [profile], weigher=weigher)[0]
    assert set(np.flatnonzero(signs)) == {0, 1}


def test_a_word_that_a_topic_rules_out_does_not_go_with_it(window: Window) -> None:
    for topic in (
        Topic(
            name="splatting", text="Splatting of rooms\n\nNot interested in radiance fields from photographs"
        ),
        Topic(name="splatting", keywords=("splatting",), exclude=("radiance fields",)),
    ):
        profile = Profile.of(topic, {})
        known = {profile.gist: {"radiance field": 0.8, "gaussian": 0.6}}
        row = Weigher(window=window, related=known).gist(profile)
        assert "gaussian" in row
        assert "radiance field" not in row


def test_topics_that_rule_out_other_words_do_not_share_a_row(window: Window) -> None:
    open_one = Profile.of(Topic(name="splatting", keywords=("splatting",)), {})
    closed = Profile.of(Topic(name="splatting", keywords=("splatting",), exclude=("gaussian",)), {})
    assert open_one.gist == closed.gist
    weigher = Weigher(window=window, related={open_one.gist: {"gaussian": 1.0}})
    assert "gaussian" in weigher.gist(open_one)
    assert "gaussian" not in weigher.gist(closed)


def test_without_related_terms_a_topic_is_what_it_says(window: Window) -> None:
    profile = Profile.of(Topic(name="splatting", text="Radiance fields"), {})
    weigher = Weigher(window=window)
    row, said = weigher.gist(profile), weigher.text(profile.gist)
    assert row.keys() == said.keys()
    assert all(math.isclose(row[term], weight) for term, weight in said.items())


ROWS = st.dictionaries(st.text("abcde", min_size=1, max_size=3), st.floats(0.01, 1.0), max_size=80)


@settings(max_examples=60, deadline=None)
@given(own=ROWS, others=ROWS, without=st.sets(st.text("abcde", min_size=1, max_size=3), max_size=5))
def test_a_mixed_row_is_bounded(own: dict[str, float], others: dict[str, float], without: set[str]) -> None:
    row = mixed(own, others, without=without)
    assert len(row) <= HEAVIEST
    assert row.keys() <= own.keys() | (others.keys() - without)
    assert not row or math.isclose(sum(weight * weight for weight in row.values()), 1.0)
    assert all(weight > 0 for weight in row.values())
