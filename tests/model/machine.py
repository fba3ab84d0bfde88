"""The search: rules that do anything, in any order, and what holds after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.model.flow import ANSWERS, LABELS
from tests.model.rules import EVENTS, VISIBLE
from tests.model.world import PEOPLE, World

if TYPE_CHECKING:
    from digest.store import Store
    from tests.model.flow import Moment
    from tests.model.rules import Mode
    from tests.model.world import Action

# In minutes: hours and days forward, and up to hours back. Most mornings are a day apart.
SHIFTS = ("1440", "0", "1440", "6", "61", "125", "720", "1500", "2940", "-1", "-90", "-360")
MORNINGS = ("1440", "1440", "61")
# A crash and whatever else strikes most often where a mail is on its way.
AIR = ("provider.took", "deliver.claimed", "provider.asked", "deliver.answered", "deliver.sent")
# Where a run has read what is ready and not yet said that it is its own, and others before.
RACES = ("deliver.composed", "run.composed", "provider.took", "deliver.landed", "run.expired", "run.begun")
people = st.sampled_from(PEOPLE)
small = st.integers(0, 5).map(str)
answers = st.lists(st.sampled_from(ANSWERS), max_size=4)
labels = st.one_of(st.sampled_from(AIR), st.sampled_from(LABELS))
moments = st.tuples(labels, st.sampled_from((0, 0, 1)))
personal = st.tuples(
    st.sampled_from(("leave", "pause", "resume", "join", "erase", "suppress", "lift", "resume")), people
)
told = st.tuples(st.just("event"), st.sampled_from(sorted(EVENTS)), small, st.integers(0, 2).map(str))
decided = st.tuples(st.just("decide"), st.sampled_from(("resend", "accepted", "abandon")), small)
shifted = st.tuples(st.just("shift"), st.sampled_from(SHIFTS))
other = st.tuples(st.just("other"), answers.map(";".join), st.one_of(st.just(""), labels))
actions: st.SearchStrategy[Action] = st.one_of(personal, told, decided, shifted, other)
happenings = st.lists(st.tuples(moments, actions), max_size=2)


class Machine(RuleBasedStateMachine):
    """`wire` is for those that prove that this finds what is wrong."""

    def wire(self, store: Store) -> None:
        """The store as it is."""

    @initialize(mode=st.sampled_from(("hold", "resend")), readers=st.integers(2, len(PEOPLE)))
    def begin(self, mode: Mode, readers: int) -> None:
        self.world = World(mode, wire=self.wire)
        for email in PEOPLE[:readers]:
            self.world.act(("join", email))

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()

    @rule(
        later=st.sampled_from(SHIFTS),
        answers=answers,
        happenings=happenings,
        stop_after=st.sampled_from((None, None, None, 0, 2)),
    )
    def run(
        self,
        later: str,
        answers: list[str],
        happenings: list[tuple[Moment, Action]],
        stop_after: int | None,
    ) -> None:
        self.world.act(("shift", later))
        self.world.run(answers=answers, happenings=happenings, stop_after=stop_after)

    @rule(later=st.sampled_from(SHIFTS), answers=answers, happenings=happenings, crash=moments)
    def run_that_is_killed(
        self, later: str, answers: list[str], happenings: list[tuple[Moment, Action]], crash: Moment
    ) -> None:
        self.world.act(("shift", later))
        self.world.run(answers=answers, happenings=happenings, crash=crash)

    @rule(
        later=st.sampled_from(MORNINGS),
        answers=answers,
        meanwhile=st.tuples(st.sampled_from(RACES), st.sampled_from((0, 0, 1))),
        process=other,
    )
    def two_runs_at_once(self, later: str, answers: list[str], meanwhile: Moment, process: Action) -> None:
        self.world.act(("shift", later))
        self.world.run(answers=answers, happenings=[(meanwhile, process)])

    @rule(
        later=st.sampled_from(MORNINGS),
        answers=answers,
        meanwhile=st.tuples(st.sampled_from(RACES), st.sampled_from((0, 0, 1))),
        goes=st.tuples(st.sampled_from(("leave", "suppress", "pause", "erase")), people),
    )
    def run_while_somebody_goes(
        self, later: str, answers: list[str], meanwhile: Moment, goes: Action
    ) -> None:
        self.world.act(("shift", later))
        self.world.run(answers=answers, happenings=[(meanwhile, goes)])

    @rule(again=answers, restarted=st.booleans())
    def run_right_after(self, again: list[str], restarted: bool) -> None:
        if restarted:
            self.world.restart()
        self.world.run(answers=again)

    @rule(action=personal)
    def person(self, action: Action) -> None:
        self.world.act(action)

    @rule()
    def everybody_comes_back(self) -> None:
        for email in PEOPLE:
            for what in ("lift", "resume", "join"):
                self.world.act((what, email))

    @rule(action=told)
    def event(self, action: Action) -> None:
        self.world.act(action)

    @precondition(lambda self: self.world.plain.waiting("uncertain"))
    @rule(action=decided)
    def operator(self, action: Action) -> None:
        self.world.act(action)

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        if not hasattr(self, "world"):
            return
        world = self.world
        world.plain.compare(world.ledger.rows())
        shown = world.store().deliveries.latest(states=sorted(VISIBLE))
        assert {one.id for one, _ in shown} == world.plain.waiting()
        assert world.causes() == {email: world.plain.person(email).causes for email in PEOPLE}
