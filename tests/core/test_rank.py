from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core import signs
from digest.core.calibrate import Calibration, score_of
from digest.core.likeness import likenesses
from digest.core.profiles import Profile, topic_key
from digest.core.rank import rank
from digest.core.vectors import text_weights
from digest.model import Topic
from tests.core import abstracts
from tests.core.windows import found, paper, tried, window

SPLATS = paper(1, "Gaussian splatting of rooms", "Radiance fields of a room are rendered from photographs.",
               arxiv_id="2604.90001")  # fmt: skip
SPEECH = paper(
    2,
    "Whispered vowels",
    "Speech of whispering speakers is recognised.",
    authors=("Émile Müller-Lüdenscheidt", "Kaiming He"),
    categories=("eess.AS", "cs.SD"),
)
QUBITS = paper(3, "Leaking qubits", "Surface codes correct errors of qubits.", categories=("quant-ph",))
PAPERS = [SPLATS, SPEECH, QUBITS]


def test_title_beats_abstract_and_both_beat_either() -> None:
    papers = [paper(1, "Trams", "A qubit."), paper(2, "A qubit", "Trams."), paper(3, "The qubit", "A qubit.")]
    assert found(papers, keywords="qubit") == [3, 2, 1]


def test_rare_keyword_beats_common_one() -> None:
    papers = [paper(at, f"Vowels {at}", "Heard.") for at in range(1, 9)]
    papers.append(paper(9, "Qubits 9", "Heard."))
    assert found(papers, keywords=("vowels", "qubits"))[0] == 9


def test_more_distinct_keywords_beat_one_repeated() -> None:
    often = paper(1, "Trams", "Qubits, qubits, qubits, qubits, qubits and qubits of trams go on.")
    both = paper(2, "Trams", "Qubits by trams of ions.")
    assert found([often, both], keywords=("qubits", "ions")) == [2, 1]


def test_repetition_saturates() -> None:
    rare = np.ones(3)
    once, twice, often = signs.keyword_signs(rare, np.zeros(3, dtype=bool), np.array([1, 2, 1000]))
    assert once < twice < often < once * 1.31


def test_own_word_passes_however_common() -> None:
    papers = [paper(at, f"Model number {at}", "A model.") for at in range(1, 40)]
    assert len(tried(papers, keywords="model")) == 39
    table = rank(window(papers, filled=False), [Profile.of(Topic(name="T", keywords=("model",)), {})])
    assert table.min() >= signs.PASS


@pytest.mark.parametrize("wanted", ["K. He", "He, Kaiming", "kaiming he", "Emile Mueller-Ludenscheidt"])
def test_author_is_found_through_initials_order_and_diacritics(wanted: str) -> None:
    assert found(PAPERS, authors=wanted) == [2]


def test_two_wanted_authors_beat_one() -> None:
    papers = [paper(1, "A", authors=("Ada Lovelace", "Bo Li")), paper(2, "B", authors=("Ada Lovelace",))]
    assert found(papers, authors=("Ada Lovelace", "Bo Li")) == [1, 2]


def test_whole_name_typed_as_a_keyword_finds_its_author() -> None:
    assert found(PAPERS, keywords="Kaiming He") == [2]
    assert found(PAPERS, keywords="K He") == []


def test_exclusion_is_final() -> None:
    everything = {"keywords": "vowels", "authors": "Kaiming He", "text": "whispered speech of speakers"}
    assert found(PAPERS, **everything) == [2]
    assert found(PAPERS, **everything, exclude="Recognised") == []
    assert found(PAPERS, **everything, exclude=("", "the", "recogn")) == [2]


def _in_category() -> float:
    return float(Calibration().strengths(np.array([signs.CATEGORY]))[0])


@pytest.mark.parametrize("limit", ["quant-ph", "QUANT-PH", "quant-ph.*"])
def test_categories_alone_are_the_match(limit: str) -> None:
    items = tried(PAPERS, categories=limit)
    assert [(item.paper_id, item.score) for item in items] == [(3, score_of(_in_category()))]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("cs", [2]), ("cs.*", [2]), ("cs.SD", [2]), ("cs.CV", []), ("c", []), ("quant-ph", [])],
)
def test_categories_limit_where_keywords_look(limit: str, expected: list[int]) -> None:
    assert found(PAPERS, keywords=("vowels", "radiance"), categories=limit) == expected


def test_papers_of_a_category_stand_by_heat_then_newest() -> None:
    papers = [
        paper(at, f"T{at}", categories=("cs.CV",), upvotes=votes) for at, votes in ((1, 0), (2, 7), (3, 0))
    ]
    assert found(papers, categories="cs.CV") == [2, 3, 1]


def test_text_finds_its_subject_alone() -> None:
    assert found(PAPERS, text="I listen to whispered speech and its speakers.") == [2]


def test_one_word_in_common_is_not_a_subject() -> None:
    assert found([paper(1, "Protein shakes"), SPLATS], text="protein folding of enzymes") == []


def test_a_word_of_another_sense_is_no_subject_with_a_word_that_is_everywhere() -> None:
    papers = [paper(at, f"Benchmarks {at}", "A benchmark of tides.") for at in range(10, 60)]
    papers += [
        paper(1, "Sign language of whispers", "Sign language, told by signs."),
        paper(2, "Sign flips", "Of a sign, a sign bit and its sign flips there is a benchmark."),
    ]
    assert found(papers, text="Benchmarks of sign language") == [1]


def test_words_of_the_trade_are_no_subject_but_in_a_pair() -> None:
    papers = [
        paper(1, "Fair machine learning models", "Machine learning models and networks learn from data."),
        paper(2, "Weather and climate by machine learning", "Storms."),
        paper(3, "Continual learning of tides", "Continual learning goes on."),
    ]
    assert found(papers, text="Machine learning models for weather and climate data") == [2]
    assert found(papers, text="Continual learning with neural network models") == [3]
    assert set(found(papers, text="Machine learning")) == {1, 2}


def test_what_is_said_in_passing_weighs_less_than_a_subject() -> None:
    papers = [paper(at, f"Splats {at}", "Splats have a usage.") for at in range(1, 30)]
    papers += [paper(at, f"Tides {at}", "Floods.") for at in range(30, 90)]
    weighed = text_weights("usage of splats", window(papers).statistics)
    assert weighed["splat"] > 1.5 * weighed["usage"]


def test_what_a_text_does_not_want_pulls_nothing_in() -> None:
    text = "Surface codes for qubits.\n\n## Topics I am less interested in\n- whispered speech of speakers\n"
    assert found(PAPERS, text=text) == [3]


def test_paper_nearer_to_an_unwanted_line_is_left_out() -> None:
    wanted = "Rendering rooms and recognising speech of speakers"
    assert 2 in found(PAPERS, text=wanted)
    assert 2 not in found(PAPERS, text=f"{wanted}\nNot relevant: whispered vowels, whispering speakers")


def test_example_finds_its_like_and_not_itself() -> None:
    like = paper(4, "Rooms by Gaussian splatting", "Radiance fields rendered from photographs of rooms.")
    items = tried([*PAPERS, like], examples={"2604.90001": SPLATS})
    assert [item.paper_id for item in items] == [4]


def test_example_may_be_typed_as_a_url_and_may_be_unknown() -> None:
    profile = Profile.of(
        Topic(name="T", examples=("https://arxiv.org/abs/2604.90001v2", "2604.90003")), {"2604.90001": SPLATS}
    )
    assert profile.examples == (SPLATS,)


def test_topic_with_nothing_but_a_name_asks_for_the_name() -> None:
    assert found(PAPERS, name="Gaussian Splatting") == [1]


@pytest.mark.parametrize("nothing", [
    {"keywords": "the"}, {"keywords": "!?"}, {"text": "the of and"}, {"text": "…"}, {"text": "\U0001f600"},
    {"keywords": ("", " ")}, {"authors": ("", "  ")}, {"examples": {}}, {"authors": "?"},
    {"text": "Not interested in whispered speech"}, {"name": ""},
])  # fmt: skip
def test_topic_of_nothing_finds_nothing(nothing: dict[str, object]) -> None:
    assert found(PAPERS, **{"name": "?", **nothing}) == []


def test_topic_of_three_thousand_words_ranks() -> None:
    text = (
        " ".join(f"word{at % 700}" for at in range(2990))
        + " whispered speech of speakers, recognised vowels."
    )
    assert 3 not in found(PAPERS, text=text, keywords=text)


def test_five_hundred_topics_rank_as_each_alone() -> None:
    papers = abstracts.papers()
    made = window(papers)
    words = sorted({word for one in papers for word in one.title.split()})
    topics = [
        Topic(name=f"{at}", keywords=(words[at % len(words)],), text=papers[at % 40].abstract)
        for at in range(500)
    ]
    profiles = [Profile.of(topic, {}) for topic in topics]
    table = rank(made, profiles)
    for at in (0, 41, 499):
        assert (rank(made, [profiles[at]])[0] == table[at]).all()


def test_blocks_of_a_large_window_rank_as_one() -> None:
    made = window(abstracts.papers())
    profiles = [
        Profile.of(Topic(name=str(at), text=one.abstract), {}) for at, one in enumerate(abstracts.papers())
    ]
    whole = list(likenesses(made, profiles))
    for cells in (1, 1000):
        parts = list(likenesses(made, profiles, cells=cells))
        assert np.allclose([one.gist for one in whole], [one.gist for one in parts])
        assert np.allclose([one.text for one in whole], [one.text for one in parts])


def test_topics_that_differ_in_weight_alone_are_ranked_once() -> None:
    one, other = (
        Topic(name="T", keywords=("a b",)),
        Topic(name="T", keywords=("a b",), weight=3.0, max_papers=2),
    )
    assert topic_key(one, {}) == topic_key(other, {})
    assert topic_key(one, {}) != topic_key(Topic(name="T", keywords=("a c",)), {})


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(max_size=20), max_size=4),
    st.text(max_size=200),
    st.lists(st.text(max_size=20), max_size=3),
    st.lists(st.text(max_size=12), max_size=3),
)
def test_any_topic_ranks_without_nan(
    keywords: list[str], text: str, authors: list[str], spared: list[str]
) -> None:
    topic = Topic(
        name=text[:5], keywords=tuple(keywords), text=text, authors=tuple(authors), exclude=tuple(spared),
        categories=tuple(spared[:1]), examples=tuple(keywords[:1]),
    )  # fmt: skip
    table = rank(window(PAPERS), [Profile.of(topic, {})])
    assert np.isfinite(table).all()
    assert (table >= 0).all()
    wanted = table[table > 0]
    assert (wanted >= signs.PASS - 1e-6).all()


def test_no_profiles_and_no_papers_rank() -> None:
    assert rank(window(PAPERS), []).shape == (0, 63)
    assert rank(window([], filled=False), [Profile.of(Topic(name="T", text="qubits"), {})]).shape == (1, 0)
    assert found([paper(1, "")], keywords="qubit") == []
