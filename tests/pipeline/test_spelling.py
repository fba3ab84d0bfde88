"""Terms as a reader would write them: as the papers do that they liked."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.terms import stems
from digest.model import Paper
from digest.pipeline.spelling import READ, spelled


def paper(number: int, title: str, abstract: str = "") -> Paper:
    return Paper(id=number, title=title, abstract=abstract, first_listed=dt.date(2026, 4, 20))


def test_terms_are_written_as_most_papers_write_them() -> None:
    papers = [
        paper(1, "Point Clouds of LiDAR", "We look at point clouds, and at an LLM."),
        paper(2, "LLMs", "A point cloud is enough for LLMs that see."),
        paper(3, "More LLMs", "Point clouds again."),
    ]
    assert spelled(["point cloud", "llm", "lidar"], papers) == {
        "point cloud": "point clouds",
        "llm": "LLMs",
        "lidar": "LiDAR",
    }


def test_what_no_paper_writes_by_itself_is_left_as_it_is() -> None:
    papers = [paper(1, "One-step distillation", "Step distillation-aware training.")]
    assert spelled(["step distillation", "robot", "baye"], papers)["robot"] == "robot"
    assert stems(spelled(["step distillation"], papers)["step distillation"]) == ["step", "distillation"]
    assert spelled([], papers) == {}
    assert spelled(["robot"], []) == {"robot": "robot"}


def test_of_thousands_of_papers_the_first_are_read() -> None:
    papers = (paper(number, "Robots" if number < READ else "Telescopes") for number in range(5000))
    assert spelled(["robot", "telescope"], papers) == {"robot": "robots", "telescope": "telescope"}
    assert len(list(papers)) == 5000 - READ


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=60))
def test_what_is_given_for_a_term_has_that_term(title: str, abstract: str) -> None:
    one = paper(1, title or "x", abstract)
    run = stems(one.abstract)
    terms = [*run, *(" ".join(run[at : at + 2]) for at in range(len(run) - 1))]
    for term, said in spelled(terms, [one]).items():
        assert said == term or " ".join(stems(said)) == term
