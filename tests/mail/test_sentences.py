"""The sentences of an abstract, and those that say what the paper does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mail.sentences import gist, sentences


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("One only", ["One only"]),
        ("First one. Second one! Third?", ["First one.", "Second one!", "Third?"]),
        ("See Fig. 3, i.e. The plot. Done.", ["See Fig. 3, i.e. The plot.", "Done."]),
        ("By A. Sample et al. Here. Next.", ["By A. Sample et al. Here.", "Next."]),
        ("It gains 2.5 points over v1.0 models. Good.", ["It gains 2.5 points over v1.0 models.", "Good."]),
        ("They said “no.” We said yes.", ["They said “no.”", "We said yes."]),
        ("Is it (fully) solved? Émile says so.", ["Is it (fully) solved?", "Émile says so."]),
        ("本文提出了一种方法。实验表明有效。", ["本文提出了一种方法。", "实验表明有效。"]),
        ("lower case follows. like this", ["lower case follows. like this"]),
    ],
)
def test_sentences_end_where_a_reader_would_stop(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@given(st.text('ab .!?。"A(', max_size=60))
@settings(max_examples=100)
def test_no_word_is_lost_between_sentences(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_gist_is_two_sentences_where_both_fit() -> None:
    assert gist("Splats forget. Ours do not. More follows.") == "Splats forget. Ours do not."
    assert gist("A" * 200 + ". " + "B" * 200 + ".") == "A" * 200 + "."
    assert gist("方法很好。效果也好。还有。") == "方法很好。效果也好。"


def test_gist_cuts_only_a_first_sentence_that_is_too_long() -> None:
    short = gist("word " * 100)
    assert len(short) <= 300
    assert short.endswith("word…")
    assert gist("") == ""


@pytest.mark.parametrize(
    ("abstract", "said"),
    [
        ("Splats have come far. We present SplatKit. It is small.", "We present SplatKit. It is small."),
        ("Tides matter. In this work, tides are timed.", "In this work, tides are timed."),
        ("Tides matter. This paper times them.", "This paper times them."),
        ("Tides matter. A clock, termed Tick, is proposed.", "A clock, termed Tick, is proposed."),
        ("Clocks drift. To fix these gaps, we carefully design Tick.", "We carefully design Tick."),
        ("Clocks drift. However, we show that they need not.", "We show that they need not."),
        ("Clocks drift. Based on this, a clock is introduced.", "A clock is introduced."),
        (
            "Clocks drift. In case of such, say, rain, we build one.",
            "In case of such, say, rain, we build one.",
        ),
        ("Can we build clocks? They drift. We build one.", "We build one."),
        ("We study tides. They matter. We propose Tick.", "We study tides. They matter."),
        ("Clocks drift. Moreover, we show rust. This study oils.", "This study oils."),
        ("Clocks drift. We find that rust slows. Thus, we propose oil.", "We propose oil."),
        ("Clocks drift. We find that rust slows.", "We find that rust slows."),
        ("Nobody says what it does. Nothing follows.", "Nobody says what it does. Nothing follows."),
    ],
)
def test_gist_begins_where_the_paper_says_what_it_does(abstract: str, said: str) -> None:
    assert gist(abstract) == said


@pytest.mark.parametrize("piece", ["we ", "We have ", "to this ", "is ", "this a ", "To ", "and ", "a. We "])
def test_gist_of_long_repetitions_is_found_at_once(piece: str) -> None:
    assert len(gist(piece * 20_000)) <= 300
