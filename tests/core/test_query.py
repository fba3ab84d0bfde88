"""What people type into a search box: read as they meant it, and nothing of it can do harm."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.core.plurals import numbers, stem_plural
from digest.core.query import LONGEST, MOST, Query, Term, parse


def words(query: Query) -> list[tuple[str, ...]]:
    return [term.words for term in query.wanted]


def test_words_are_sought_one_by_one_in_lower_case() -> None:
    assert words(parse("Graph  NETWORKS")) == [("graph",), ("networks",)]


def test_a_quoted_phrase_is_taken_at_its_word() -> None:
    (term,) = parse('"state of the art"').wanted
    assert term.exact
    assert term.spellings == (("state", "of", "the", "art"),)


@pytest.mark.parametrize("typed", ["“graph networks”", "«graph networks»", "„graph networks“"])
def test_quotes_of_other_languages_are_quotes(typed: str) -> None:
    assert parse(typed).wanted == (Term(words=("graph", "networks"), exact=True),)


def test_a_word_is_sought_in_singular_and_plural() -> None:
    (term,) = parse("networks").wanted
    assert set(term.spellings) == {("networks",), ("network",)}
    (term,) = parse("study").wanted
    assert set(term.spellings) == {("study",), ("studies",)}


def test_a_hyphened_word_is_sought_apart_and_as_one() -> None:
    (term,) = parse("pre-training").wanted
    assert ("pre", "training") in term.spellings
    assert ("pretraining",) in term.spellings


def test_words_of_every_text_are_left_out_if_there_are_others() -> None:
    assert words(parse("the theory of everything")) == [("theory",)]
    assert words(parse("the of")) == [("the",), ("of",)]
    assert words(parse('"the"')) == [("the",)]


def test_fields_say_where_a_word_stands() -> None:
    query = parse('title:graphs author:"Kaiming He" AU:hinton by:"Li" cat:cs.CV category:"Plant Biology"')
    assert [(term.field, term.words) for term in query.wanted] == [
        ("title", ("graphs",)),
        ("author", ("kaiming", "he")),
        ("author", ("hinton",)),
        ("author", ("li",)),
    ]
    assert query.categories == ("cs.CV", "Plant Biology")


@pytest.mark.parametrize("typed", ['author:"K. He"', 'author:"He, K."', "author:He"])
def test_the_letter_of_a_given_name_is_no_word_to_seek(typed: str) -> None:
    assert words(parse(typed)) == [("he",)]


def test_a_minus_leaves_out() -> None:
    query = parse('splatting -survey -"social media" -title:review')
    assert words(query) == [("splatting",)]
    assert [(term.field, term.words) for term in query.unwanted] == [
        ("", ("survey",)),
        ("", ("social", "media")),
        ("title", ("review",)),
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "2604.01234",
        "arXiv:2604.01234v3",
        "https://arxiv.org/abs/2604.01234v2",
        "http://www.arxiv.org/pdf/2604.01234.pdf",
        "https://huggingface.co/papers/2604.01234",
        "10.48550/arXiv.2604.01234",
        '"2604.01234"',
        "(2604.01234).",
    ],
)
def test_an_arxiv_id_in_whatever_form_names_its_paper(typed: str) -> None:
    assert parse(typed) == Query(keys=("arxiv:2604.01234",))


def test_a_doi_names_its_paper() -> None:
    assert parse("https://doi.org/10.1000/ABC.1").keys == ("doi:10.1000/abc.1",)


def test_an_id_among_words_is_both() -> None:
    query = parse("splatting 2604.01234")
    assert (words(query), query.keys) == ([("splatting",)], ("arxiv:2604.01234",))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('a" OR title:b NEAR(x y, 5)', {"or", "b", "near", "x", "y", "5", "a"}),
        ("'; DROP TABLE papers; --", {"drop", "table", "papers"}),
        ("^.*(a|b)+$ [x-z]{3,}", {"a", "b", "x", "z", "3"}),
        ('"unbalanced words', {"unbalanced", "words"}),
        ("std::vector {title abstract}:x", {"std", "vector", "title", "abstract", "x"}),
        ("C++ C#", {"c"}),
        ("שלום עולם", {"שלום", "עולם"}),
        ("神经网络 😀", {"神经网络"}),
        ("a\x00b\x1f\u202ec", {"a", "b", "c"}),
    ],
)
def test_signs_part_words_and_do_nothing_else(typed: str, found: set[str]) -> None:
    query = parse(typed)
    assert {word for term in query.wanted for word in term.words} <= found
    assert query.wanted


@pytest.mark.parametrize("typed", ["", "  ", "-", "-- -", '"" “”', "* ^ ()", "😀", "\x00", "title:", '-"'])
def test_nothing_to_seek_is_nothing(typed: str) -> None:
    assert not parse(typed).wanted or words(parse(typed)) == [("title",)]
    assert parse(typed).unwanted == ()


def test_more_than_is_read_is_said() -> None:
    query = parse("word " * 10_000)
    assert query.is_cut
    assert words(query) == [("word",)]
    many = parse(" ".join(f"w{number}" for number in range(100)))
    assert many.is_cut
    assert len(many.wanted) == MOST
    assert not parse("w" * LONGEST).is_cut


@settings(max_examples=60)
@given(st.text(max_size=200))
@example('"' * 500)
@example("-" * 500)
@example("\ud800")
@example("a:" * 400)
@example("İ ǅ ß ﬁ ²")
def test_whatever_is_typed_becomes_letters_and_digits(text: str) -> None:
    query = parse(text)
    for term in (*query.wanted, *query.unwanted):
        assert term.words
        for spelling in term.spellings:
            for word in spelling:
                # (A letter may lose its dot to a mark of its own when it is made small.)
                assert word.replace("\u0307", "").isalnum(), word


@settings(max_examples=60)
@given(st.text(alphabet="aceisyxhz", min_size=1, max_size=9))
def test_singular_and_plural_find_each_other(word: str) -> None:
    forms = numbers(word)
    assert forms[0] == word
    assert len({stem_plural(form) for form in forms}) == 1
