"""Everything outside the program: its database file, the clock, a source, people, and an operator."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from digest import pipeline
from digest.errors import DigestError, UsageError
from digest.links import Signer
from digest.mail.templates import Templates
from digest.model import Collection, DeliveryEvent, Listing, Position, Subscriber, Topic
from digest.pipeline.works import DeliveryRules, Works
from digest.store import Store
from digest.store.bounces import SoftBounces
from digest.store.members import Admission
from digest.store.suppressions import Suppression
from tests.model.flow import Flow, Killed
from tests.model.ledger import Ledger
from tests.model.plain import Plain
from tests.model.rules import GIVE_UP, SOFT_COUNT, SOFT_DAYS, WINDOW
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import EventKind, Message
    from digest.store.hashes import Hashes
    from tests.model.flow import Moment
    from tests.model.plain import Believed
    from tests.model.rules import Mode

START = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
PEOPLE = ("ada@example.org", "Bob@example.org", "cyd@example.net", "dan@example.net")
RULE = SoftBounces(count=SOFT_COUNT, days=SOFT_DAYS)
Action = tuple[str, ...]  # what, and to whom or which


class Telescopes:
    """One paper a day."""

    name, title = "told", "Told"

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        number = now.toordinal() - START.toordinal()
        key = f"2604.{10000 + number}"
        paper = Listing(source="told", key=key, arxiv_id=key, day=now.date(), title=f"Telescope {number}")
        return Collection(listings=(paper,), status="ok", position=position, seen=1)

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


@functools.cache
def empty_database() -> bytes:
    """A database nobody has used, made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digest.db"
        Store.open(f"sqlite:///{path}").close()
        return path.read_bytes()


@functools.cache
def templates() -> Templates:
    return Templates.load()


class World:
    """One database, on which two processes may run. `wire` may put another ledger into a store."""

    def __init__(self, mode: Mode, *, wire: Callable[[Store], None]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="model-")
        self._path = Path(self._folder.name) / "digest.db"
        self._path.write_bytes(empty_database())
        self._wire = wire
        self._now = START
        self._signer = Signer("a secret that is long enough for a test", ())
        self._stores: list[Store] = []
        self._hashes: Hashes | None = None
        self.mode = mode
        self.plain = Plain(mode)
        self.ledger = Ledger(self._path)

    def close(self) -> None:
        self.restart()
        self.ledger.close()
        self._folder.cleanup()

    def restart(self) -> None:
        """All processes end."""
        while self._stores:
            self._stores.pop().close()

    def store(self, process: int = 0) -> Store:
        """The store of one of the processes: a connection of its own to the one file."""
        while len(self._stores) <= process:
            store = Store.open(f"sqlite:///{self._path}")
            self._wire(store)
            self._stores.append(store)
        return self._stores[process]

    def clock(self) -> dt.datetime:
        return self._now

    def pass_time(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)

    # ------------------------------------------------------------------------ a run

    def run(
        self,
        *,
        answers: list[str],
        happenings: list[tuple[Moment, Action]] | None = None,
        crash: Moment | None = None,
        stop_after: int | None = None,
        depth: int = 0,
    ) -> None:
        flow = Flow(self, list(answers), happenings or [], crash, stop_after, depth, self._now, window=WINDOW)
        works = Works(
            store=self.store(depth),
            sources=(Telescopes(),),
            mailer=flow,
            templates=templates(),
            site=SITE,
            signer=self._signer,
            delivery=DeliveryRules(window=WINDOW, uncertain=self.mode, give_up=GIVE_UP, soft_bounces=RULE),
            clock=self.clock,
            sleep=flow.sleep,
            jitter=lambda: 0.5,
            should_stop=flow.should_stop,
            step=flow.step,
        )
        try:
            report = pipeline.run(works, now=flow.now)
        except (Killed, DigestError):
            flow.is_dead = True
        else:
            self._check_report(report)
        self.plain.compare(self.ledger.rows())

    def _check_report(self, report: pipeline.Report) -> None:
        addends = (
            report.accepted, report.skipped, report.rejected, report.suppressed, report.expired,
            report.failed, report.waiting, report.uncertain,
        )  # fmt: skip
        assert sum(addends) == report.due
        states = [one.state for one in self.plain.believed.values()]
        assert report.uncertain_total == states.count("uncertain")
        assert report.uncertain <= report.uncertain_total

    def check_addressed(self, message: Message, one: Believed) -> None:
        """Each mail is to its own reader, and unsubscribes nobody else."""
        assert message.recipient == one.email
        assert f"To: <{one.email}>".encode() in message.raw
        assert self._signer.token("unsubscribe", one.subscriber_id).encode() in message.raw

    # ------------------------------------------------------------------------ what people do

    def act(self, action: Action, *, depth: int = 0) -> None:
        """Do one thing to the program and to the model. Those that run it again do so only once deep."""
        what, *words = action
        with contextlib.suppress(_Impossible):
            getattr(self, f"_{what}")(*words, depth=depth)
        self.learn_soft()

    def learn_soft(self) -> None:
        for email, causes in self.causes().items():
            self.plain.learn_soft(email, causes)

    def causes(self) -> dict[str, set[str]]:
        """Why each address is suppressed, as the ledger has it."""
        found = self.ledger.causes()
        hashes = self.store().database.hashes() if self._hashes is None else self._hashes
        self._hashes = hashes
        return {email: found.get(hashes.address(email), set()) for email in PEOPLE}

    def _join(self, email: str, *, depth: int) -> None:
        person = self.plain.person(email)
        if person.status == "left" or "unsubscribe" in person.causes:
            expected = "left"  # one who was erased has no row, and has left all the same
        elif person.causes:
            expected = "suppressed"
        else:
            expected = "added" if person.id is None else "updated"
        topics = (Topic(name="Telescopes", keywords=("telescope",)),)
        admission = Admission(subscriber=Subscriber(email=email, topics=topics))
        assert self.store().subscribers.add_all([admission]) == [expected]
        if expected == "added":
            found = self.store().subscribers.find(email)
            assert found is not None
            person.id, person.status = found.subscriber.id, "active"

    def _leave(self, email: str, *, depth: int) -> None:
        self._set_status(email, "left")
        self.plain.person(email).causes.add("unsubscribe")

    def _pause(self, email: str, *, depth: int) -> None:
        self._set_status(email, "paused")

    def _set_status(self, email: str, status: str) -> None:
        person = self.plain.person(email)
        if person.id is None:
            raise _Impossible
        self.store().subscribers.set_status(email, status, at=self._now)  # type: ignore[arg-type]
        person.status = status

    def _resume(self, email: str, *, depth: int) -> None:
        expected = self.plain.resumed(email)
        try:
            self.store().subscribers.set_status(email, "active")
        except UsageError:
            assert not expected
        else:
            assert expected

    def _erase(self, email: str, *, depth: int) -> None:
        known = self.plain.person(email).id is not None
        assert self.store().subscribers.erase(email, at=self._now) == known
        self.plain.erased(email)

    def _suppress(self, email: str, *, depth: int) -> None:
        self.store().suppressions.add([Suppression(email=email, cause="operator", at=self._now)])
        self.plain.person(email).causes.add("operator")

    def _lift(self, email: str, *, depth: int) -> None:
        causes = self.plain.person(email).causes
        assert self.store().suppressions.lift(email) == len(causes)
        causes.clear()

    # ------------------------------------------------------------------------ what others do

    def _event(self, kind: EventKind, which: str, ago_h: str, *, depth: int) -> None:
        at = START + dt.timedelta(hours=int(ago_h))
        event = DeliveryEvent(kind=kind, teller="told", name=kind, at=at, delivery_id=self._which(which))
        self.store().events.absorb([event, event], soft_bounces=RULE, now=self._now)
        self.plain.heard(event.delivery_id, kind, at)

    def _decide(self, verdict: str, which: str, *, depth: int) -> None:
        uncertain = [one.id for one in self.plain.believed.values() if one.state == "uncertain"]
        delivery_id = uncertain[int(which) % len(uncertain)] if uncertain else self._which(which)
        expected = self.plain.decided(delivery_id, verdict, self._now)
        try:
            self.store().deliveries.decide(delivery_id, verdict, now=self._now)  # type: ignore[arg-type]
        except UsageError:
            assert not expected
        else:
            assert expected

    def _which(self, number: str) -> str:
        """One of the newest deliveries, or one that is not ours."""
        newest = [*reversed(self.plain.known)][: int(number) + 1]
        return newest[-1] if newest else "ffffffffffffffff"

    def _shift(self, minutes: str, *, depth: int) -> None:
        self._now += dt.timedelta(minutes=int(minutes))

    def _other(self, answers: str, crash: str, *, depth: int) -> None:
        """Another process runs, on the same database, in the middle of this one."""
        if depth > 1:
            raise _Impossible
        self.run(
            answers=answers.split(";") if answers else [],
            crash=(crash, 0) if crash else None,
            depth=max(depth, 1),
        )


class _Impossible(Exception):  # noqa: N818 - it is no error
    """Nobody there to whom it could happen."""
