from __future__ import annotations

import pytest

from digest.core.concordance import Concordance
from digest.core.keywords import keyword, keywords
from digest.core.terms import stems
from tests.core.windows import found, paper


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("LLM", "LLMs for law"),
        ("llms", "An LLM for law"),
        ("graph neural network", "Graph Neural Networks at scale"),
        ("Graph Neural Networks", "a graph-neural network"),
        ("analysis", "Analyses of things"),
        ("self-driving", "Self driving taxis"),
        ("self driving", "Self-driving taxis"),
        ("pre-training", "Pretraining on weather"),
        ("3-D", "3D shapes"),
        ("3D", "A 3D shape"),
        ("C++", "Templates in C++ and C"),
        ("C#", "Generics in C#"),
        ("GPT-4", "What GPT-4 knows"),
        ("gpt 4", "What GPT-4 knows"),
        ("a*", "Faster A* search"),
        ("D*", "D* revisited"),
        ("N³LO", "N3LO corrections"),
        ("n3lo", "N³LO corrections"),
        ("Poincare", "Poincaré maps"),
        ("bird's-eye view", "Bird’s-eye view for all"),
        ("神经网络", "图神经网络综述"),
        ("нейронные сети", "Глубокие нейронные сети"),
        ("정렬", "언어 모델 정렬"),
        ('"structure from motion"', "Structure from Motion without motion"),
        ("“structure from motion”", "Structure from Motion without motion"),
        ("the art of war", "On the art of war"),
        ("one two three four five six seven", "One two three four five six seven eight"),
    ],
)
def test_keyword_is_found(wanted: str, title: str) -> None:
    assert found([paper(1, title)], keywords=wanted) == [1]
    assert found([paper(1, "Plain", f"First. {title} afterwards.")], keywords=wanted) == [1]


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("LLM", "A skillmaster at work"),
        ("graph neural network", "A neural graph network"),
        ("graph neural network", "Graphs and neural networks"),
        ("C++", "Vitamin C and C"),
        ("C#", "A melody in C"),
        ("3D", "A 3 D-shaped thing"),
        ("a*", "A search for stars"),
        ("gan", "Organ transplants in Afghanistan"),
        ("GPT-4", "GPT 3 and 4 others"),
        ("one two three four", "One two three five four"),
        ("神经网络", "神经与网络"),
    ],
)
def test_keyword_is_not_found(wanted: str, title: str) -> None:
    assert found([paper(1, title)], keywords=wanted) == []


def test_phrase_does_not_reach_from_title_into_abstract_or_into_the_next_paper() -> None:
    papers = [paper(1, "On graph", "neural network"), paper(2, "network of one", "graph neural")]
    assert found(papers, keywords="graph neural network") == []


@pytest.mark.parametrize("empty", ["", "   ", "!!!", "…", "😀", "the", "of the", '""', "(", "()", "-", "*"])
def test_keyword_of_nothing_finds_nothing(empty: str) -> None:
    assert keyword(empty).spellings == ()
    assert found([paper(1, "The best of the rest!!! 😀")], keywords=(empty,)) == []


def test_quoted_function_word_is_a_keyword() -> None:
    assert found([paper(1, "Trust in IT"), paper(2, "Trust")], keywords='"IT"') == [1]


def test_the_same_keyword_spelt_twice_is_one() -> None:
    assert [one.typed for one in keywords(("LLM", "llms", '"LLM"', "NeRF"))] == ["LLM", "NeRF"]


def test_query_of_another_tool_is_harmless() -> None:
    assert found([paper(1, "Robots")], keywords=("(cat:cs.RO OR cat:cs.CV)", "robot")) == [1]


def test_concordance_counts_where_a_phrase_stands() -> None:
    texts = [("graph networks", "a graph network and graph networks"), ("", ""), ("none", "graph")]
    book = Concordance.of((stems(title), stems(abstract)) for title, abstract in texts)
    hits = book.find([(("graph", "network"),), (("absent",),), (("graph",), ("none",)), ()])
    assert hits.phrase.tolist() == [0, 2, 2]
    assert hits.paper.tolist() == [0, 0, 2]
    assert hits.times.tolist() == [3, 3, 2]
    assert hits.in_title.tolist() == [True, True, True]
    assert hits.bounds(4).tolist() == [0, 1, 1, 3, 3]


def test_concordance_of_nothing_finds_nothing() -> None:
    assert Concordance.of([]).find([(("graph",),), (("a", "b"),), (("a", "b", "c"),)]).paper.tolist() == []
