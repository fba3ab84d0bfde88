"""What editions are about to show in; the same with a model's sentence on each paper that has one, out.

Once a paper, and only for papers that some edition selects. Between selecting and freezing, so that the
edition keeps what it said. Whatever goes wrong with the model, an item without a sentence is shown as it
would be without one, and no mail waits for longer than a run's time for it.
"""

from __future__ import annotations

import collections
import dataclasses
import time
from typing import TYPE_CHECKING

from digest.core.gist import is_worth_asking
from digest.errors import EndpointError
from digest.model import Gist
from digest.pipeline.asking import Asking
from digest.pipeline.resting import Resting

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from digest.core.select import Selection
    from digest.gists import Writer
    from digest.pipeline.works import Works
    from digest.store import Store
    from digest.store.gists import Budget, Revision

CHECK_TOKENS = 800  # what the example of a check may cost


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GistRules:
    """Who writes the sentences, and what that may cost: on a day, and of a run's time."""

    writer: Writer
    budget: Budget
    seconds_a_run: float = 60.0
    concurrency: int = 4
    clock: Callable[[], float] = time.monotonic


class Gists:
    """The sentences of one run, asked for block by block; none where no model is configured. With `asking`
    False, only those that are kept."""

    def __init__(self, works: Works, *, asking: bool = True) -> None:
        self._works = works
        self._may_ask = asking and works.gists is not None and works.gists.writer.is_asked
        self._known: dict[Revision, str] = {}
        self._looked_for: set[Revision] = set()
        self._asking: Asking | None = None

    def told(self, selections: Sequence[Selection]) -> list[Selection]:
        """The selections, each item with the sentence that there is of its paper."""
        rules = self._works.gists
        if rules is None:
            return list(selections)
        wanted = collections.Counter(
            (item.paper_id, item.revision)
            for selection in selections
            for section in selection.sections
            for item in section.items
        )
        unknown = wanted.keys() - self._looked_for
        self._looked_for |= unknown
        writer = rules.writer
        self._known |= self._works.store.gists.of(unknown, model=writer.model, prompt=writer.prompt)
        unknown -= self._known.keys()
        if unknown and self._may_ask:
            self._asking = self._asking or Asking(self._works, rules)
            papers = self._works.store.papers.revisions(unknown)
            # Where budget or time end early: what no source says a sentence of, and what most readers get.
            order = sorted(
                (one for one in unknown if is_worth_asking(papers[one].abstract)),
                key=lambda one: (papers[one].gist is not None, -wanted[one], one),
            )
            self._known |= self._asking.ask(order, papers)
        said = {
            one: Gist(text=text, model=writer.model, prompt=writer.prompt)
            for one, text in self._known.items()
            if text
        }
        return [_with(selection, said) for selection in selections]

    def report(self) -> None:
        """One line of the log, where a model was to be asked."""
        asked = self._asking
        if asked and (asked.written or asked.refused or asked.failed or asked.stopped):
            self._works.tell(
                "gists.written",
                written=asked.written,
                refused=", ".join(f"{count} × {why}" for why, count in asked.refused.most_common()),
                failed=asked.failed,
                stopped=asked.stopped,
            )


def _with(selection: Selection, said: Mapping[Revision, Gist]) -> Selection:
    sections = tuple(
        dataclasses.replace(
            section,
            items=tuple(
                dataclasses.replace(item, gist=said.get((item.paper_id, item.revision)))
                for item in section.items
            ),
        )
        for section in selection.sections
    )
    return dataclasses.replace(selection, sections=sections)


def check(store: Store, rules: GistRules, *, now: dt.datetime) -> str:
    """One small request, counted like any other; one sentence on what came of it and what today has cost.
    Raises EndpointError, also where today's budget is spent."""
    day, budget = now.date(), rules.budget
    if not store.gists.reserve(CHECK_TOKENS, day=day, budget=budget):
        spent = store.gists.spent(day)
        raise EndpointError(
            f"{rules.writer.model}: not asked: today's budget is spent ({spent.requests:,} requests, "
            f"{spent.tokens:,} tokens)",
            is_transient=True,
        )
    said = rules.writer.check()
    Resting(store.database, "gist", model=rules.writer.model).mend()
    spent = store.gists.spent(day)
    return (
        f"{said}; today {spent.requests:,} of {budget.requests:,} requests and {spent.tokens:,} of "
        f"{budget.tokens:,} tokens"
    )
