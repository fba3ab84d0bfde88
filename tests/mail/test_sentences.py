"""The first sentences of an abstract."""

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
