"""The benchmark of quality ranks any folder of its format, judges as the neutral evaluator does, is fair."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from judging import judge, methods, tasks
from judging.dislikes_study import dislikes
from judging.likes_study import by_likes, words_and_likes
from judging.ours import Ours, ranked
from judging.reasons_study import fidelity, variety, without
from judging.report import written
from judging.tasks import BadTaskError, Task, Text

from tests.benchmarks.conftest import BENCHMARKS, SUBJECTS, made

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "quality.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def first_are_wanted(task: Task, outcome: methods.Outcome) -> float:
    """Of the first five papers of each reader, those of the reader's subject."""
    names = [[task.papers[task.candidates[place]].id for place in one[:5]] for one in outcome.rankings]
    subjects = list(SUBJECTS)
    hits = [name.startswith(subjects[at % len(subjects)]) for at, one in enumerate(names) for name in one]
    return sum(hits) / (5 * len(task.readers))


def test_rankings_are_written_without_a_look_at_what_is_relevant(liking: Path, tmp_path: Path) -> None:
    (liking / "held.jsonl.gz").unlink()
    out = tmp_path / "rankings.jsonl.gz"
    done = run("--data", liking, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "24 readers" in done.stdout
    assert "ms a reader" in done.stdout
    lines = list(tasks.rows(out))
    candidates = set(json.loads((liking / "candidates.json").read_text()))
    assert [line["reader"] for line in lines] == [f"reader {place}" for place in range(24)]
    for line in lines:
        assert 0 < len(line["ranking"]) == len(set(line["ranking"])) <= 100
        assert set(line["ranking"]) <= candidates


def test_a_folder_of_tasks_is_ranked_into_a_folder(liking: Path, typing: Path, tmp_path: Path) -> None:
    done = run("--data", liking.parent, "--out", tmp_path / "out", "--by", "chance")
    assert done.returncode == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"liking.jsonl.gz", "typing.jsonl.gz"}


def test_what_is_no_task_is_said_in_one_sentence(liking: Path, tmp_path: Path) -> None:
    (liking / "candidates.json").write_text('["nobody"]')
    done = run("--data", liking, "--out", tmp_path / "out.gz")
    assert done.returncode == 2
    assert done.stderr.startswith(f"quality: {liking} is not in the format of a task: KeyError('nobody')")
    assert done.stderr.count("\n") == 1
    with pytest.raises(BadTaskError, match="holds no task"):
        tasks.folders(tmp_path / "nowhere")


def test_ours_finds_the_subject_that_is_liked_or_typed(liking: Path, typing: Path) -> None:
    for folder in (liking, typing):
        task = Task.of(folder)
        assert first_are_wanted(task, ranked(task, Ours(task.papers, task.candidates))) > 0.9


def test_every_baseline_finds_the_subject_but_chance(liking: Path, typing: Path) -> None:
    for folder in (liking, typing):
        task = Task.of(folder)
        features = methods.shared(task)
        found = {
            name: first_are_wanted(task, methods.baseline(name, task, features))
            for name in methods.fitting(task)
        }
        assert found.pop("chance") < 0.5
        assert len(found) in (7, 5)
        assert min(found.values()) > 0.9, found


def test_a_baseline_is_ranked_once_until_anything_changes(liking: Path, tmp_path: Path) -> None:
    task = Task.of(liking)
    made_for: list[Task] = []

    def features() -> object:
        made_for.append(task)
        return methods.shared(task)

    first, second = (
        methods.kept("TF-IDF centroid", task, features, folder=tmp_path / "kept") for _ in range(2)
    )
    assert len(made_for) == 1
    assert second.reader_ms == first.reader_ms
    assert all(map(np.array_equal, first.rankings, second.rankings))
    methods.kept("BM25 profile", task, features, folder=tmp_path / "kept")
    assert len(made_for) == 2


@pytest.fixture
def evaluator(shared: Path) -> ModuleType:
    """The neutral evaluator that comes with the data."""
    spec = importlib.util.spec_from_file_location("neutral_evaluator", shared / "quality" / "evaluate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_figures_are_those_of_the_neutral_evaluator(
    evaluator: ModuleType, liking: Path, tmp_path: Path
) -> None:
    task = Task.of(liking)
    dice = np.random.default_rng(0)
    few = [dice.permutation(len(task.candidates))[: dice.integers(0, 40)] for _ in task.readers]
    tasks.write(tmp_path / "rankings.jsonl.gz", task, few)
    theirs = {
        line["metric"]: line
        for line in evaluator.report(evaluator.Task(liking), tmp_path / "rankings.jsonl.gz", None)
    }
    ours = judge.judged(few, judge.held(task))
    for metric, values in (("nDCG@10", ours.ndcg), ("Recall@20", ours.recall)):
        figure = judge.Figure.of(values)
        assert figure.mean == pytest.approx(theirs[metric]["mean"], abs=1e-12)
        assert (figure.low, figure.high) == pytest.approx(theirs[metric]["interval"], abs=1e-12)


def test_the_hundred_best_stand_in_order_the_earlier_first_of_equals() -> None:
    scores = np.round(np.random.default_rng(1).random(1000), 2)
    assert tasks.best(scores).tolist() == np.argsort(-scores, kind="stable")[:100].tolist()
    assert tasks.best(np.array([1.0, 3.0, 1.0])).tolist() == [1, 0, 2]


def test_likes_are_added_to_the_same_readers(liking: Path, typing: Path) -> None:
    task = Task.of(liking)
    steps = by_likes(task, Ours(task.papers, task.candidates))
    assert [(step.likes, step.readers) for step in steps] == [(0, 24), (1, 24), (3, 24), (10, 24)]
    assert steps[0].ndcg.mean == 0  # nothing is known of them
    assert steps[-1].ndcg.mean > 0.9
    task = Task.of(typing)
    steps = words_and_likes(task, Ours(task.papers, task.candidates))
    assert [step.likes for step in steps] == [0, 1, 3, 10]
    assert steps[0].ndcg.mean > 0


def test_neighbours_are_made_into_readers_who_dislike(liking: Path) -> None:
    task = Task.of(liking)
    push = dislikes(task, Ours(task.papers, task.candidates), methods.shared(task).tfidf)
    assert push is not None
    assert push.readers == 24
    assert push.liked.place[0].mean < push.disliked.place[0].mean


def test_words_deleted_are_gone_however_they_are_written() -> None:
    text = Text(id="1", title="Graph-based nets", abstract="A net of GRAPHS, graphical.")
    left = without(text, {"graph", "net"})
    assert (left.title, left.abstract) == ("-based ", "A  of , graphical.")


def test_words_that_are_named_carry_more_than_words_at_random(typing: Path) -> None:
    task = Task.of(typing)
    ours = Ours(task.papers, task.candidates)
    found = fidelity(task, ours)
    assert found.papers > 100
    assert found.named.mean > found.random.mean
    lists = variety(task, ours)
    assert 0 < lists.readers <= 24
    assert 0 <= lists.likeness[1].mean <= 1


def test_a_paper_that_is_ranked_again_as_it_was_has_the_signs_that_it_had(liking: Path) -> None:
    task = Task.of(liking)
    ours = Ours(task.papers, task.candidates)
    half = len(task.candidates) // 2
    again = ours.instead([task.papers[place] for place in task.candidates[-half:]])
    assert again.window.statistics is ours.statistics
    before, after = ours.signs(task.readers), again.signs(task.readers)
    assert after[:, :half] == pytest.approx(before[:, -half:], abs=1e-5)


def test_tables_stand_between_their_marks(tmp_path: Path) -> None:
    made(tmp_path / "data" / "one")
    document = tmp_path / "ranking.md"
    document.write_text("Before.\n<!-- quality: begin -->\nold\n<!-- quality: end -->\nAfter.\n")
    done = run("--data", tmp_path / "data", "--report", document, "--cache", tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    text = document.read_text()
    assert text.startswith("Before.\n<!-- quality: begin -->\n\n| nDCG@10 / Recall@20 | `one` |")
    assert text.endswith("<!-- quality: end -->\nAfter.\n")
    assert "old" not in text
    for name in ("**Paper Digest**", "arxiv-sanity-lite's linear SVM", "disliked", "with so many likes"):
        assert name in text
    ours = BENCHMARKS.parent / "docs" / "ranking.md"
    assert "| new |" in written(ours.read_text(), "| new |")
    with pytest.raises(BadTaskError, match="no place for the tables"):
        written("Nothing here.", "tables")
