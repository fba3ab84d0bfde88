"""From planned slots to a provider, with a provider of our own that answers as it is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from digest import pipeline
from digest.core.backoff import BACKOFF_S
from digest.errors import DigestError
from digest.links import Signer
from digest.mail.templates import Templates
from digest.model import Collection, Listing, Outcome, Position, Subscriber, Topic
from digest.pipeline.deliver import PAUSES
from digest.pipeline.works import Works
from digest.store import Store
from digest.store.limits import Limits
from digest.store.members import Admission
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digest.model import Message

WINDOW = 8
NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 4, 21)
ACCEPTED = Outcome(kind="accepted", provider_id="ok")


class ToldMailer:
    """Answers as `answer` says, and keeps what it was handed."""

    name = "told"

    def __init__(self, answer: Callable[[Message], Outcome] = lambda _: ACCEPTED) -> None:
        self.answer = answer
        self.handed: list[Message] = []

    def check(self) -> str:
        return "ready"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        stopped: Outcome | None = None
        for message in messages:
            if stopped is None:
                self.handed.append(message)
                outcome = self.answer(message)
                stopped = outcome if outcome.stop else None
            yield stopped or outcome

    def close(self) -> None:
        pass


class ToldSource:
    """One telescope a day."""

    name, title = "told", "Told"

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        key = f"2604.{90000 + now.day}"
        paper = Listing(
            source="told", key=key, arxiv_id=key, day=now.date(), title=f"Telescope of day {now.day}"
        )
        return Collection(listings=(paper,), status="ok", position=position, seen=1)

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """Twenty readers of telescopes, due, and a provider that takes everything."""
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        topic = Topic(name="Telescopes", keywords=("telescope",))
        store.subscribers.add_all(
            [Admission(subscriber=Subscriber(email=f"r{n}@example.org", topics=(topic,))) for n in range(20)]
        )
        yield Works(
            store=store,
            sources=(ToldSource(),),
            mailer=ToldMailer(),
            templates=Templates.load(),
            site=SITE,
            signer=Signer("a secret that is long enough for a test", ()),
            clock=lambda: NOW,
            jitter=lambda: 0.5,
        )


def with_answer(works: Works, answer: Callable[[Message], Outcome], *, at: dt.datetime = NOW) -> Works:
    return dataclasses.replace(works, mailer=ToldMailer(answer), clock=lambda: at)


def handed(works: Works) -> list[Message]:
    assert isinstance(works.mailer, ToldMailer)
    return works.mailer.handed


def test_everyone_due_gets_one_mail_of_their_own(works: Works) -> None:
    report = pipeline.run(works, now=NOW)
    assert (report.due, report.composed, report.accepted) == (20, 20, 20)
    assert sorted(message.recipient for message in handed(works)) == sorted(
        f"r{n}@example.org" for n in range(20)
    )
    assert all(f"To: <{message.recipient}>".encode() in message.raw for message in handed(works))
    tokens = {works.signer.token("unsubscribe", n + 1).encode() for n in range(20)}
    assert all(any(token in message.raw for token in tokens) for message in handed(works))
    assert pipeline.run(works, now=NOW).due == 0


def test_what_is_to_be_tried_again_waits_and_says_the_same(works: Works) -> None:
    busy = with_answer(works, lambda _: Outcome(kind="retry", reason="450 busy"))
    report = pipeline.run(busy, now=NOW)
    assert (report.accepted, report.waiting, report.is_clean) == (0, 20, False)
    early = with_answer(works, lambda _: ACCEPTED, at=NOW + dt.timedelta(seconds=BACKOFF_S[0] - 1))
    assert pipeline.run(early, now=NOW).waiting == 20
    assert handed(early) == []
    later = with_answer(works, lambda _: ACCEPTED, at=NOW + dt.timedelta(seconds=BACKOFF_S[0]))
    assert pipeline.run(later, now=NOW).accepted == 20
    first = {message.recipient: message.raw for message in handed(busy)}
    assert {message.recipient: message.raw for message in handed(later)} == first


def test_a_paper_that_was_revised_in_between_is_sent_as_it_was_frozen(works: Works) -> None:
    pipeline.run(with_answer(works, lambda _: Outcome(kind="retry", reason="450", retry_after_s=60)), now=NOW)
    store = works.store
    with store.database.begin() as connection:
        store.papers.absorb(
            connection,
            [
                Listing(
                    source="told",
                    key="2604.90021",
                    arxiv_id="2604.90021",
                    kind="replace",
                    version=2,
                    day=DAY,
                    title="Something else altogether",
                )
            ],
        )
    later = with_answer(works, lambda _: ACCEPTED, at=NOW + dt.timedelta(seconds=60))
    pipeline.run(later, now=NOW)
    assert all(b"Telescope of day 21" in message.raw for message in handed(later))


def test_a_provider_that_refuses_as_a_whole_stops_the_run_and_the_next_goes_on(works: Works) -> None:
    refusing = with_answer(works, lambda _: Outcome(kind="retry", reason="401 bad key", stop=True))
    report = pipeline.run(refusing, now=NOW)
    assert (report.waiting, report.stopped) == (20, "401 bad key")
    assert len(handed(refusing)) == 1
    assert {one.attempts for one in works.store.deliveries.waiting(("retry", "composed"))} == {0}
    assert pipeline.run(works, now=NOW).accepted == 20


def test_a_pause_that_the_provider_names_is_kept(works: Works) -> None:
    limit = Outcome(kind="retry", reason="429", stop=True, retry_after_s=600)
    pipeline.run(with_answer(works, lambda _: limit), now=NOW)
    soon = with_answer(works, lambda _: ACCEPTED, at=NOW + dt.timedelta(seconds=500))
    report = pipeline.run(soon, now=NOW)
    assert (report.accepted, handed(soon)) == (0, [])  # those that were never handed over wait as well
    assert report.stopped == "the provider asked for a pause until 12:10 UTC"
    then = with_answer(works, lambda _: ACCEPTED, at=NOW + dt.timedelta(seconds=600))
    assert pipeline.run(then, now=NOW).accepted == 20


def test_a_short_pause_is_waited_for_and_many_of_them_end_the_run(works: Works) -> None:
    clock = NOW

    def sleep(seconds: float) -> None:
        nonlocal clock
        clock += dt.timedelta(seconds=seconds)

    asked = 0

    def busy(times: int) -> Callable[[Message], Outcome]:
        def answer(_: Message) -> Outcome:
            nonlocal asked
            asked += 1
            if asked <= times:
                return Outcome(kind="retry", reason="429", stop=True, retry_after_s=30)
            return ACCEPTED

        return answer

    often = dataclasses.replace(works, mailer=ToldMailer(busy(100)), clock=lambda: clock, sleep=sleep)
    report = pipeline.run(often, now=NOW)
    assert (report.accepted, report.waiting, report.stopped) == (0, 20, "429")
    assert asked == PAUSES + 1
    clock += dt.timedelta(seconds=30)
    asked = 0
    seldom = dataclasses.replace(often, mailer=ToldMailer(busy(2)))
    report = pipeline.run(seldom, now=NOW)
    assert (report.accepted, report.stopped) == (20, "")
    assert {one.attempts for one in works.store.deliveries.by_id(report.accepted_ids).values()} == {1}


@pytest.mark.parametrize(
    ("kind", "counted"), [("rejected", "rejected"), ("suppressed", "suppressed"), ("uncertain", "uncertain")]
)
def test_what_is_final_is_not_tried_again(works: Works, kind: str, counted: str) -> None:
    def answer(message: Message) -> Outcome:
        if message.recipient == "r3@example.org":
            return Outcome(kind=kind, reason="so it is")  # type: ignore[arg-type]
        return ACCEPTED

    report = pipeline.run(with_answer(works, answer), now=NOW)
    assert (report.accepted, getattr(report, counted)) == (19, 1)
    again = with_answer(works, lambda _: ACCEPTED)
    assert pipeline.run(again, now=NOW).due == 0
    assert handed(again) == []


def test_papers_of_a_rejected_mail_come_again_and_those_of_an_uncertain_one_do_not(works: Works) -> None:
    def answer(message: Message) -> Outcome:
        if message.recipient == "r3@example.org":
            return Outcome(kind="rejected", reason="too long")
        if message.recipient == "r4@example.org":
            return Outcome(kind="uncertain", reason="no answer")
        return ACCEPTED

    pipeline.run(with_answer(works, answer), now=NOW)
    next_day = with_answer(works, lambda _: ACCEPTED, at=NOW + dt.timedelta(days=1))
    pipeline.run(next_day, now=NOW + dt.timedelta(days=1))
    raw = {message.recipient: message.raw for message in handed(next_day)}
    assert b"Telescope of day 21" in raw["r3@example.org"]
    assert b"Telescope of day 21" not in raw["r4@example.org"]
    assert b"Telescope of day 22" in raw["r4@example.org"]


def test_a_wish_to_stop_ends_between_two_flights(works: Works) -> None:
    told = ToldMailer()
    stopping = dataclasses.replace(works, mailer=told, should_stop=lambda: len(told.handed) >= WINDOW)
    report = pipeline.run(stopping, now=NOW)
    assert (report.accepted, report.waiting) == (WINDOW, 20 - WINDOW)
    assert pipeline.run(works, now=NOW).accepted == 20 - WINDOW


def test_a_mailer_that_dies_leaves_at_most_a_flight_uncertain(works: Works) -> None:
    def die(_: Message) -> Outcome:
        raise DigestError("the cable was pulled")

    with pytest.raises(DigestError, match="cable"):
        pipeline.run(with_answer(works, die), now=NOW)
    report = pipeline.run(works, now=NOW)
    assert (report.uncertain, report.accepted) == (WINDOW, 20 - WINDOW)
    assert report.uncertain_total == WINDOW


def test_a_run_for_one_reader_reports_nobody_else(works: Works) -> None:
    def die(_: Message) -> Outcome:
        raise DigestError("the cable was cut")

    with pytest.raises(DigestError, match="cable"):
        pipeline.run(with_answer(works, die), now=NOW)
    flown = {one.subscriber_id for one in works.store.deliveries.waiting(("sending",))}
    other = next(n for n in range(20) if n + 1 not in flown)
    report = pipeline.run(works, now=NOW, email=f"r{other}@example.org")
    assert (report.due, report.accepted, report.uncertain, report.is_clean) == (1, 1, 0, True)
    assert report.uncertain_total == WINDOW


def test_readers_who_leave_before_their_claim_are_not_handed_over(works: Works) -> None:
    def answer(_: Message) -> Outcome:
        for number in range(20):
            works.store.subscribers.set_status(f"r{number}@example.org", "left", at=NOW)
        return ACCEPTED

    leaving = with_answer(works, answer)
    report = pipeline.run(leaving, now=NOW)
    assert (report.accepted, report.suppressed) == (WINDOW, 20 - WINDOW)
    assert len(handed(leaving)) == WINDOW


def test_an_unsent_slot_expires_when_the_next_is_due_and_its_papers_come_then(works: Works) -> None:
    pipeline.run(with_answer(works, lambda _: Outcome(kind="retry", reason="450")), now=NOW)
    tomorrow = NOW + dt.timedelta(days=1)
    after = with_answer(works, lambda _: ACCEPTED, at=tomorrow)
    report = pipeline.run(after, now=tomorrow)
    assert (report.due, report.expired, report.accepted) == (40, 20, 20)
    assert all(b"Telescope of day 21" in message.raw for message in handed(after))
    assert all(b"Telescope of day 22" in message.raw for message in handed(after))


class CutOffSource(ToldSource):
    """No network at all."""

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        return Collection(status="failed", position=position, error="no route to host")


def test_a_morning_without_a_network_is_not_a_quiet_one(works: Works) -> None:
    offline = dataclasses.replace(works, sources=(CutOffSource(),))
    report = pipeline.run(offline, now=NOW)
    assert (report.due, report.waiting, report.skipped, report.is_clean) == (20, 20, 0, False)
    assert pipeline.run(works, now=NOW + dt.timedelta(minutes=30)).accepted == 20


def test_with_when_empty_send_a_morning_without_a_network_is_told(works: Works) -> None:
    offline = dataclasses.replace(works, sources=(CutOffSource(),), when_empty="send")
    assert pipeline.run(offline, now=NOW).accepted == 20
    assert all(b"could not be read" in message.raw for message in handed(works))


def test_a_cap_that_is_raised_counts_at_once(works: Works) -> None:
    def capped(per_day: int) -> Works:
        limits = Limits(per_day=per_day)
        return dataclasses.replace(
            works, clock=lambda: NOW, delivery=dataclasses.replace(works.delivery, limits=limits)
        )

    def counts(report: pipeline.Report) -> tuple[int, int]:
        return report.accepted, report.waiting

    assert counts(pipeline.run(capped(5), now=NOW)) == (5, 15)
    assert counts(pipeline.run(capped(5), now=NOW)) == (0, 15)
    assert counts(pipeline.run(capped(12), now=NOW)) == (7, 8)
    without = dataclasses.replace(works, clock=lambda: NOW)
    assert counts(pipeline.run(without, now=NOW)) == (8, 0)


def test_nothing_leaves_in_a_shunned_minute(works: Works) -> None:
    clock = NOW + dt.timedelta(seconds=20)  # 12:00:20
    left: list[dt.datetime] = []

    def sleep(seconds: float) -> None:
        nonlocal clock
        clock += dt.timedelta(seconds=seconds)

    def answer(_: Message) -> Outcome:
        left.append(clock)
        return ACCEPTED

    rules = dataclasses.replace(works.delivery, shunned_minutes=frozenset({0, 30}))
    careful = dataclasses.replace(
        works, mailer=ToldMailer(answer), delivery=rules, clock=lambda: clock, sleep=sleep
    )
    assert pipeline.run(careful, now=NOW).accepted == 20
    assert min(left) == NOW + dt.timedelta(minutes=1)


def test_a_flight_that_began_before_a_shunned_minute_waits_in_the_middle(works: Works) -> None:
    clock = NOW - dt.timedelta(seconds=5)  # 11:59:55
    left: list[dt.datetime] = []

    def sleep(seconds: float) -> None:
        nonlocal clock
        clock += dt.timedelta(seconds=seconds)

    def answer(_: Message) -> Outcome:
        left.append(clock)
        sleep(2)  # a server that takes its time
        return ACCEPTED

    rules = dataclasses.replace(works.delivery, shunned_minutes=frozenset({0, 30}))
    careful = dataclasses.replace(
        works, mailer=ToldMailer(answer), delivery=rules, clock=lambda: clock, sleep=sleep
    )
    assert pipeline.run(careful, now=NOW).accepted == 20
    assert min(left) < NOW
    assert not [moment for moment in left if moment.minute in rules.shunned_minutes]
