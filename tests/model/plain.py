"""The plain model: readers, deliveries and a provider as Python objects, and what must be true of them.

It is told what was done to the program, says what must have become of the ledger, and compares. What the
ledger alone decides (which papers an edition has, when a claim comes) it learns from the ledger, and checks
that it was allowed.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import itertools
from typing import TYPE_CHECKING

from digest.core.due import due_slot
from digest.model import Cadence
from tests.model.rules import (
    CAUSES,
    FOLLOWS,
    GIVE_UP,
    NOT_RECEIVED,
    SOFT_COUNT,
    SOFT_DAYS,
    VISIBLE,
    WAITING,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.model.flow import Flow
    from tests.model.ledger import Row


WORD_LASTS = dt.timedelta(days=7)  # an operator's word to send again


@dataclasses.dataclass
class Person:
    """An address: its reader's row, if there is one, and why it is suppressed."""

    id: int | None = None
    status: str = ""
    causes: set[str] = dataclasses.field(default_factory=set)
    last_scheduled_at: dt.datetime | None = None

    @property
    def may_be_mailed(self) -> bool:
        return self.status == "active" and not self.causes


@dataclasses.dataclass
class Believed:
    """A delivery, as it must be."""

    id: str
    subscriber_id: int
    email: str
    scheduled_at: dt.datetime
    next_at: dt.datetime
    planned_at: dt.datetime
    state: str = "planned"
    attempts: int = 0
    retry_at: dt.datetime | None = None
    states: tuple[str, ...] = ("",)  # its history
    flow: Flow | None = None  # which sends it, or did last
    papers: frozenset[int] = frozenset()


class Plain:
    """What must be true. Every method that finds otherwise fails with AssertionError."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.people: dict[str, Person] = {}
        self.believed: dict[str, Believed] = {}
        self.known: list[str] = []  # every delivery that ever was, also of erased people
        self.taken: collections.Counter[str] = collections.Counter()  # by the provider, for each delivery
        self.allowed: collections.Counter[str] = collections.Counter()  # more times than once
        self.events: set[tuple[str, str, dt.datetime]] = set()
        self.soft: dict[str, set[dt.datetime]] = {}  # each address's slots whose mails bounced softly

    # ------------------------------------------------------------------------ what people do

    def person(self, email: str) -> Person:
        return self.people.setdefault(email, Person())

    def forbidden(self) -> set[str]:
        return {email for email, person in self.people.items() if not person.may_be_mailed}

    def erased(self, email: str) -> None:
        person = self.person(email)
        if person.id is not None:
            person.causes.add("unsubscribe")
            self.believed = {one.id: one for one in self.believed.values() if one.subscriber_id != person.id}
            person.id, person.status, person.last_scheduled_at = None, "", None

    def resumed(self, email: str) -> bool:
        """Whether the program must have let them come back."""
        person = self.person(email)
        if person.id is None or person.causes - {"unsubscribe"}:
            return False
        person.causes.clear()
        person.status = "active"
        return True

    # ------------------------------------------------------------------------ what a run does

    def taken_over(self) -> None:
        """After the takeover: whatever a dead process was sending is uncertain."""
        for one in self.believed.values():
            if one.state == "sending":
                assert one.flow is not None
                if one.flow.is_dead:
                    one.state = "uncertain"

    def sent_again(self, *, at: dt.datetime, now: dt.datetime) -> None:
        if self.mode != "resend":
            return
        for one in self.believed.values():
            if one.state == "uncertain" and one.next_at > at and one.planned_at > now - GIVE_UP:
                one.state, one.retry_at = "retry", None
                self.allowed[one.id] += 1

    def expired(self, *, at: dt.datetime, now: dt.datetime) -> None:
        """After expiry: nothing waits that waited too long."""
        for one in self.believed.values():
            if one.state in WAITING and (one.next_at <= at or one.planned_at <= now - GIVE_UP):
                one.state = "expired"

    def planned(self, rows: dict[str, Row], *, at: dt.datetime, now: dt.datetime) -> None:
        """After planning: everyone who may be mailed is owed their newest slot, once, and no older one."""
        owed = {}
        for person in self.people.values():
            if not person.may_be_mailed or person.id is None:
                continue
            slot = due_slot(Cadence(kind="daily"), timezone="UTC", send_at=dt.time(7), now=at)
            if person.last_scheduled_at is None or person.last_scheduled_at < slot.scheduled_at:
                person.last_scheduled_at = slot.scheduled_at
                owed[person.id, slot.key] = slot
                for one in self.believed.values():
                    if one.subscriber_id != person.id or one.state not in WAITING:
                        continue
                    # What was uncertain and shall be sent again is in no other mail: it keeps to its own end.
                    if "uncertain" not in one.states or one.next_at <= slot.scheduled_at:
                        one.state = "expired"
        new = {(row.subscriber_id, row.slot): row for row in rows.values() if row.id not in self.believed}
        assert new.keys() == owed.keys(), "planned, and owed"
        emails = {person.id: email for email, person in self.people.items()}
        for key, row in new.items():
            slot = owed[key]
            assert row.id not in self.known
            self.known.append(row.id)
            self.believed[row.id] = Believed(
                id=row.id,
                subscriber_id=row.subscriber_id,
                email=emails[row.subscriber_id],
                scheduled_at=slot.scheduled_at,
                next_at=slot.next_at,
                planned_at=now,
            )

    def composed(self, rows: dict[str, Row], papers: dict[str, frozenset[int]]) -> None:
        """After composing: nothing stays planned, and no edition has a paper that its reader had."""
        for one in self.believed.values():
            if one.state != "planned":
                continue
            if self.person(one.email).status != "active":
                one.state = "suppressed"
                continue
            assert rows[one.id].state in ("composed", "skipped")
            one.state = rows[one.id].state
            one.papers = papers.get(one.id, frozenset())
            twice = one.papers & self._had(one)
            assert not twice, f"{one.id} shows papers that its reader had: {twice}"

    def _had(self, newer: Believed) -> set[int]:
        """The papers in mails that the provider took for this reader, those that were lost aside."""
        return {
            paper
            for one in self.believed.values()
            if one.subscriber_id == newer.subscriber_id and one.id != newer.id
            if self.taken[one.id] and (one.state not in NOT_RECEIVED or self.taken[one.id] > 1)
            for paper in one.papers
        }

    def claimed(self, rows: dict[str, Row], flow: Flow) -> None:
        """After a claim: it took what was ready and due, of people who may be mailed."""
        for one in self.believed.values():
            if one.id not in rows or one.state not in ("composed", "retry"):
                continue
            if rows[one.id].state == "suppressed":
                assert one.email in flow.forbidden
                one.state = "suppressed"
            elif rows[one.id].state == "sending":
                assert one.retry_at is None or one.retry_at <= flow.at, f"{one.id} was tried before its time"
                one.state, one.flow = "sending", flow
                one.attempts += 1
                flow.flying[one.id] = one
        assert len(flow.flying) <= flow.window

    def landed(self, rows: dict[str, Row], flow: Flow) -> None:
        """After the answers were written down."""
        for delivery_id in sorted(flow.flying):
            one, answer = self.believed.get(delivery_id), flow.answers.get(delivery_id)
            if one is None or one.state != "sending" or one.flow is not flow:
                continue
            assert answer is not None
            one.state = answer.kind
            one.attempts -= answer.stop and answer.kind == "retry"
            one.retry_at = rows[one.id].retry_at
            if answer.kind != "retry" or (answer.stop and answer.retry_after_s is None):
                assert one.retry_at is None
            elif answer.retry_after_s is not None:
                assert one.retry_at == flow.answered_at + dt.timedelta(seconds=answer.retry_after_s)
            else:
                assert one.retry_at is not None
                assert one.retry_at >= flow.answered_at + dt.timedelta(minutes=5)
            if answer.soft:
                self.soft.setdefault(one.email, set()).add(one.scheduled_at)
            if answer.kind == "suppressed":
                self.person(one.email).causes.add("bounce")
        flow.flying.clear()
        flow.answers.clear()

    def handed(self, delivery_id: str, flow: Flow) -> Believed:
        """The provider is asked: by the owner, and for somebody who could be mailed when it was claimed."""
        assert delivery_id in flow.flying, f"{delivery_id} was handed over before its claim was committed"
        one = flow.flying[delivery_id]
        assert one.email not in flow.forbidden, f"{one.email} was mailed against their will"
        return one

    def took(self, delivery_id: str) -> None:
        """The provider has it: once, unless an operator let it go out again."""
        self.taken[delivery_id] += 1
        assert self.taken[delivery_id] <= 1 + self.allowed[delivery_id], f"{delivery_id} was sent twice"

    # ------------------------------------------------------------------------ what is told

    def heard(self, delivery_id: str, kind: str, at: dt.datetime) -> None:
        """An event was absorbed."""
        if (delivery_id, kind, at) in self.events:
            return
        self.events.add((delivery_id, kind, at))
        one = self.believed.get(delivery_id)
        if one is None:
            return
        one.state = told(one.state, kind)
        if kind == "soft_bounce":
            self.soft.setdefault(one.email, set()).add(one.scheduled_at)
        if kind in CAUSES:
            person = self.person(one.email)
            person.causes.add(CAUSES[kind])
            if kind == "unsubscribe" and person.id is not None:
                person.status = "left"

    def decided(self, delivery_id: str, verdict: str, now: dt.datetime) -> bool:
        """Whether the operator may decide so, and what follows."""
        one = self.believed.get(delivery_id)
        if one is None or one.state != "uncertain":
            return False
        one.state = {"accepted": "accepted", "resend": "retry", "abandon": "abandoned"}[verdict]
        if verdict == "resend":
            self.allowed[delivery_id] += 1
            one.retry_at, one.planned_at = None, now + WORD_LASTS
            one.next_at = max(one.next_at, now + WORD_LASTS)
        return True

    # ------------------------------------------------------------------------ the comparison

    def compare(self, rows: dict[str, Row]) -> None:
        """The ledger is as it must be, and every change has its line in the history."""
        for one in self.believed.values():
            if one.id in rows:
                self._compare_history(one, rows[one.id])
        expected = {one.id: (one.state, one.attempts) for one in self.believed.values()}
        assert {row.id: (row.state, row.attempts) for row in rows.values()} == expected
        for one in self.believed.values():
            if one.state in WAITING:
                one.retry_at = rows[one.id].retry_at

    def _compare_history(self, one: Believed, row: Row) -> None:
        history = ("", *row.history)
        assert history[: len(one.states)] == one.states, "a line of the history was changed"
        for before, after in itertools.pairwise(history):
            assert after in FOLLOWS[before], f"{one.id} went from {before} to {after}"
        assert history[-1] == row.state
        one.states = history

    def learn_soft(self, email: str, causes: Iterable[str]) -> None:
        """A mailbox may have been given up for its soft bounces: enough of them, over enough days."""
        if "bounce" in set(causes) - self.person(email).causes:
            slots = self.soft.get(email, set())
            assert len(slots) >= SOFT_COUNT
            assert max(slots) - min(slots) >= dt.timedelta(days=SOFT_DAYS)
            self.person(email).causes.add("bounce")

    def waiting(self, *states: str) -> set[str]:
        """What a person must be able to see."""
        return {one.id for one in self.believed.values() if one.state in (states or VISIBLE)}
