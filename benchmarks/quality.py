"""Whether the right papers stand on top.

    python benchmarks/quality.py --data DIR --out FILE
    python benchmarks/quality.py --data DIR --report docs/ranking.md

The first ranks a task folder's candidates for each of its readers with the functions that `digest run` calls,
writes jsonl.gz of {"reader", "ranking": [at most 100 candidate ids, best first]} for an evaluator that knows
which papers are relevant, and prints what it cost; it never opens what says so. `--by NAME` ranks with a
baseline instead. Where DIR holds several task folders, FILE is a folder.

The second ranks all task folders in DIR with ours and with the baselines (what these gave is kept in bench/),
judges them, makes the studies that docs/ranking.md speaks of, and writes the tables into that file, between
its marks. Baselines need the extra `bench`. The format of a folder: benchmarks/judging/tasks.py. One thread.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from judging import methods, ours, tasks
from judging.report import report, written
from judging.tasks import BadTaskError, Task

ROOT = Path(__file__).resolve().parents[1]


def rank_folder(folder: Path, out: Path, *, by: str) -> str:
    """Write a rankings file; a line that says what it cost."""
    task = Task.of(folder)
    if by == "ours":
        outcome = ours.ranked(task, ours.Ours(task.papers, task.candidates))
    else:
        outcome = methods.baseline(by, task, methods.shared(task))
    out.parent.mkdir(parents=True, exist_ok=True)
    tasks.write(out, task, outcome.rankings)
    return (
        f"{task.name}: {len(task.readers)} readers, {len(task.candidates)} of {len(task.papers)} papers; CPU "
        f"{outcome.shared_s:.1f} s once, {outcome.reader_ms:.2f} ms a reader"
    )


def main(arguments: list[str] | None = None) -> int:
    """Rank or report; 2 with one sentence where the data is not as it should be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a task folder, or a folder of them")
    parser.add_argument("--out", type=Path, help="the rankings file to write")
    parser.add_argument("--by", default="ours", choices=("ours", *methods.BASELINES), help="who ranks")
    parser.add_argument("--report", type=Path, help="the document whose tables are written")
    parser.add_argument("--cache", type=Path, default=ROOT / "bench" / "quality", help="for the baselines")
    chosen = parser.parse_args(arguments)
    if not chosen.out and not chosen.report:
        parser.error("--out FILE or --report FILE is needed, or nothing would come of it")
    try:
        folders = tasks.folders(chosen.data)
        if chosen.out:
            for folder in folders:
                alone = folder == chosen.data
                out = chosen.out if alone else chosen.out / f"{folder.name}.jsonl.gz"
                print(rank_folder(folder, out, by=chosen.by))
        if chosen.report:
            text = chosen.report.read_text(encoding="utf-8")
            chosen.report.write_text(written(text, report(folders, cache=chosen.cache)), encoding="utf-8")
    except (BadTaskError, OSError) as problem:
        print(f"quality: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
