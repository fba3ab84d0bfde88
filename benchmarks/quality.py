"""Whether the right papers stand on top: ranks a task folder's candidates for each of its readers.

    python benchmarks/quality.py FOLDER RANKINGS.jsonl.gz

FOLDER holds task.json ({"papers": PATH}: jsonl.gz of {"id", "title", "abstract"}), candidates.json (ids) and
readers.jsonl.gz ({"reader", "likes": [ids], "topics": [{"name", "keywords", "text"}]}). What is written is
jsonl.gz of {"reader", "ranking": [at most 100 candidate ids, best first]}, for an evaluator that knows which
papers are relevant; nothing here does. Calls `rank` as `digest run` does, but for counting likeness below the
threshold too, so that there is an order to judge to the hundredth paper. Likes are a topic's examples.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.core.features import Candidate, Window
from digest.core.profiles import Profile
from digest.core.rank import rank
from digest.core.statistics import Statistics
from digest.model import Paper, Topic

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH = 100
TODAY = dt.date(2026, 4, 22)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def profile(reader: dict[str, Any], papers: dict[str, Paper]) -> Profile:
    """All that a reader likes and says, as one topic."""
    likes = {one: papers[one] for one in reader["likes"]}
    said = reader["topics"]
    topic = Topic(
        name=" ".join(one["name"] for one in said),
        keywords=tuple(word for one in said for word in one["keywords"]),
        text="\n\n".join(one["text"] for one in said if one.get("text")),
        examples=tuple(likes),
    )
    return Profile.of(topic, likes)


def main() -> None:
    """Rank, write, and tell how long it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("rankings", type=Path)
    options = parser.parse_args()
    folder: Path = options.folder
    source = folder / json.loads((folder / "task.json").read_text())["papers"]
    papers = {
        row["id"]: Paper(
            id=number, title=row["title"] or "", abstract=row["abstract"] or "", first_listed=TODAY
        )
        for number, row in enumerate(rows(source), start=1)
    }
    names = json.loads((folder / "candidates.json").read_text())
    window = Window.of(
        Statistics.empty().grown(papers.values()),
        [Candidate(paper=papers[name], sequence=papers[name].id) for name in names],
        today=TODAY,
    )
    readers = list(rows(folder / "readers.jsonl.gz"))
    began = time.process_time()
    signs = rank(window, [profile(reader, papers) for reader in readers], strict=False)
    spent = time.process_time() - began
    with gzip.open(options.rankings, "wt", encoding="utf-8") as out:
        for reader, row in zip(readers, signs, strict=True):
            order = np.argsort(-row, kind="stable")[:DEPTH]
            line = {
                "reader": reader["reader"],
                "ranking": [names[place] for place in order if row[place] > 0],
            }
            out.write(json.dumps(line) + "\n")
    print(f"{len(readers)} readers, {1000 * spent / max(1, len(readers)):.2f} ms of CPU each")


if __name__ == "__main__":
    main()
