"""Which kills a proof makes: at every labelled step, at phases that the other end sees, at random moments."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import digest.pipeline

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

_STEP = re.compile(r'works\.step\("([a-z._]+)"\)')


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One kill to be: at the `nth` time of the step or phase `at`, or at `share` of a run's usual time."""

    kind: Literal["step", "phase", "moment"]
    at: str = ""
    nth: int = 1
    share: float = 0.5
    hang_up: bool = False

    @property
    def needs_work(self) -> bool:
        """Whether it can strike only while there is something to send."""
        return self.kind != "step" or self.at.startswith(("plan.", "compose.", "deliver."))

    @property
    def rank(self) -> int:
        """Where in a day it can strike: some steps come once a day, and one when all is done."""
        if self.at.startswith(("prune.", "alarms.")):
            return 9
        if self.at in ("plan.owed", "run.planned", "compose.frozen", "run.composed"):
            return ("plan.owed", "run.planned", "compose.frozen", "run.composed").index(self.at)
        of_kind = {"step": 4, "phase": 5, "moment": 7}[self.kind]
        return {"takeover.recalled": 6, "run.delivered": 8}.get(self.at, of_kind)


def steps(provider: str) -> tuple[str, ...]:
    """Every labelled step of the pipeline, read out of its source, that a run with this provider passes.

    Only an outbox can be asked what it has; it settles nearly all by itself, so that no operator is told.
    Nobody here has a model: what asks one for sentences is killed in tests/gists.
    """
    folder = Path(digest.pipeline.__file__).parent
    labels = {label for path in folder.glob("*.py") for label in _STEP.findall(path.read_text())}
    found = {label for label in labels if not label.startswith(("gists.", "meaning."))}
    if provider == "outbox":
        return tuple(sorted(label for label in found if not label.startswith("alarms.")))
    return tuple(sorted(found - {"takeover.recalled"}))


def shots(
    random: random.Random, *, count: int, labels: Sequence[str], phases: Sequence[str], deepest: int
) -> list[Shot]:
    """`count` shots in an order of chance: each label once (in half of them at most), one in ten at a random
    moment, the others at the phases in turn. None is more than `deepest` deliveries into a run, so that a day
    has room for several."""
    often = ("deliver.composed", "deliver.claimed", "deliver.answered", "deliver.sent", "deliver.landed")
    in_turn = random.sample(phases, len(phases))
    made = [
        Shot(kind="step", at=label, nth=random.randint(1, deepest) if label == "deliver.answered" else 1)
        for label in random.sample(labels, min(len(labels), count // 2))
    ]
    made += [
        Shot(kind="step", at=random.choice(often), nth=2) for _ in range(min(count // 20, count - len(made)))
    ]
    made += [
        Shot(kind="moment", share=random.uniform(0.3, 1.0))
        for _ in range(min(count // 10, count - len(made)))
    ]
    made += [
        Shot(
            kind="phase",
            at=in_turn[number % len(phases)],
            nth=random.randint(1, deepest),
            share=random.uniform(0.02, 0.98),
            hang_up=random.random() < 0.5,
        )
        for number in range(count - len(made))
    ]
    random.shuffle(made)
    return made


def by_day(plan: Sequence[Shot], days: int) -> list[list[Shot]]:
    """The plan over the days. Single steps stand before the last, so that one that did not strike has another
    day to."""
    steps = [shot for shot in plan if shot.kind == "step"]
    others = [shot for shot in plan if shot.kind != "step"]
    # An operator is told when the first deliveries are uncertain; on the first day nothing is old.
    told = [shot for shot in steps if shot.at.startswith("alarms.")]
    old = [shot for shot in steps if shot.at.startswith("prune.")]
    rest = [shot for shot in steps if shot not in told and shot not in old]
    hands = [others[day::days] for day in range(days)]
    for number, shot in enumerate(rest):
        hands[number % max(1, days - 1)].append(shot)
    hands[0] += told
    hands[min(1, days - 1)] += old
    return hands
