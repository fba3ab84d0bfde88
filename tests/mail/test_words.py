"""Words: cleaning, cutting, counting, dates."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mail.words import (
    BRIEF_LIMIT,
    MEMO_SIZE,
    Memo,
    brief,
    clean,
    listed,
    long_date,
    number,
    plural,
    rounded,
    short_date,
    shorten,
    zone_words,
)


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_clean_text_is_one_line_without_invisible_marks(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert {unicodedata.category(mark) for mark in cleaned} <= {
        *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No"),
        *("Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Co", "Cf"),
    }
    assert {mark for mark in cleaned if unicodedata.category(mark) == "Cf"} <= set("\u200c\u200d")
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\tc", "a b c"),
        ("a\x00b", "a b"),
        ("\u202eevil\u202c \u2066x\u2069\u200b\ufeff", "evil x"),
        ("\ud800x", "x"),
        ("a\u00a0\u2028b", "a b"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        (" a  b ", "a b"),
    ],
)
def test_cleaning_keeps_the_words(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(max_size=60), st.integers(min_value=8, max_value=40))
@settings(max_examples=100)
def test_shortened_text_fits_and_begins_as_before(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…")) or short == text


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short enough", 12, "short enough"),
        ("a memory of what it has seen", 14, "a memory…"),
        ("Splats, shadows and a method", 24, "Splats, shadows…"),
        ("x" * 30, 10, "x" * 9 + "…"),
        ("tiny " + "y" * 30, 12, "tiny yyyyyy…"),
        ("band of brothers", 13, "band…"),
    ],
)
def test_text_is_cut_at_a_word_that_does_not_hang(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1234, "1.2k"),
        (9_960, "10k"),
        (15_400, "15k"),
        (2_500_000, "2.5M"),
    ],
)
def test_counts_are_rounded_as_people_say_them(count: int, words: str) -> None:
    assert rounded(count) == words


def test_numbers_and_lists_read_aloud() -> None:
    assert number(12_345) == "12,345"
    assert [plural(1, "upvote"), plural(2, "upvote")] == ["1 upvote", "2 upvotes"]
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_dates_are_in_words_and_name_another_year() -> None:
    assert long_date(dt.date(2026, 4, 21)) == "Tuesday 21 April"
    assert short_date(dt.date(2026, 4, 20), year=2026) == "20 Apr"
    assert short_date(dt.date(2025, 12, 31), year=2026) == "31 Dec 2025"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "Berlin time"),
        ("America/New_York", "New York time"),
        ("Etc/GMT+5", "Etc/GMT+5"),
    ],
)
def test_zones_are_named_by_their_place(zone: str, words: str) -> None:
    assert zone_words(zone) == words


def test_memo_makes_each_once_and_never_holds_too_many() -> None:
    made: list[str] = []
    memo = Memo(lambda words: made.append(words) or words.upper())  # type: ignore[func-returns-value]
    assert [memo["a"], memo["b"], memo["a"]] == ["A", "B", "A"]
    assert made == ["a", "b"]
    for other in range(MEMO_SIZE):
        assert memo[str(other)] == str(other)
        assert len(memo) <= MEMO_SIZE


@given(st.text(max_size=120))
@settings(max_examples=100)
def test_brief_words_are_clean_and_cut(text: str) -> None:
    assert brief(text) == shorten(clean(text), BRIEF_LIMIT)
