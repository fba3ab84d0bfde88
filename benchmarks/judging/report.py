"""Task folders in, the tables of docs/ranking.md out: Markdown, figures with their 95 % intervals."""

from __future__ import annotations

import dataclasses
import sys
import time
from typing import TYPE_CHECKING

from judging import judge, methods, ours, tables
from judging.dislikes_study import dislikes
from judging.likes_study import by_likes, words_and_likes
from judging.reasons_study import fidelity, variety
from judging.tasks import BadTaskError, Task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from judging.features import Features
    from judging.judge import Verdict
    from judging.methods import Outcome
    from judging.ours import Ours

BEGIN, END = "<!-- quality: begin -->", "<!-- quality: end -->"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """A task, and what every way to rank it came to; ours is the last."""

    task: Task
    ours: Ours
    outcomes: dict[str, tuple[Outcome, Verdict]]

    @property
    def by_likes(self) -> bool:
        """Whether its readers have likes; or else they typed topics."""
        return any(reader.likes for reader in self.task.readers)


def written(text: str, tables: str) -> str:
    """A document with what stands between its marks replaced. Raises BadTaskError for one without marks."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise BadTaskError(f"The document has no place for the tables: it lacks {BEGIN} and {END}.")
    return f"{head}{BEGIN}\n\n{tables.strip()}\n\n{END}{tail}"


def report(folders: Sequence[Path], *, cache: Path) -> str:
    """All tables."""
    features: dict[object, Features] = {}
    rankers: dict[object, Ours] = {}
    results = [_result(task, features, rankers, cache=cache) for task in map(Task.of, folders)]
    said = [tables.quality(results), tables.gains(results), tables.costs(results)]
    said.append(
        tables.likes([(one.task.name, by_likes(one.task, one.ours)) for one in results if one.by_likes])
    )
    said.append(
        tables.likes(
            [
                (f"{one.task.name}, typed", words_and_likes(one.task, one.ours))
                for one in results
                if not one.by_likes
            ]
        )
    )
    pushes = []
    for one in results:
        if one.by_likes:
            rows = _features(one.task, features).tfidf
            groups = sorted({reader.group for reader in one.task.readers} - {""}) or [""]
            pushes += [
                (one.task.name, group, dislikes(one.task, one.ours, rows, group=group)) for group in groups
            ]
    said.append(tables.dislikes(pushes))
    said.append(tables.reasons([(one.task.name, fidelity(one.task, one.ours)) for one in results]))
    said.append(tables.variety([(one.task.name, variety(one.task, one.ours)) for one in results]))
    return "\n\n".join(filter(None, said))


def _result(
    task: Task, features: dict[object, Features], rankers: dict[object, Ours], *, cache: Path
) -> Result:
    began = time.perf_counter()
    relevant = judge.held(task)
    found: dict[str, Outcome] = {
        name: methods.kept(name, task, lambda: _features(task, features), folder=cache)
        for name in methods.fitting(task)
    }
    key = (task.papers, task.candidates.tobytes())
    if key not in rankers:
        rankers[key] = ours.Ours(task.papers, task.candidates)
    found["ours"] = ours.ranked(task, rankers[key])
    outcomes = {name: (one, judge.judged(one.rankings, relevant)) for name, one in found.items()}
    print(f"{task.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return Result(task=task, ours=rankers[key], outcomes=outcomes)


def _features(task: Task, features: dict[object, Features]) -> Features:
    if task.papers not in features:
        features[task.papers] = methods.shared(task)
    return features[task.papers]
