"""The operator is told once and once again, by a provider that may be down itself; a run never breaks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from digest import pipeline
from digest.links import Signer
from digest.mail.site import Site
from digest.mail.templates import Templates
from digest.model import Collection, Listing, Message, Outcome, Position, Subscriber, Topic
from digest.pipeline.alarms import AGAIN, Operator, after_run
from digest.pipeline.ping import ping
from digest.pipeline.works import DeliveryRules, Works
from digest.store import Store
from digest.store.members import Admission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

NOW = dt.datetime(2026, 4, 21, 6, tzinfo=dt.UTC)  # an hour after the readers' 5:00
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OPS = "ops@example.org"
OPERATOR = Operator(notify=OPS)
ACCEPTED = Outcome(kind="accepted", provider_id="ok")
BUSY = Outcome(kind="retry", reason="450 busy", retry_after_s=60)
BAD_KEY = Outcome(kind="retry", reason="401 bad key", stop=True)
UNKNOWN = Outcome(kind="uncertain", reason="no answer after the final dot")


class Provider:
    """Answers readers and the operator as it is told, and keeps what the operator was sent."""

    name = "told"

    def __init__(self) -> None:
        self.readers: Callable[[Message], Outcome] = lambda _: ACCEPTED
        self.operator = ACCEPTED
        self.notices: list[Message] = []
        self.accepted: list[Message] = []

    def check(self) -> str:
        return "ready"

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        stopped: Outcome | None = None
        for message in messages:
            if message.recipient == OPS:
                self.notices.append(message)
                outcome = self.operator
                if outcome.kind == "accepted":
                    self.accepted.append(message)
            else:
                outcome = stopped or self.readers(message)
                stopped = outcome if outcome.stop else None
            yield outcome

    def close(self) -> None:
        pass

    @property
    def subjects(self) -> list[str]:
        return [str(mail(message)["Subject"]) for message in self.accepted]


class Source:
    """A paper a day, while it works."""

    def __init__(self, name: str) -> None:
        self.name, self.title = name, name.title()
        self.works = True

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        if not self.works:
            return Collection(listings=(), status="failed", position=position, seen=0, error="HTTP 500")
        key = f"2604.{90000 + now.day}"
        paper = Listing(source=self.name, key=key, arxiv_id=key, day=now.date(), title=f"Telescope {now.day}")
        return Collection(listings=(paper,), status="ok", position=position, seen=1)

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


def mail(message: Message) -> Any:
    return email.message_from_bytes(message.raw, policy=email.policy.default)


class Office:
    """Four readers, a provider, a source and an operator; `tick` is a run and what follows it."""

    def __init__(self, store: Store) -> None:
        self.provider, self.source = Provider(), Source("told")
        self.works = Works(
            store=store,
            sources=(self.source, Source("other")),
            mailer=self.provider,
            templates=Templates.load(),
            site=Site(
                name="Paper Digest",
                sender_name="Paper Digest",
                sender_address="digest@example.org",
                contact="digest@example.org",
                unsubscribe="digest@example.org",
                list_id="digest.example.org",
            ),
            signer=Signer("a secret that is long enough for a test", ()),
            jitter=lambda: 0.5,
        )

    def tick(self, at: dt.datetime, operator: Operator = OPERATOR) -> list[str]:
        works = dataclasses.replace(self.works, clock=lambda: at)
        return after_run(works, pipeline.run(works, now=at), operator, now=at)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        topic = Topic(name="Telescopes", keywords=("telescope",))
        store.subscribers.add_all(
            [
                Admission(
                    subscriber=Subscriber(email=f"r{n}@example.org", send_at=dt.time(5), topics=(topic,))
                )
                for n in range(4)
            ]
        )
        yield Office(store)


def test_a_good_morning_is_no_news(office: Office) -> None:
    assert office.tick(NOW) == []
    assert office.tick(NOW + HOUR) == []
    assert office.provider.notices == []


def test_uncertain_deliveries_are_told_once_and_once_when_they_are_settled(office: Office) -> None:
    office.provider.readers = lambda _: UNKNOWN
    for hour in range(4):
        assert office.tick(NOW + hour * HOUR) == []
    assert office.provider.subjects == ["Paper Digest: 4 deliveries are uncertain"]
    (told,) = office.provider.accepted
    assert told.delivery_id.startswith("operator-")
    body = mail(told).get_content()
    assert "2026-04-21 06:00 UTC" in body
    assert "digest deliveries settle ID" in body
    for one in office.works.store.deliveries.waiting(("uncertain",)):
        office.works.store.deliveries.decide(one.id, "accepted", now=NOW)
    office.tick(NOW + 5 * HOUR)
    office.tick(NOW + 6 * HOUR)
    assert office.provider.subjects[1:] == ["Paper Digest: mended: 4 deliveries are uncertain"]
    body = mail(office.provider.accepted[1]).get_content()
    assert "From 2026-04-21 06:00 UTC to 2026-04-21 11:00 UTC." in body


def test_a_notice_waits_for_the_end_of_a_shunned_minute(office: Office) -> None:
    clock = NOW + dt.timedelta(minutes=59)

    def sleep(seconds: float) -> None:
        nonlocal clock
        clock += dt.timedelta(seconds=seconds)

    office.provider.readers = lambda _: BAD_KEY
    rules = DeliveryRules(shunned_minutes=frozenset({0, 30}))
    works = dataclasses.replace(office.works, delivery=rules, clock=lambda: clock, sleep=sleep)
    report = pipeline.run(works, now=NOW)
    clock = NOW + HOUR + dt.timedelta(seconds=20)
    assert after_run(works, report, OPERATOR, now=NOW) == []
    assert office.provider.subjects
    assert clock == NOW + HOUR + dt.timedelta(minutes=1)


def test_uncertain_ones_that_are_sent_again_by_themselves_are_no_news(office: Office) -> None:
    office.works = dataclasses.replace(office.works, delivery=DeliveryRules(uncertain="resend"))
    office.provider.readers = lambda _: UNKNOWN
    office.tick(NOW)
    assert office.provider.notices == []


def test_a_morning_that_waits_is_told_after_three_hours_and_when_it_went_out(office: Office) -> None:
    office.provider.readers = lambda _: BUSY
    for minutes in range(0, 60 * 5, 30):
        office.tick(NOW + dt.timedelta(minutes=minutes))
    assert office.provider.subjects == ["Paper Digest: 4 deliveries have not gone out"]
    assert "450 busy" in mail(office.provider.accepted[0]).get_content()
    office.provider.readers = lambda _: ACCEPTED
    office.tick(NOW + 12 * HOUR)
    assert office.provider.subjects[1:] == ["Paper Digest: mended: 4 deliveries have not gone out"]


def test_a_full_mailbox_keeps_no_morning(office: Office) -> None:
    full = Outcome(kind="retry", reason="452 4.2.2 full", soft=True, retry_after_s=60)
    office.provider.readers = lambda message: full if message.recipient.startswith("r1") else ACCEPTED
    for hour in range(0, 72, 6):
        office.tick(NOW + hour * HOUR)
    assert office.provider.notices == []


def test_a_morning_that_expired_is_told_and_is_over_after_a_day_without(office: Office) -> None:
    office.provider.readers = lambda _: BUSY
    office.tick(NOW)
    office.provider.readers = lambda _: ACCEPTED
    office.tick(NOW + DAY)  # nobody looked in between
    assert office.provider.subjects == ["Paper Digest: 4 deliveries have not gone out"]
    assert "expired unsent" in mail(office.provider.accepted[0]).get_content()
    office.tick(NOW + 2 * DAY - HOUR)
    office.tick(NOW + 2 * DAY)
    assert office.provider.subjects[1:] == ["Paper Digest: mended: 4 deliveries have not gone out"]


def test_a_run_that_was_stopped_is_told_when_the_provider_takes_mail_again(office: Office) -> None:
    office.provider.readers, office.provider.operator = (lambda _: BAD_KEY), BAD_KEY
    (failure,) = office.tick(NOW)
    assert failure == "the operator could not be told: 401 bad key; tried again at a later run"
    assert office.tick(NOW + AGAIN / 2) == []  # left alone for a while
    assert len(office.provider.notices) == 1
    assert len(office.tick(NOW + AGAIN)) == 1
    office.provider.readers, office.provider.operator = (lambda _: ACCEPTED), ACCEPTED
    assert office.tick(NOW + 2 * AGAIN) == []
    assert office.tick(NOW + 3 * AGAIN) == []
    assert office.provider.subjects == ["Paper Digest: mended: a run was stopped"]
    body = mail(office.provider.accepted[0]).get_content()
    assert "Mended before you could be told" in body
    assert "401 bad key" in body


def test_a_stopped_run_is_not_called_mended_by_a_run_that_sends_nothing(office: Office) -> None:
    pause = Outcome(kind="retry", reason="429 quota", stop=True, retry_after_s=7000)
    office.provider.readers = lambda _: pause
    office.tick(NOW)
    assert office.provider.subjects == ["Paper Digest: a run was stopped"]
    office.tick(NOW + HOUR)  # all four wait for the time that the provider named
    assert len(office.provider.notices) == 1
    office.provider.readers = lambda _: ACCEPTED
    office.tick(NOW + 2 * HOUR)
    assert office.provider.subjects[1:] == ["Paper Digest: mended: a run was stopped"]


def test_a_source_is_told_after_a_day_and_when_it_is_read_again(office: Office) -> None:
    office.tick(NOW)
    office.source.works = False
    for hour in (6, 12, 23, 24, 30):
        office.tick(NOW + hour * HOUR)
    assert office.provider.subjects == ["Paper Digest: Told could not be read for more than a day"]
    office.source.works = True
    office.tick(NOW + 31 * HOUR)
    assert office.provider.subjects[1:] == [
        "Paper Digest: mended: Told could not be read for more than a day"
    ]


def test_several_troubles_of_one_run_are_one_mail(office: Office) -> None:
    office.tick(NOW)
    office.source.works = False
    office.provider.readers = lambda _: UNKNOWN
    office.tick(NOW + DAY)
    assert office.provider.subjects == [
        "Paper Digest: Told could not be read for more than a day, and 1 more"
    ]
    body = mail(office.provider.accepted[0]).get_content()
    assert "HTTP 500" in body
    assert "4 deliveries are uncertain" in body


def test_a_crash_between_noting_and_sending_mails_nobody_twice(office: Office) -> None:
    def die(label: str) -> None:
        if label == "alarms.noted":
            raise KeyboardInterrupt

    office.provider.readers = lambda _: UNKNOWN
    office.works = dataclasses.replace(office.works, step=die)
    with pytest.raises(KeyboardInterrupt):
        office.tick(NOW)
    office.tick(NOW + HOUR)
    assert office.provider.notices == []


def test_a_notice_that_may_have_left_is_not_repeated(office: Office) -> None:
    office.provider.readers, office.provider.operator = (lambda _: UNKNOWN), UNKNOWN
    for hour in range(3):
        assert office.tick(NOW + hour * HOUR) == []
    assert len(office.provider.notices) == 1


def test_without_an_address_nothing_is_remembered_as_told(office: Office) -> None:
    office.provider.readers = lambda _: UNKNOWN
    office.tick(NOW, Operator())
    assert office.provider.notices == []
    office.tick(NOW + HOUR)
    assert office.provider.subjects == ["Paper Digest: 4 deliveries are uncertain"]


def test_what_fails_in_telling_is_a_sentence(office: Office) -> None:
    class Broken(Provider):
        def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
            if messages and messages[0].recipient == OPS:
                raise OSError("the wire is cut")
            return super().send(messages)

    office.provider = Broken()
    office.provider.readers = lambda _: UNKNOWN
    office.works = dataclasses.replace(office.works, mailer=office.provider)
    assert office.tick(NOW) == ["the operator could not be told: OSError (the wire is cut)"]


# ------------------------------------------------------------------------ the watchdog


class Watchdog:
    """Counts who is alive; `answer` is a status, or where it sends on to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.answer: int | str = 200
        watchdog = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                watchdog.heard.append(self.path)
                answer = watchdog.answer if self.path.startswith("/ping") else 200
                self.send_response(302 if isinstance(answer, str) else answer)
                if isinstance(answer, str):
                    self.send_header("Location", answer)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"OK")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/ping/s3cr3t-token"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    running = Watchdog()
    yield running
    running.close()


def test_the_watchdog_hears_of_every_run_that_was_not_stopped(office: Office, watchdog: Watchdog) -> None:
    operator = Operator(ping_url=watchdog.url)
    assert office.tick(NOW, operator) == []
    assert office.tick(NOW + HOUR, operator) == []  # nobody was due
    assert watchdog.heard == ["/ping/s3cr3t-token"] * 2
    office.provider.readers = lambda _: BAD_KEY
    assert office.tick(NOW + DAY, operator) == []
    assert len(watchdog.heard) == 2


@pytest.mark.parametrize("answer", [404, 500, 503, 429, "https://127.0.0.1:1/ping", "http://127.0.0.1:1/x"])
def test_a_watchdog_that_does_not_answer_is_a_sentence_without_its_address(
    watchdog: Watchdog, answer: int | str
) -> None:
    watchdog.answer = answer
    (sentence,) = ping(watchdog.url, agent="paper-digest")
    assert sentence.startswith("operator.ping_url: the watchdog could not be reached: ")
    assert "s3cr3t" not in sentence
    assert watchdog.heard == ["/ping/s3cr3t-token"]


def test_a_watchdog_may_send_on_within_its_scheme(watchdog: Watchdog) -> None:
    watchdog.answer = "/there"
    assert ping(watchdog.url, agent="paper-digest") == []
    assert watchdog.heard == ["/ping/s3cr3t-token", "/there"]


def test_a_watchdog_may_not_send_on_to_another_private_host(watchdog: Watchdog) -> None:
    watchdog.answer = watchdog.url.replace("127.0.0.1", "127.0.0.2").replace("/ping", "/there")
    (sentence,) = ping(watchdog.url, agent="paper-digest")
    assert "s3cr3t" not in sentence
    assert len(watchdog.heard) == 1


def test_a_watchdog_that_is_not_there_or_says_nothing_costs_no_more_than_its_time(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        (sentence,) = ping(f"http://127.0.0.1:{port}/s3cr3t", agent="paper-digest", timeout_s=0.3)
        assert sentence.endswith("no answer within 0.3 s")
    (sentence,) = ping(f"http://127.0.0.1:{port}/s3cr3t", agent="paper-digest")
    assert "s3cr3t" not in sentence
