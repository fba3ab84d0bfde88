from __future__ import annotations

import pytest

from digest.core.spoken import spelt, spoken
from digest.core.terms import stems
from digest.model import Paper, Reason
from tests.core import abstracts
from tests.core.windows import paper, tried

ROOMS = paper(
    1,
    "Gaussian Splatting of Rooms",
    "Neural radiance fields (NeRFs) of rooms are rendered from photographs by test-time adaptation.",
    authors=("Kaiming He", "Ada Lovelace"),
    categories=("cs.CV", "cs.GR"),
)


def why(**topic: object) -> list[tuple[str, str]]:
    return [(reason.kind, reason.words) for reason in tried([ROOMS], **topic)[0].reasons]


@pytest.mark.parametrize("typed", ["GAUSSIAN  splattings", "nerf", '"radiance field"', "test time"])
def test_keyword_is_told_as_the_reader_typed_it(typed: str) -> None:
    assert why(keywords=typed) == [("keyword", typed.strip('"'))]


def test_author_is_told_as_the_paper_names_them() -> None:
    assert why(authors="he, k.") == [("author", "Kaiming He")]


def test_author_typed_as_a_keyword_is_told_as_an_author() -> None:
    assert why(keywords="ada lovelace") == [("author", "Ada Lovelace")]


def test_category_is_told_as_the_paper_has_it() -> None:
    assert why(categories=("cs.gr",)) == [("category", "cs.GR")]
    assert why(categories=("cs.*",)) == [("category", "cs.CV")]


def test_example_is_told_by_its_title() -> None:
    like = paper(7, "Rooms by Splats", "Gaussian splatting of rooms from photographs; radiance fields.")
    items = tried([ROOMS], examples={"2604.90007": like})
    assert items[0].reasons == (Reason(kind="example", words="Rooms by Splats"),)


def test_text_is_told_by_its_heaviest_words_as_the_paper_writes_them() -> None:
    told = why(text="I like radiance field papers and adaptation at photograph time")
    assert [kind for kind, _ in told] == ["text"]
    words = told[0][1].split(", ")
    assert 1 <= len(words) <= 3
    assert "radiance fields" in words or "radiance" in words
    assert all(word in f"{ROOMS.abstract} {ROOMS.title.lower()}" for word in words)


def test_reasons_stand_in_the_order_of_what_they_add() -> None:
    told = why(authors="Kaiming He", keywords=("photographs", "rooms"), text="unlike")
    assert told == [("author", "Kaiming He"), ("keyword", "rooms"), ("keyword", "photographs")]


def test_at_most_four_reasons() -> None:
    assert len(why(keywords=("gaussian", "rooms", "neural", "photographs", "nerf", "rendered"))) == 4


def test_keyword_within_another_is_not_told_twice() -> None:
    assert why(keywords=("splatting", "gaussian splatting")) == [("keyword", "gaussian splatting")]


def test_text_that_says_what_the_keywords_say_is_not_told() -> None:
    assert why(keywords="gaussian splatting", text="Gaussian splatting") == [
        ("keyword", "gaussian splatting")
    ]


def test_words_of_a_text_that_the_keywords_say_are_not_told_again() -> None:
    told = dict(why(keywords="radiance field", text="Radiance fields from photographs, by adaptation"))
    assert told["keyword"] == "radiance field"
    assert sorted(told["text"].split(", ")) == ["adaptation", "photographs"]


def test_word_of_a_text_is_not_told_beside_a_longer_one_of_the_same_root() -> None:
    steps = paper(1, "Steps", "Mathematical reasoning step by step: models reason in many a step.")
    [item] = tried([steps], keywords="mathematical reasoning", text="How they reason in steps")
    assert [reason.words for reason in item.reasons if reason.kind == "text"] == ["step"]


def test_words_that_passage_and_paper_write_side_by_side_are_told_as_one() -> None:
    # No other paper holds the pair: it weighs nothing, and is still one thing.
    lensing = paper(1, "Shapes", "From weak lensing we learn of galaxies and of dwarf stars.")
    [item] = tried([lensing], text="Weak lensing and dwarf galaxies")
    assert set(item.reasons[0].words.split(", ")) == {"weak lensing", "galaxies", "dwarf"}


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("The Gaussians move. Few Gaussians do.", "Gaussians"),
        ("Gaussians move.", "gaussians"),  # a sentence has its capital anyway
        ("They move: Gaussians. (Gaussians rest.) And more gaussians do.", "gaussians"),
        ("They are called Gaussians (Gs).", "gaussians"),
    ],
)
def test_capital_is_told_where_the_paper_means_it(abstract: str, expected: str) -> None:
    assert spoken({"gaussian": 1.0}, spelt(paper(1, "Gaussians", abstract))) == [expected]


def test_reasons_never_name_what_is_not_in_the_paper() -> None:
    papers = abstracts.papers()
    by_id = {one.id: one for one in papers}
    for text in (
        "Speech recognition and enhancement of voices",
        "Proteins, enzymes and amino acid sequences",
    ):
        items = tried(papers, text=text, keywords=("quantum", "driving", "Gaussians"))
        assert items
        for item in items:
            held = set(stems(f"{by_id[item.paper_id].title} {by_id[item.paper_id].abstract}"))
            assert item.reasons
            for reason in item.reasons:
                assert set(stems(reason.words)) <= held


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"test time": 0.2, "time adaptation": 0.2, "test": 0.1}, ["test-time adaptation"]),
        ({"nerf": 0.3}, ["NeRFs"]),
        ({"room": 0.3, "photograph": 0.4}, ["photographs", "rooms"]),
        ({"field": 0.1, "radiance field": 0.1, "gaussian": 0.15}, ["radiance fields", "gaussian"]),
        ({"unwritten": 0.1}, ["unwritten"]),
        ({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}, ["d", "c", "b"]),
        ({}, []),
    ],
)
def test_terms_are_spoken_as_written(parts: dict[str, float], expected: list[str]) -> None:
    assert spoken(parts, spelt(ROOMS)) == expected


@pytest.mark.parametrize(
    ("parts", "abstract", "expected"),
    [
        ({"step distillation": 0.5}, "By one-step distillation.", ["one-step distillation"]),
        ({"tuning": 0.5}, "Fine-tuning, and tuning at last.", ["tuning"]),
        ({"pose": 0.5}, "Of pose- and shape-awareness.", ["pose"]),
        ({"model": 0.5}, "The model's eye.", ["model"]),
        ({"language model": 0.5, "model mllm": 0.4}, "Language models (MLLMs) talk.", ["language models"]),
        ({"gaussian": 0.5, "view": 0.09}, "A Gaussian in view.", ["Gaussian"]),
    ],
)
def test_no_fragment_is_spoken(parts: dict[str, float], abstract: str, expected: list[str]) -> None:
    assert spoken(parts, spelt(paper(1, "T", abstract))) == expected


def test_scripts_without_blanks_are_spoken() -> None:
    chinese = Paper(id=1, title="图神经网络", abstract="研究神经网络。", first_listed=ROOMS.first_listed)
    assert "神" in spoken({"神 经": 0.5}, spelt(chinese))[0]
