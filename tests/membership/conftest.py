"""A house on a real database, a clock that is set by hand, and a provider that answers as it is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import re
from typing import TYPE_CHECKING

import pytest

from digest.links import Signer
from digest.mail.templates import Templates
from digest.membership import join
from digest.membership.house import House
from digest.membership.posting import Post, post
from digest.model import Subscriber, Topic
from digest.store import Store
from digest.store.members import Admission
from tests.pipeline.test_deliver import ToldMailer
from tests.site import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.membership.posting import Posted
    from digest.model import Message

NOW = dt.datetime(2026, 4, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WEB_SITE = dataclasses.replace(SITE, url="https://digest.example.org")
ADA = Subscriber(
    email="Ada@example.org",
    name="Ada",
    timezone="Europe/Berlin",
    topics=(Topic(name="Vision", keywords=("nerf",)), Topic(name="Robots", keywords=("slam",))),
)


class Clock:
    """The time, set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, time: dt.timedelta) -> dt.datetime:
        self.now += time
        return self.now


class Lines:
    """What was told to the log."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, **keys: object) -> None:
        self.told.append((event, keys))

    def events(self) -> list[str]:
        return [event for event, _ in self.told]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def house(store: Store, clock: Clock, lines: Lines) -> House:
    return House(
        store=store,
        site=WEB_SITE,
        signer=Signer("a secret that is long enough for a test", ()),
        clock=clock,
        tell=lines,
    )


@pytest.fixture
def mailer() -> ToldMailer:
    return ToldMailer()


@pytest.fixture(scope="session")
def rules() -> Post:
    return Post(templates=Templates.load(), jitter=lambda: 0.5)


def post_all(house: House, mailer: ToldMailer, rules: Post) -> Posted:
    with house.store.own() as owner:
        return post(house, mailer, owner, rules=rules)


def ask(house: House, reader: Subscriber = ADA) -> None:
    join.ask(house, reader, where="192.0.2.1", shown="Yes, mail me.", now=house.clock())


def joined(house: House, reader: Subscriber = ADA) -> int:
    """A reader who asked and confirmed on the web."""
    ask(house, reader)
    newest = max(note.confirmation_id or 0 for note in house.store.notes.latest())
    done = join.confirm(house, join.token_of(house, newest), where="192.0.2.2", now=house.clock())
    assert done.subscriber_id is not None
    return done.subscriber_id


def added(house: House, address: str, *, named: str = "") -> int:
    """A reader whom a command made."""
    house.store.subscribers.add(Admission(subscriber=dataclasses.replace(ADA, email=address, name=named)))
    return found(house, address)


def found(house: House, address: str) -> int:
    member = house.store.subscribers.find(address)
    assert member is not None
    return member.subscriber.id


def text_of(message: Message) -> str:
    """The text part, as a mail program shows it."""
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    part = parsed.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def token_in(message: Message, page: str) -> str:
    """The token of the link to that page in a mail."""
    match = re.search(rf"https://digest\.example\.org/{page}/([0-9a-z-]+)", text_of(message))
    assert match is not None
    return match[1]
