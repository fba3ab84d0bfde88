"""Papers in, a model's sentences on them out, as many as a day's budget, a run's time and its patience allow.

Each request is counted before it is made, and waited for no longer than the run has time. An endpoint that
fails is left alone, for longer each time. Knows no edition.
"""

from __future__ import annotations

import collections
import dataclasses
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING

from digest.core.gist import most_tokens
from digest.errors import EndpointError
from digest.pipeline.resting import Resting

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.gists import Answer
    from digest.model import Paper
    from digest.pipeline.gists import GistRules
    from digest.pipeline.works import Works
    from digest.store.gists import Revision

FAILURES = 3  # in a row, and the endpoint is left alone
PAUSES = 5  # so often does a run wait for an endpoint that is busy
PAUSE_S = 2.0  # where it does not say how long
GRACE_S = 1.0  # a request ends with its time; one that hangs before it begins is left behind
_HOPELESS = frozenset({401, 403, 404, 405})  # what answers one paper so answers all
_BUSY = frozenset({429, 503})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Flight:
    """A request under way, and what was counted for it."""

    revision: Revision
    reserved: int
    day: dt.date


class Asking:
    """What one run asks, and how that went: `written`, `refused` by cause, `failed`, and why it `stopped`."""

    def __init__(self, works: Works, rules: GistRules) -> None:
        self._works, self._rules = works, rules
        self._store = works.store.gists
        self._left_s = rules.seconds_a_run
        self._end = 0.0
        self._resting = Resting(works.store.database, "gist", model=rules.writer.model)
        self._failures = self._pauses = 0
        self.written = self.failed = 0
        self.refused: collections.Counter[str] = collections.Counter()
        self.stopped = ""
        if until := self._resting.until(works.clock()):
            self.stopped = f"the endpoint failed, and is left alone until {until:%H:%M} UTC"

    def ask(self, order: Sequence[Revision], papers: Mapping[Revision, Paper]) -> dict[Revision, str]:
        """The sentences on these papers, as far as there are any; "" for one that was refused."""
        begun = self._rules.clock()
        self._end = begun + self._left_s
        found: dict[Revision, str] = {}
        queue = collections.deque(order)
        flying: dict[Future[Answer], _Flight] = {}
        pool = ThreadPoolExecutor(self._rules.concurrency, thread_name_prefix="gist")
        try:
            while True:
                while queue and len(flying) < self._rules.concurrency and self._may_go_on():
                    flight = self._reserve(queue[0], papers[queue[0]])
                    if flight is not None:
                        paper = papers[queue.popleft()]
                        flying[pool.submit(self._write, paper, within_s=self._rest_s())] = flight
                if not flying:
                    return found
                done, _ = wait_for(flying, max(0.0, self._rest_s()) + GRACE_S, FIRST_COMPLETED)
                if not done:
                    self.failed += len(flying)
                    self._stop("no answer came in time")
                    return found
                for one in done:
                    flight = flying.pop(one)
                    try:
                        found[flight.revision] = self._land(flight, one.result())
                    except EndpointError as error:
                        if self._fail(flight, error):
                            queue.appendleft(flight.revision)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            self._left_s -= self._rules.clock() - begun

    def _write(self, paper: Paper, *, within_s: float) -> Answer:
        try:
            return self._rules.writer.write(paper.title, paper.abstract, within_s=within_s)
        except EndpointError:
            raise
        except Exception as error:  # the border of a thread: a defect of ours shall cost no mail
            why = f"the model's answer could not be read ({type(error).__name__}); please report it"
            raise EndpointError(why, is_transient=False) from error

    def _rest_s(self) -> float:
        return self._end - self._rules.clock()

    def _may_go_on(self) -> bool:
        if self._rest_s() <= 0:
            self._stop("the run's time for it is over")
        return not self.stopped and not self._works.should_stop()

    def _stop(self, why: str) -> None:
        self.stopped = self.stopped or why

    def _reserve(self, revision: Revision, paper: Paper) -> _Flight | None:
        reserved = most_tokens(paper.title, paper.abstract)
        day = self._works.clock().date()
        if not self._store.reserve(reserved, day=day, budget=self._rules.budget):
            self._stop("the day's budget is spent")
            return None
        self._works.step("gists.reserved")
        return _Flight(revision=revision, reserved=reserved, day=day)

    def _land(self, flight: _Flight, answer: Answer) -> str:
        """Keep an answer; returns what is kept."""
        self._works.step("gists.answered")
        writer = self._rules.writer
        kept = self._store.keep(
            flight.revision,
            answer.text,
            model=writer.model,
            prompt=writer.prompt,
            reserved=flight.reserved,
            tokens=flight.reserved if answer.tokens is None else answer.tokens,
            day=flight.day,
            at=self._works.clock(),
        )
        self._works.step("gists.kept")
        self._failures = 0
        if not self.written and not self.refused:
            self._resting.mend()
        if answer.text:
            self.written += 1
        else:
            self.refused[answer.refusal] += 1
        return kept

    def _fail(self, flight: _Flight, error: EndpointError) -> bool:
        """Whether to ask for this paper again, after a pause that was made."""
        if error.status is not None or error.retry_after_s is not None:  # it wrote nothing
            self._store.settle(flight.reserved, 0, day=flight.day)
        is_busy = error.status in _BUSY
        if is_busy and not self.stopped and self._pauses < PAUSES:
            wait_s = PAUSE_S if error.retry_after_s is None else error.retry_after_s
            if wait_s < self._rest_s():
                self._pauses += 1
                self._works.sleep(wait_s)
                return True
        self.failed += 1
        self._failures += 1
        if (is_busy or error.status in _HOPELESS or self._failures >= FAILURES) and not self.stopped:
            self._stop(str(error))
            self._resting.trip(self._works.clock(), wait_s=error.retry_after_s)
        return False
