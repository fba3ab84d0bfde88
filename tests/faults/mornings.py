"""A morning for four readers at two domains, run as often as a test wants, by a clock of its own.

Which of the four comes first is chance (the order of their deliveries' ids), and does not matter: the
domains have two readers each.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

from digest import pipeline
from digest.links import Signer
from digest.model import Collection, Listing, Position, Subscriber, Topic
from digest.pipeline.works import DeliveryRules, Works
from digest.store.members import Admission
from tests.mailers.messages import message
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digest.mail.templates import Templates
    from digest.model import Delivery, Message, Outcome
    from digest.ports import Mailer
    from digest.store import Store

READERS = ("ada@alpha.example", "amy@alpha.example", "bea@beta.example", "bob@beta.example")
NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
LATER = dt.timedelta(hours=3)  # past every backoff, pause and daily limit, before the next slot
SHORT_S = 60.0  # for a pause of no more than this a run waits
HEAVY = (b"x" * 70 + b"\r\n") * 120_000  # more than the buffers between two sockets hold


class Clock:
    """The real clock of a test: it goes when somebody sleeps, or when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


class OnePaper:
    """A source with one paper for everybody."""

    name, title = "told", "Told"

    def collect(
        self, position: Position, *, now: dt.datetime, window_days: int, since: dt.date | None = None
    ) -> Collection:
        paper = Listing(
            source="told", key="2604.90001", arxiv_id="2604.90001", day=NOW.date(), title="A new telescope"
        )
        return Collection(listings=(paper,), status="ok", position=position, seen=1)

    def check(self, *, now: dt.datetime) -> str:
        return "ready"


def admit(store: Store) -> None:
    """The four readers, of telescopes."""
    topics = (Topic(name="Telescopes", keywords=("telescope",)),)
    store.subscribers.add_all(
        [Admission(subscriber=Subscriber(email=email, topics=topics)) for email in READERS]
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """One database, run again and again."""

    works: Works
    clock: Clock

    @classmethod
    def of(cls, store: Store, templates: Templates) -> Morning:
        clock = Clock()
        works = Works(
            store=store,
            sources=(OnePaper(),),
            mailer=_Nobody(),
            templates=templates,
            site=SITE,
            signer=Signer("a secret that is long enough for a test", ()),
            delivery=DeliveryRules(window=1),
            clock=clock,
            sleep=clock.sleep,
            jitter=lambda: 0.5,
        )
        return cls(works=works, clock=clock)

    def run(self, mailer: Mailer) -> pipeline.Report:
        """One run through that provider, which is closed after it."""
        try:
            return pipeline.run(dataclasses.replace(self.works, mailer=mailer), now=self.clock.now)
        finally:
            mailer.close()

    def ledger(self) -> dict[str, Delivery]:
        """What is known of each reader's delivery."""
        return {email: delivery for delivery, email in self.works.store.deliveries.latest()}

    def suppressed(self) -> list[str]:
        """The addresses that nobody mails any more."""
        return [one.email for one in self.works.store.suppressions.everyone()]

    def soft(self) -> list[str]:
        """The readers whose deliveries count as soft bounces."""
        with self.works.store.database.read() as connection:
            query = "SELECT email FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id WHERE soft"
            return list(connection.exec_driver_sql(query).scalars())


class _Nobody:
    """No provider yet."""

    name = "nobody"

    def check(self) -> str:
        raise NotImplementedError

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class FirstThenOthers:
    """Two providers as one: the first message of all goes to one that has little patience, or with eight
    megabytes in its text, and the others to one that waits for a busy machine."""

    def __init__(self, first: Mailer, others: Mailer, *, heavy: bool = False) -> None:
        self._first, self._others, self._heavy = first, others, heavy
        self._is_first = True
        self.name, self.check = first.name, first.check

    def send(self, messages: Sequence[Message]) -> Iterator[Outcome]:
        for one in messages:
            if self._is_first:
                self._is_first = False
                yield from self._first.send([heavy(one) if self._heavy else one])
            else:
                yield from self._others.send([one])

    def close(self) -> None:
        self._first.close()
        self._others.close()


def heavy(light: Message) -> Message:
    """Another message to the same reader, which no buffer holds."""
    raw = message(0, extra=HEAVY).raw.replace(b"reader0@example.org", light.recipient.encode())
    return dataclasses.replace(light, raw=raw)


def recipients(mails: Iterable[bytes]) -> collections.Counter[str]:
    """How often each reader is the one in To."""
    return collections.Counter(re.findall(rb"(?m)^To: .*<(.+)>\r?$", mail)[0].decode() for mail in mails)
