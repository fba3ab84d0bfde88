"""The benchmarks' modules, importable, and a made-up folder of readers and papers."""

from __future__ import annotations

import gzip
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))

SUBJECTS = {
    "radiance": ["radiance", "field", "splatting", "gaussian", "rendering", "novel", "view", "scene"],
    "proteins": ["protein", "folding", "residue", "docking", "ligand", "binding", "structure"],
    "speech": ["speech", "recognition", "phoneme", "acoustic", "speaker", "accent", "audio"],
    "markets": ["market", "auction", "bidder", "price", "equilibrium", "trader", "liquidity"],
}
COMMON = [
    "approach",
    "dataset",
    "baseline",
    "experiment",
    "evaluation",
    "training",
    "strong",
    "simple",
    "improves",
]
ARCHIVE, NEW = 15, 15  # papers of each subject


def write_rows(path: Path, rows: Iterable[Any]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


def made(folder: Path, *, typed: bool = False) -> Path:
    """A task: readers of one subject each, who want the new papers of that subject."""
    dice = random.Random(1)
    papers = []
    for subject, words in SUBJECTS.items():
        for number in range(ARCHIVE + NEW):
            said = dice.sample(words, 4) + dice.sample(COMMON, 4)
            papers.append(
                {
                    "id": f"{subject}-{number}",
                    "title": f"{' '.join(dice.sample(words, 2))} {number}".capitalize(),
                    "abstract": f"{' '.join(dice.sample(said, len(said)))}.",
                }
            )
    folder.mkdir(parents=True)
    (folder / "task.json").write_text(json.dumps({"papers": "papers.jsonl.gz"}))
    write_rows(folder / "papers.jsonl.gz", papers)
    new = [one["id"] for one in papers if int(one["id"].split("-")[1]) >= ARCHIVE]
    (folder / "candidates.json").write_text(json.dumps(dice.sample(new, len(new))))
    readers, held = [], []
    for place in range(24):
        subject = list(SUBJECTS)[place % len(SUBJECTS)]
        likes = [f"{subject}-{number}" for number in dice.sample(range(ARCHIVE), 12)]
        topic = {"name": subject, "keywords": SUBJECTS[subject][:2], "text": " ".join(SUBJECTS[subject][:5])}
        readers.append(
            {
                "reader": f"reader {place}",
                "group": "",
                "likes": [] if typed else likes,
                "dislikes": [],
                "topics": [topic] if typed else [],
            }
        )
        wanted = [one for one in new if one.startswith(subject)]
        held.append({"reader": f"reader {place}", "relevant": dice.sample(wanted, 14)})
    write_rows(folder / "readers.jsonl.gz", readers)
    write_rows(folder / "held.jsonl.gz", held)
    return folder


@pytest.fixture
def liking(tmp_path: Path) -> Path:
    """A task of readers with likes."""
    return made(tmp_path / "data" / "liking")


@pytest.fixture
def typing(tmp_path: Path) -> Path:
    """A task of readers with typed topics."""
    return made(tmp_path / "data" / "typing", typed=True)
