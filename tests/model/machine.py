"""The search: rules that do anything, in any order, and what holds after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.model.flow import ANSWERS, LABELS
from tests.model.rules import EVENTS, VISIBLE
from tests.model.world import PEOPLE, World

if TYPE_CHECKING:
    from digest.store import Store
    from tests.model.rules import Mode
    from tests.model.world import Action

# Hours and days forward, and up to hours back.
SHIFTS = ("1", "6", "20", "61", "125", "720", "1440", "2940", "-1", "-90", "-360")
people = st.sampled_from(PEOPLE)
small = st.integers(0, 7).map(str)
answers = st.lists(st.one_of(st.just("accepted"), st.sampled_from(ANSWERS)), max_size=6)
moments = st.tuples(st.sampled_from(LABELS), st.integers(0, 2))
personal = st.tuples(
    st.sampled_from(("leave", "pause", "resume", "join", "erase", "suppress", "lift", "leave")), people
)
told = st.tuples(st.just("event"), st.sampled_from(sorted(EVENTS)), small, st.integers(0, 2).map(str))
decided = st.tuples(st.just("decide"), st.sampled_from(("accepted", "resend", "abandon")), small)
shifted = st.tuples(st.just("shift"), st.sampled_from(SHIFTS))
other = st.tuples(st.just("other"), answers.map(";".join), st.one_of(st.just(""), st.sampled_from(LABELS)))
actions: st.SearchStrategy[Action] = st.one_of(personal, told, decided, shifted, other)


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
        answers=answers,
        happenings=st.lists(st.tuples(moments, actions), max_size=3),
        stop_after=st.one_of(st.none(), st.none(), st.integers(0, 3)),
    )
    def run(
        self, answers: list[str], happenings: list[tuple[tuple[str, int], Action]], stop_after: int | None
    ) -> None:
        self.world.run(answers=answers, happenings=happenings, crash=None, stop_after=stop_after)

    @rule(answers=answers, happenings=st.lists(st.tuples(moments, actions), max_size=1), crash=moments)
    def run_that_is_killed(
        self, answers: list[str], happenings: list[tuple[tuple[str, int], Action]], crash: tuple[str, int]
    ) -> None:
        self.world.run(answers=answers, happenings=happenings, crash=crash, stop_after=None)

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule(action=personal)
    def person(self, action: Action) -> None:
        self.world.act(action)

    @rule(action=told)
    def event(self, action: Action) -> None:
        self.world.act(action)

    @rule(action=decided)
    def operator(self, action: Action) -> None:
        self.world.act(action)

    @rule(action=shifted)
    def clock(self, action: Action) -> None:
        self.world.act(action)

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        if not hasattr(self, "world"):
            return
        world = self.world
        world.plain.compare(world.ledger.rows())
        shown = world.store().deliveries.latest(states=sorted(VISIBLE))
        assert {one.id for one, _ in shown} == world.plain.waiting()
        for email in PEOPLE:
            assert world.causes(email) == world.plain.person(email).causes
