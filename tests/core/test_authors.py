from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.authors import display_name, matches, signature, split_creators


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ann Lee, Bo Li", ("Ann Lee", "Bo Li")),
        ("Ann  Lee ,  Bo   Li,", ("Ann Lee", "Bo Li")),
        ("Ann Lee (MIT, Cambridge), Bo Li (A (B, C), D)", ("Ann Lee", "Bo Li")),
        ("Ann Lee(MIT),Bo Li and Cy Wu", ("Ann Lee", "Bo Li", "Cy Wu")),
        ("Ann Lee, Bo Li, and Cy Wu", ("Ann Lee", "Bo Li", "Cy Wu")),
        ("Ann Lee (MIT, Bo Li, Cy Wu", ("Ann Lee", "Bo Li", "Cy Wu")),
        ("Ann Lee), Bo Li", ("Ann Lee", "Bo Li")),
        ("Ann Lee (1), Bo Li (1 and 2) ((1) Uni A, (2) Uni B, X)", ("Ann Lee", "Bo Li")),
        ("The ATLAS Collaboration, Bo Li", ("The ATLAS Collaboration", "Bo Li")),
        ("ATLAS and CMS Collaborations", ("ATLAS and CMS Collaborations",)),
        ("The LHCb collaboration: R. Aaij, B. Adeva", ("The LHCb collaboration", "R. Aaij", "B. Adeva")),
        ("Jo Roe, Jr., Al Po, III", ("Jo Roe Jr.", "Al Po III")),
        ("Ann Lee, et al.", ("Ann Lee",)),
        ("Kaur, M., Bhati, K. K., Li, X.", ("M. Kaur", "K. K. Bhati", "X. Li")),
        ("Li, X, Wu, Y", ("X Li", "Y Wu")),
        ("Kim, Jane; Lee, S.", ("Jane Kim", "S. Lee")),
        (r"J\"org M\"uller, Bj{\o}rn L\'opez", ("Jörg Müller", "Bjørn López")),
        ("Ann\u202e Lee, <script>x</script>Bo Li\r\nBcc: x", ("Ann Lee", "Bo Li Bcc: x")),
        ("", ()),
        (" ,, (), ; ", ()),
    ],
)
def test_line_of_authors_becomes_names(line: str, names: tuple[str, ...]) -> None:
    assert split_creators(line) == names


def test_long_line_is_split_in_good_time() -> None:
    line = ", ".join(f"Ann Lee{'x' * (number % 5)} (Uni ({number}), City)" for number in range(3000))
    assert len(split_creators(line)) == 3000
    assert split_creators("(" * 200_000) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("He, Kaiming", "Kaiming He"),
        ("Kaiming He (Meta, Menlo Park)", "Kaiming He"),
        ("  Kaiming\tHe*†, ", "Kaiming He"),
        ("Smith, Jr.", "Smith Jr."),
        ("Po--Jui Lu", "Po-Jui Lu"),
        ("何恺明", "何恺明"),
        ("(MIT)", ""),
    ],
)
def test_name_is_shown_without_what_is_around_it(name: str, shown: str) -> None:
    assert display_name(name) == shown


def test_name_is_cut_at_its_limit() -> None:
    assert len(display_name("Ann " * 1000)) <= 200


SAME = [
    ("K. He", "Kaiming He"), ("He, Kaiming", "Kaiming He"), ("he kaiming", "Kaiming He"),
    ("He K", "Kaiming He"), ("kaiming he", "KAIMING HE"), ("Kaiming He", "K. He"),
    ("Schölkopf", "Bernhard Schoelkopf"), ("Scholkopf", "Bernhard Schölkopf"),
    ("Schoelkopf", "Bernhard Scholkopf"), ("B. Schölkopf", "Bernhard Scholkopf"),
    ("Weichiu Ma", "Wei-Chiu Ma"), ("W.-C. Ma", "Wei-Chiu Ma"), ("Wei Chiu Ma", "Wei-Chiu Ma"),
    ("W. Ma", "Wei-Chiu Ma"), ("Geoffrey Hinton", "Geoffrey E. Hinton"),
    ("G. E. Hinton", "Geoffrey Hinton"), ("JK Rowling", "J. K. Rowling"), ("Li", "Fei-Fei Li"),
    ("lecun", "Yann LeCun"), ("LeCun Y", "Yann LeCun"), ("Maaten", "Laurens van der Maaten"),
    ("van der Maaten", "Laurens van der Maaten"), ("L. van der Maaten", "Laurens Van Der Maaten"),
    ("Le Song", "Le Song"), ("ATLAS", "The ATLAS Collaboration"),
    ("ATLAS Collaboration", "ATLAS collaboration"), ("O'Neill", "Cathy O’Neill"),
    ("Jorg Muller", "Jörg Müller"), ("Joerg Mueller", "Jörg Müller"), ("Soren Holm", "Søren Holm"),
    ("何恺明", "何恺明"), ("Петров", "Иван Петров"), ("S. Thrun", "Sebastian Thrun (Stanford)"),
    ("Cardoso, Gabriel", "Gabriel Pimenta de Freitas Cardoso"),
    ("Martin Luther King", "Martin L. King Jr."),
]  # fmt: skip
OTHERS = [
    ("K. He", "Xiaodong He"), ("Li", "Dahua Lin"), ("Li", "Li Lin"),
    ("G. F. Hinton", "Geoffrey E. Hinton"), ("Samy Bengio", "Yoshua Bengio"), ("Kaiming He", "He"),
    ("Xue", "Li Xu"), ("le song", "Dawn Song"), ("Dawn Song", "Le Song"),
    ("Jones", "Llion Lloyd-Jones"), ("ATLAS Collaboration", "Charles Atlas"),
    ("John B. Smith", "John C. D. Smith"), ("", "Kaiming He"), ("Kaiming He", ""), ("...", "..."),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "name"), SAME)
def test_author_is_found_in_another_spelling(wanted: str, name: str) -> None:
    assert matches(wanted, name)


@pytest.mark.parametrize(("wanted", "name"), OTHERS)
def test_another_author_is_not_taken_for_the_one_wanted(wanted: str, name: str) -> None:
    assert not matches(wanted, name)


WORDS = """
Kaiming kaiming He K. K Li Lin van der Le Wei-Chiu Wei Chiu Schölkopf Schoelkopf Scholkopf Müller Mueller JK
O'Neill Jr. The Team 何 Ö. Joel
"""
words = st.sampled_from(WORDS.split())
names = st.one_of(
    st.lists(words, max_size=4).map(" ".join),
    st.tuples(st.lists(words, min_size=1, max_size=2), st.lists(words, max_size=2)).map(
        lambda parts: " ".join(parts[0]) + ", " + " ".join(parts[1])
    ),
    st.text(max_size=12),
)


@settings(max_examples=400, deadline=None)
@given(names, names)
def test_names_that_match_share_a_key(wanted: str, name: str) -> None:
    assert not matches(wanted, name) or signature(wanted) & signature(name)


@settings(max_examples=150, deadline=None)
@given(names)
def test_name_matches_itself_as_soon_as_it_has_keys(name: str) -> None:
    assert matches(name, name) == bool(signature(name))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_line_gives_clean_names(line: str) -> None:
    for name in split_creators(line):
        assert name
        assert name == " ".join(name.split())
        assert not any(unicodedata.category(character) in ("Cc", "Cs", "Co") for character in name)
        assert len(name) <= 200
