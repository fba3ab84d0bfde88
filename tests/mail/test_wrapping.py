"""Lines of the text part."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mail.wrapping import columns, wrap

words = st.text("abcdefgé,.·", min_size=1, max_size=12)


@given(st.lists(words, min_size=1, max_size=30).map(" ".join), st.integers(min_value=16, max_value=40))
@settings(max_examples=100)
def test_latin_text_is_wrapped_as_the_standard_library_does(text: str, width: int) -> None:
    assert wrap(text, first="- ", rest="  ", width=width) == textwrap.fill(
        text, width=width, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
    )


@given(st.text("a高é :/=", max_size=120), st.integers(min_value=8, max_value=40))
@settings(max_examples=100)
def test_no_line_is_too_wide_but_for_an_address_and_no_mark_is_lost(text: str, width: int) -> None:
    text = " ".join(text.split())
    wrapped = wrap(text, first="* ", rest="  ", width=width)
    for line in wrapped.splitlines():
        assert columns(line) <= width or "://" in line
    assert "".join(wrapped.removeprefix("* ").split()) == "".join(text.split())


def test_an_address_for_the_web_is_never_cut() -> None:
    url = "https://example.org/" + "a" * 100
    assert wrap(f"see {url} there", width=20) == f"see\n{url}\nthere"


def test_a_long_word_is_cut_and_chinese_runs_over_lines_of_half_as_many() -> None:
    assert wrap("x" * 25, width=10) == "x" * 10 + "\n" + "x" * 10 + "\n" + "x" * 5
    assert wrap("高斯泼溅方法", width=6) == "高斯泼\n溅方法"


def test_nothing_stays_nothing() -> None:
    assert wrap("", first="Why: ") == ""


@pytest.mark.parametrize(("text", "wide"), [("abc", 3), ("é·“", 3), ("高a", 3), ("😀", 2)])
def test_columns_are_counted_as_a_terminal_shows_them(text: str, wide: int) -> None:
    assert columns(text) == wide
