"""Results in, Markdown tables out. A figure stands with half the width of its 95 % interval, a gain with both
ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.judge import Figure
from judging.methods import BASELINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from judging.dislikes_study import Pull, Push
    from judging.likes_study import Step
    from judging.reasons_study import Fidelity, Variety
    from judging.report import Result

OURS = "**Paper Digest**"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(one: Figure) -> str:
    """`.219 ± .014`."""
    return f"{_short(one.mean)} ± {_short((one.high - one.low) / 2)}"


def gain(one: Figure) -> str:
    """`+.004 [−.002, +.010]`."""
    return f"{_signed(one.mean)} [{_signed(one.low)}, {_signed(one.high)}]"


def share(one: Figure) -> str:
    """`96.1 % ± 0.9`."""
    return f"{100 * one.mean:.1f} % ± {50 * (one.high - one.low):.1f}"


def _short(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def _signed(value: float) -> str:
    return ("−" if value < 0 else "+") + _short(abs(value))


def quality(results: Sequence[Result]) -> str:
    """nDCG@10 / Recall@20 of every way on every task, and what a reader costs."""
    said = []
    for some in ([one for one in results if one.by_likes], [one for one in results if not one.by_likes]):
        if not some:
            continue
        head = ["nDCG@10 / Recall@20", *(f"`{one.task.name}`" for one in some), "s once", "ms a reader"]
        names = [name for name in (*BASELINES, "ours") if any(name in one.outcomes for one in some)]
        said.append(table(head, [_row(name, some) for name in names]))
        said.append(
            "; ".join(
                f"`{one.task.name}`: {len(one.task.readers):,} readers, {len(one.task.candidates):,} "
                f"candidates of {len(one.task.papers):,} papers"
                for one in some
            )
            + "."
        )
    return "\n\n".join(said)


def _row(name: str, some: Sequence[Result]) -> list[str]:
    cells = []
    for one in some:
        if name in one.outcomes:
            verdict = one.outcomes[name][1]
            cells.append(f"{figure(Figure.of(verdict.ndcg))} / {figure(Figure.of(verdict.recall))}")
        else:
            cells.append("–")
    outcomes = [one.outcomes[name][0] for one in some if name in one.outcomes]
    once = max(one.shared_s for one in outcomes)
    each = max(one.reader_ms for one in outcomes)
    return [OURS if name == "ours" else name, *cells, f"{once:.1f}", f"{each:.2f}"]


def gains(results: Sequence[Result]) -> str:
    """Ours against the baseline that is best on the task, by each measure: paired, over readers."""
    rows = []
    for one in results:
        own = one.outcomes["ours"][1]
        others = {name: verdict for name, (_, verdict) in one.outcomes.items() if name != "ours"}
        for measure, label in (("ndcg", "nDCG@10"), ("recall", "Recall@20")):
            best = max(others, key=lambda name: float(np.mean(getattr(others[name], measure))))
            paired = Figure.of(getattr(own, measure) - getattr(others[best], measure))
            rows.append([f"`{one.task.name}`", label, best, gain(paired)])
    return table(["task", "measure", "best baseline", "gain of ours, paired"], rows)


def costs(results: Sequence[Result]) -> str:
    """What is made once for everybody, of the largest library, and what a reader costs on each task."""
    most = max(results, key=lambda one: len(one.task.papers))
    made = most.ours.seconds
    size = f"{len(most.task.papers):,} papers, {len(most.task.candidates):,} of them in the window"
    parts = [
        *([name, f"{spent:.2f}"] for name, spent in made.items()),
        ["**all that is made once for everybody**", f"{sum(made.values()):.1f}"],
        ["**a day's update: 500 papers more, and their window**", f"{most.ours.a_day_more():.2f}"],
    ]
    rows = []
    for one in results:
        cost = one.outcomes["ours"][0]
        spent = (cost.reader_ms - cost.taught_ms, cost.taught_ms)
        rows.append([f"`{one.task.name}`", f"{len(one.task.candidates):,}", *(f"{ms:.2f}" for ms in spent)])
    head = ["ours", "candidates", "ms a reader to rank", "ms more when the reader said something new"]
    return f"{table([size, 's'], parts)}\n\n{table(head, rows)}"


def likes(found: Sequence[tuple[str, Sequence[Step]]]) -> str:
    """Quality against the number of likes."""
    kept = [(name, steps) for name, steps in found if steps]
    if not kept:
        return ""
    counts = sorted({step.likes for _, steps in kept for step in steps})
    rows = []
    for name, steps in kept:
        cells = {step.likes: f"{figure(step.ndcg)} / {figure(step.recall)}" for step in steps}
        rows.append([f"{name} ({steps[0].readers} readers)", *(cells.get(some, "–") for some in counts)])
    return table(["nDCG@10 / Recall@20 with so many likes", *map(str, counts)], rows)


def dislikes(found: Sequence[tuple[str, str, Push | None]]) -> str:
    """What dislikes do to the list that is liked, and to its neighbour that is not."""
    rows = []
    for name, group, push in found:
        if push is not None:
            whose = f"`{name}`{', ' + group if group else ''} ({push.readers} readers)"
            rows += [[whose, "liked", *_pull(push.liked)], ["", "disliked", *_pull(push.disliked)]]
    head = ["readers", "list", "nDCG@10 without → with", "mean place without → with", "sinks by"]
    return table(head, rows) if rows else ""


def _pull(pull: Pull) -> list[str]:
    before, after = pull.place
    low, high = (100 * bound for bound in (pull.sunk.low, pull.sunk.high))
    return [
        f"{figure(pull.ndcg[0])} → {figure(pull.ndcg[1])}",
        f"{100 * before.mean:.1f} % → {100 * after.mean:.1f} %",
        f"{100 * pull.sunk.mean:+.1f} [{low:+.1f}, {high:+.1f}] %".replace("-", "−"),
    ]


def reasons(found: Sequence[tuple[str, Fidelity]]) -> str:
    """The share of the first ten that leave them when words are deleted."""
    rows = [
        [f"`{name}`", str(one.papers), str(one.silent), share(one.named), share(one.random), share(one.three)]
        for name, one in found
        if one.papers
    ]
    head = [
        "papers that leave the first ten without",
        "papers",
        "no word named",
        "the words named (3 at most)",
    ]
    return table([*head, "as many at random", "3 at random"], rows) if rows else ""


def variety(found: Sequence[tuple[str, Variety]]) -> str:
    """Likeness within a list of five, before and after variety, and what it costs."""
    rows = [
        [
            f"`{name}` ({one.readers} readers)",
            f"{figure(one.likeness[0])} → {figure(one.likeness[1])}",
            f"{figure(one.ndcg[0])} → {figure(one.ndcg[1])}",
        ]
        for name, one in found
        if one.readers
    ]
    return table(["by score → as shown", "mean cosine within five", "nDCG of the five"], rows) if rows else ""
