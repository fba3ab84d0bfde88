"""A task and a way to rank in, rankings and their cost out. Baselines are ranked once: what they gave is kept
in a folder, under the digest of all that went into it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from judging.tasks import best

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from judging.features import Features
    from judging.tasks import Reader, Task

HERE = Path(__file__).parent

# What each cannot do without, and where it stands: scikit-learn is loaded when a baseline is called for.
BASELINES = {
    "chance": ("", "from_likes.chance"),
    "BM25 profile": ("likes", "from_likes.bm25_profile"),
    "TF-IDF centroid": ("likes", "from_likes.centroid"),
    "zotero-arxiv-daily on TF-IDF": ("likes", "from_likes.by_recency"),
    "LSA 512 whitened centroid": ("likes", "from_likes.latent"),
    "arxiv-sanity-lite's linear SVM": ("likes", "from_likes.support_vectors"),
    "Scholar Inbox's logistic, 1,000 negatives": ("likes", "from_likes.logistic"),
    "Fisher, shrunk, + 0.05 LSA": ("likes", "from_likes.fisher"),
    "keyword match, counted": ("words", "from_words.keyword_match"),
    "BM25 of the words": ("words", "from_words.bm25"),
    "TF-IDF query": ("words", "from_words.cosine"),
    "LSA 512 whitened query": ("words", "from_words.latent"),
    "TF-IDF + 0.1 LSA with feedback": ("words", "from_words.feedback"),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """For each reader the places of at most a hundred candidates, best first; and CPU time, of what is made
    once for everybody (s) and of one reader (ms), of which `taught_ms` only when the reader said something
    new; 0 where that is not told apart."""

    rankings: Sequence[NDArray[np.int64]]
    shared_s: float
    reader_ms: float
    taught_ms: float = 0.0


def shared(task: Task) -> Features:
    """What the baselines share, of the papers of a task."""
    from judging.features import Features

    return Features(task.papers)


def fitting(task: Task) -> list[str]:
    """The baselines that can rank a task: by likes or by words where most readers have them."""
    half = len(task.readers) / 2
    has = {
        "": True,
        "likes": sum(bool(reader.likes) for reader in task.readers) > half,
        "words": sum(bool(reader.topics) for reader in task.readers) > half,
    }
    return [name for name, (needs, _) in BASELINES.items() if has[needs]]


def baseline(name: str, task: Task, features: Features) -> Outcome:
    """Rank each reader of a task, one at a time."""
    needs, where = BASELINES[name]
    module, function = where.split(".")
    make = getattr(importlib.import_module(f"judging.{module}"), function)
    features.used.clear()
    score = make(features, task.candidates)
    shared_s = sum(features.seconds[part] for part in features.used)
    nothing = np.zeros(len(task.candidates))
    began = time.process_time()
    rankings = [best(score(reader) if _can(reader, needs) else nothing) for reader in task.readers]
    spent = time.process_time() - began
    return Outcome(rankings=rankings, shared_s=shared_s, reader_ms=1000 * spent / max(1, len(task.readers)))


def kept(name: str, task: Task, features: Callable[[], Features], *, folder: Path) -> Outcome:
    """As `baseline`, once: then from `folder`."""
    path = folder / f"{_digest(name, task)}.npz"
    if path.is_file():
        with np.load(path) as found:
            cost = json.loads(str(found["cost"]))
            return Outcome(rankings=list(found["rankings"]), **cost)
    outcome = baseline(name, task, features())
    folder.mkdir(parents=True, exist_ok=True)
    cost = json.dumps({"shared_s": outcome.shared_s, "reader_ms": outcome.reader_ms})
    np.savez_compressed(path, rankings=np.array(outcome.rankings), cost=np.array(cost))
    return outcome


def _can(reader: Reader, needs: str) -> bool:
    return {"": True, "likes": bool(reader.likes), "words": bool(reader.topics)}[needs]


def _digest(name: str, task: Task) -> str:
    made = hashlib.sha256(name.encode())
    made.update(repr((task.papers, task.candidates.tolist(), task.readers)).encode())
    for module in ("features", "from_likes", "from_words"):
        made.update((HERE / f"{module}.py").read_bytes())
    return made.hexdigest()[:24]
