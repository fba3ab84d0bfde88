"""The benchmark of search by meaning: an honest question is searched for, any other is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from meaning import root, words

from tests.benchmarks.conftest import BENCHMARKS, write_rows

if TYPE_CHECKING:
    from pathlib import Path

PAPERS = [
    {"id": "a", "title": "Generating rooms", "abstract": "Gaussians are splatted into a radiance field."},
    {"id": "b", "title": "Folding", "abstract": "A protein is a chain of amino acids."},
    {"id": "c", "title": "On cheese", "abstract": "It ripens in a cellar."},
    {"id": "d", "title": "Left out", "abstract": "Gaussians of a radiance field that nobody searches."},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "task.json").write_text(json.dumps({"papers": "papers.jsonl.gz"}))
    (tmp_path / "candidates.json").write_text(json.dumps(["a", "b", "c"]))
    write_rows(tmp_path / "papers.jsonl.gz", PAPERS)
    return tmp_path


def asked(folder: Path, *questions: tuple[str, str], by: str = "--json") -> subprocess.CompletedProcess[str]:
    file = folder / "questions.json"
    file.write_text(json.dumps([{"question": text, "paper": paper} for text, paper in questions]))
    command = [sys.executable, str(BENCHMARKS / "meaning.py"), "--data", str(folder)]
    command += ["--questions", str(file), by]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_question_is_searched_for(folder: Path) -> None:
    done = asked(folder, ("gaussian splats in a radiance field", "a"), ("quaternions of beekeepers", "b"))
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert (result["papers"], result["questions"], result["found"]) == (3, 2, 1)
    assert result["places"] == [1, None]


@pytest.mark.parametrize("text", ["the generation of radiance", "a radiance ROOM", "generators of splats"])
def test_a_question_that_shares_a_word_with_the_title_is_refused(folder: Path, text: str) -> None:
    done = asked(folder, ("amino acids", "b"), (text, "a"))
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
    assert "'Generating rooms'" in done.stderr


def test_a_paper_that_is_not_searched_is_refused(folder: Path) -> None:
    done = asked(folder, ("a radiance field", "d"))
    assert done.returncode == 2
    assert "'d' is not among the papers" in done.stderr


def test_small_words_are_no_shared_words(folder: Path) -> None:
    assert asked(folder, ("what to do on a cellar's shelf", "c")).returncode == 0


def test_words_of_one_root_are_one() -> None:
    one_root = [
        {"generate", "generating", "generation", "generator", "generative", "generated"},
        {"reason", "reasoning", "reasoned"},
        {"optimizer", "optimization", "optimize", "optimizing"},
        {"train", "training", "trained", "trainer"},
    ]
    for forms in one_root:
        assert len({root(form) for form in forms}) == 1
    assert words("The networks of a network") == words("networking")


def test_our_questions_share_no_word_with_the_titles(shared: Path) -> None:
    folder = shared / "quality" / "topics"
    command = [sys.executable, str(BENCHMARKS / "meaning.py"), "--data", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert result["questions"] == 30
    assert result["found"] >= 20
