"""The thread of `digest web` that posts: woken at once, quiet while nothing changes, gone with its server."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

from digest.errors import MailerError
from digest.membership import join
from digest.web.poster import Poster
from tests.membership.conftest import ADA, ask
from tests.pipeline.test_deliver import ACCEPTED, ToldMailer

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.membership.house import House
    from digest.membership.posting import Post
    from digest.model import Message, Outcome
    from tests.membership.conftest import Lines

PATIENCE_S = 20.0


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_posting() -> bool:
    return any(thread.name == "poster" for thread in threading.enumerate())


def test_a_poke_sends_what_waits_and_the_end_ends_it(house: House, mailer: ToldMailer, rules: Post) -> None:
    with Poster(house, lambda: mailer, rules=rules, every_s=3600) as poster:
        ask(dataclasses.replace(house, poke=poster.poke))
        wait_until(lambda: house.store.notes.counts() == {"accepted": 1})
    assert not is_posting()
    assert [message.recipient for message in mailer.handed] == [ADA.email]


def test_what_waited_before_it_began_leaves_too(house: House, mailer: ToldMailer, rules: Post) -> None:
    ask(house)
    with Poster(house, lambda: mailer, rules=rules, every_s=3600):
        wait_until(lambda: house.store.notes.counts() == {"accepted": 1})


def test_asking_waits_for_no_provider(house: House, rules: Post) -> None:
    free = threading.Event()

    def answer(_message: Message) -> Outcome:
        assert free.wait(PATIENCE_S)
        return ACCEPTED

    with Poster(house, lambda: ToldMailer(answer), rules=rules, every_s=3600) as poster:
        asking = dataclasses.replace(house, poke=poster.poke)
        ask(asking)
        wait_until(lambda: house.store.notes.counts() == {"sending": 1})
        ask(asking, dataclasses.replace(ADA, email="bob@example.org"))
        assert house.store.notes.counts() == {"sending": 1, "waiting": 1}
        free.set()
        wait_until(lambda: house.store.notes.counts() == {"accepted": 2})


def test_a_mailer_is_opened_only_for_a_note_and_its_trouble_told_once(
    house: House, rules: Post, lines: Lines
) -> None:
    opened: list[ToldMailer] = []

    def fail() -> ToldMailer:
        opened.append(ToldMailer())
        raise MailerError("smtp: cannot connect")

    with Poster(house, fail, rules=rules, every_s=0.01) as poster:
        time.sleep(0.1)
        assert opened == []
        ask(dataclasses.replace(house, poke=poster.poke))
        wait_until(lambda: len(opened) > 3)
    assert [keys for event, keys in lines.told if event == "notes.failed"] == [
        {"reason": "smtp: cannot connect"}
    ]
    assert house.store.notes.counts() == {"waiting": 1}


def test_a_defect_costs_one_note_and_not_the_thread(house: House, rules: Post, lines: Lines) -> None:
    answers = iter([RuntimeError("no room for ada@example.org"), ACCEPTED])

    def answer(_message: Message) -> Outcome:
        following = next(answers)
        if isinstance(following, Exception):
            raise following
        return following

    with Poster(house, lambda: ToldMailer(answer), rules=rules, every_s=0.01):
        ask(house)
        wait_until(lambda: house.store.notes.counts() == {"uncertain": 1})
        join.ask(
            house, dataclasses.replace(ADA, email="b@example.org"), where="", shown="", now=house.clock()
        )
        wait_until(lambda: house.store.notes.counts() == {"uncertain": 1, "accepted": 1})
    (reason,) = [str(keys["reason"]) for event, keys in lines.told if event == "notes.failed"]
    assert reason.startswith("RuntimeError at ")
    assert "test_poster.py" in reason
    assert "ada@example.org" not in repr(lines.told)
