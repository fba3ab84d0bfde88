"""One run of the program, as it is told to go: the provider's answers, what happens meanwhile, its death."""

from __future__ import annotations

import collections
import dataclasses
import re
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.model import Outcome

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from digest.model import Message
    from tests.model.plain import Believed
    from tests.model.world import Action, World

# Between any two effects of a run: those that the pipeline names, and the provider's side of a hand-over.
LABELS = (
    "run.begun", "takeover.uncertain", "run.taken_over", "collect.asked", "collect.kept", "run.collected",
    "run.expired", "plan.owed", "run.planned", "compose.frozen", "run.composed", "deliver.composed",
    "deliver.claimed", "provider.asked", "provider.took", "deliver.answered", "deliver.sent",
    "deliver.landed", "run.delivered",
)  # fmt: skip
Moment = tuple[str, int]  # a label, and for which time it is reached (from 0)

OUTCOMES = {
    "accepted": Outcome(kind="accepted", provider_id="ok"),
    "retry": Outcome(kind="retry", reason="450 busy"),
    "retry later": Outcome(kind="retry", reason="450 in an hour", retry_after_s=3600),
    "rejected": Outcome(kind="rejected", reason="554 too long"),
    "suppressed": Outcome(kind="suppressed", reason="550 5.1.1 no such user"),
    "uncertain, taken": Outcome(kind="uncertain", reason="no answer"),
    "uncertain, lost": Outcome(kind="uncertain", reason="no answer"),
    "domain": Outcome(kind="retry", reason="421 go away", domain=True),
    "soft": Outcome(kind="retry", reason="452 mailbox full", soft=True),
    "stop": Outcome(kind="retry", reason="401 bad key", stop=True),
    "quota": Outcome(kind="retry", reason="429", stop=True, retry_after_s=1800),
}
ANSWERS = (*OUTCOMES, "dies, taken", "dies, lost")
TAKEN = ("accepted", "uncertain, taken", "dies, taken")


class Killed(BaseException):
    """kill -9: no handler of the program's catches it, and nothing is written after it."""


@dataclasses.dataclass
class Flow:
    """One run in one process. `happenings` are done when their moment comes; at `crash` it is killed."""

    world: World
    answers_to_come: list[str]
    happenings: list[tuple[Moment, Action]]
    crash: Moment | None
    stop_after: int | None
    depth: int
    now: dt.datetime  # what the run is told
    at: dt.datetime = dataclasses.field(init=False)  # what its clock said when it was last looked at
    answered_at: dt.datetime = dataclasses.field(init=False)
    is_dead: bool = False
    window: int = 2
    name: str = "told"
    forbidden: set[str] = dataclasses.field(default_factory=set)  # to be mailed, when the last claim was made
    flying: dict[str, Believed] = dataclasses.field(default_factory=dict)
    answers: dict[str, Outcome] = dataclasses.field(default_factory=dict)
    handed: int = 0
    reached: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    def __post_init__(self) -> None:
        self.at = self.now

    # ------------------------------------------------------------------------ the steps

    def step(self, label: str) -> None:
        """A labelled step of the pipeline: the ledger is as it must be; then something may happen."""
        self._look(label)
        self._reach(label)

    def _look(self, label: str) -> None:
        plain, ledger = self.world.plain, self.world.ledger
        rows = ledger.rows()
        match label:
            case "takeover.uncertain":
                plain.taken_over()
            case "run.taken_over":
                plain.sent_again(at=self.now, now=self.at)
            case "run.expired":
                plain.expired(at=self.now, now=self.at)
            case "plan.owed":
                plain.planned(rows, at=self.now, now=self.at)
            case "run.planned" if not self.reached["plan.owed"]:
                plain.planned(rows, at=self.now, now=self.at)
            case "compose.frozen":
                plain.composed(rows, ledger.papers())
            case "run.composed" if not self.reached["compose.frozen"]:
                plain.composed(rows, ledger.papers())
            case "deliver.claimed":
                plain.claimed(rows, self)
            case "deliver.sent":
                self.answered_at = self.world.clock()
            case "deliver.landed":
                plain.landed(rows, self)
                self.world.learn_soft()
        plain.compare(rows)

    def _reach(self, label: str) -> None:
        moment = (label, self.reached[label])
        self.reached[label] += 1
        for at, action in self.happenings:
            if at == moment:
                self.world.act(action, depth=self.depth + 1)
        if self.crash == moment:
            raise Killed(label)
        self.at = self.world.clock()
        if label == "deliver.composed":
            self.forbidden = self.world.plain.forbidden()

    def should_stop(self) -> bool:
        return self.stop_after is not None and self.handed >= self.stop_after

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds <= 60
        self.world.pass_time(seconds)

    # ------------------------------------------------------------------------ the provider

    def check(self) -> str:
        return "ready"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        stopped: Outcome | None = None
        for message in messages:
            outcome = stopped or self._answer(message)
            stopped = outcome if outcome.stop else None
            self.answers[message.delivery_id] = outcome
            yield outcome

    def _answer(self, message: Message) -> Outcome:
        plain = self.world.plain
        one = plain.handed(message.delivery_id, self)
        self.world.check_addressed(message, one)
        self.handed += 1
        self._reach("provider.asked")
        answer = self.answers_to_come.pop(0) if self.answers_to_come else "accepted"
        if answer in TAKEN:
            plain.took(message_id(message))
        self._reach("provider.took")
        if answer not in OUTCOMES:
            raise DigestError("the provider's program died")
        return OUTCOMES[answer]

    def close(self) -> None:
        pass


def message_id(message: Message) -> str:
    """What a receiver tells two copies of one mail by: the delivery's id, as its header has it."""
    found = re.search(rb"(?im)^Message-ID: <([^@>]+)@", message.raw)
    assert found is not None
    return found[1].decode()
