"""Notes leave once, as far as they may, and what became of each is known."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import email.policy
import threading
from typing import TYPE_CHECKING, Any

import pytest

from digest.core.backoff import BACKOFF_S
from digest.membership import join, links, standing
from digest.membership.posting import KEPT, post
from digest.model import DeliveryEvent, Outcome, Subscriber
from digest.store import Store
from digest.store.bounces import SoftBounces
from digest.store.limits import Limits
from digest.store.suppressions import Suppression
from tests.membership.conftest import ADA, DAY, NOW, WEB_SITE, added, ask, post_all
from tests.pipeline.test_deliver import ACCEPTED, ToldMailer

if TYPE_CHECKING:
    from pathlib import Path

    from digest.membership.house import House
    from digest.membership.posting import Post
    from digest.model import Message
    from digest.store.occasions import Note
    from tests.membership.conftest import Clock, Lines

MINUTE = dt.timedelta(minutes=1)


def asked(house: House, number: int, *, domain: str = "example.org") -> None:
    for n in range(number):
        join.ask(house, Subscriber(email=f"r{n}@{domain}"), where="", shown="", now=house.clock())


def only(house: House) -> Note:
    (note,) = house.store.notes.latest()
    return note


def told(answer: Outcome) -> ToldMailer:
    return ToldMailer(lambda _: answer)


def test_a_note_leaves_once(house: House, mailer: ToldMailer, rules: Post, lines: Lines) -> None:
    ask(house)
    assert post_all(house, mailer, rules).sent == 1
    assert post_all(house, mailer, rules).sent == 0
    assert [message.recipient for message in mailer.handed] == [ADA.email]
    note = only(house)
    assert (note.state, note.attempts) == ("accepted", 1)
    (message,) = mailer.handed
    assert message.delivery_id == note.id
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert parsed["Message-ID"] == f"<{note.id}@example.org>"
    assert lines.events() == ["notes.posted"]
    assert "example.org" not in str(lines.told)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Outcome(kind="rejected", reason="too large"), "rejected"),
        (Outcome(kind="uncertain", reason="a timeout after writing"), "uncertain"),
        (Outcome(kind="suppressed", reason="550 5.1.1 no such user"), "suppressed"),
    ],
)
def test_what_is_settled_is_not_tried_again(
    house: House, rules: Post, clock: Clock, answer: Outcome, state: str
) -> None:
    ask(house)
    mailer = told(answer)
    post_all(house, mailer, rules)
    clock.pass_by(DAY - MINUTE)
    post_all(house, mailer, rules)
    assert len(mailer.handed) == 1
    assert (only(house).state, only(house).reason) == (state, answer.reason)
    causes = [one.cause for one in house.store.suppressions.of(ADA.email)]
    assert causes == (["bounce"] if state == "suppressed" else [])


def test_what_was_provably_not_accepted_is_tried_again_later_and_given_up_after_a_day(
    house: House, rules: Post, clock: Clock
) -> None:
    ask(house)
    mailer = told(Outcome(kind="retry", reason="451 try later"))
    post_all(house, mailer, rules)
    post_all(house, mailer, rules)
    assert len(mailer.handed) == 1
    clock.pass_by(dt.timedelta(seconds=BACKOFF_S[0]))
    post_all(house, mailer, rules)
    assert (len(mailer.handed), only(house).state, only(house).attempts) == (2, "waiting", 2)
    clock.pass_by(DAY)
    post_all(house, mailer, rules)
    assert (len(mailer.handed), only(house).state) == (2, "rejected")
    assert only(house).reason == "given up after a day: 451 try later"


def test_a_provider_that_refuses_all_is_left_alone_and_it_was_no_attempt(
    house: House, rules: Post, clock: Clock
) -> None:
    asked(house, 3)
    mailer = told(Outcome(kind="retry", reason="401 no such key", stop=True, retry_after_s=600))
    posted = post_all(house, mailer, rules)
    assert (posted.sent, posted.stopped, len(mailer.handed)) == (0, "401 no such key", 1)
    assert {note.attempts for note in house.store.notes.latest()} == {0}
    assert "pause" in post_all(house, mailer, rules).stopped
    assert len(mailer.handed) == 1
    clock.pass_by(11 * MINUTE)
    assert post_all(house, ToldMailer(), rules).sent == 3


def test_a_domain_that_refuses_is_left_alone_and_others_get_theirs(house: House, rules: Post) -> None:
    asked(house, 2, domain="full.example")
    asked(house, 1)

    def answer(message: Message) -> Outcome:
        if message.recipient.endswith("full.example"):
            return Outcome(kind="retry", reason="421 busy", domain=True)
        return ACCEPTED

    mailer = ToldMailer(answer)
    assert post_all(house, mailer, rules).sent == 1
    assert sorted(message.recipient.partition("@")[2] for message in mailer.handed) == [
        "example.org", "full.example",
    ]  # fmt: skip


def test_the_operators_limits_hold_for_notes_too(house: House, mailer: ToldMailer, rules: Post) -> None:
    asked(house, 5)
    limited = dataclasses.replace(rules, limits=Limits(per_day=2))
    posted = post_all(house, mailer, limited)
    assert (posted.sent, posted.stopped) == (2, "today's cap of 2 mails is reached")
    assert house.store.notes.counts() == {"accepted": 2, "waiting": 3}


def test_so_many_notes_leave_in_an_hour_whoever_asks(
    house: House, mailer: ToldMailer, rules: Post, clock: Clock
) -> None:
    asked(house, 5)
    limited = dataclasses.replace(rules, per_hour=3)
    posted = post_all(house, mailer, limited)
    assert posted.sent == 3
    assert posted.stopped.startswith("3 notes left in the last hour")
    clock.pass_by(61 * MINUTE)
    assert post_all(house, mailer, limited).sent == 2


def test_an_address_that_was_suppressed_meanwhile_gets_none(
    house: House, mailer: ToldMailer, rules: Post
) -> None:
    ask(house)
    house.store.suppressions.add([Suppression(email=ADA.email, cause="complaint", at=NOW)])
    post_all(house, mailer, rules)
    assert mailer.handed == []
    assert only(house).state == "suppressed"


def test_a_wish_that_was_confirmed_already_is_not_asked_about_again(
    house: House, mailer: ToldMailer, rules: Post
) -> None:
    ask(house)
    join.confirm(house, join.token_of(house, 1), where="", now=NOW)
    post_all(house, mailer, rules)
    assert mailer.handed == []


def test_without_an_address_of_the_web_side_nothing_is_sent_and_it_is_said(
    house: House, mailer: ToldMailer, rules: Post, lines: Lines
) -> None:
    ask(house)
    post_all(dataclasses.replace(house, site=dataclasses.replace(WEB_SITE, url="")), mailer, rules)
    assert mailer.handed == []
    assert only(house).state == "rejected"
    assert "site.url" in str(lines.told)


def test_a_failure_in_the_midst_of_sending_leaves_the_note_uncertain(house: House, rules: Post) -> None:
    ask(house)

    def fail(_message: Message) -> Outcome:
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError):
        post_all(house, ToldMailer(fail), rules)
    assert only(house).state == "uncertain"
    mailer = ToldMailer()
    post_all(house, mailer, rules)
    assert mailer.handed == []


def test_two_posters_at_once_send_each_note_once(
    tmp_path: Path, store: Store, house: House, rules: Post
) -> None:
    asked(house, 12)
    handed: list[str] = []
    both = threading.Barrier(2)

    def answer(message: Message) -> Outcome:
        handed.append(message.recipient)
        return ACCEPTED

    def work() -> None:
        with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as mine, mine.own() as owner:
            both.wait()
            post(dataclasses.replace(house, store=mine), ToldMailer(answer), owner, rules=rules)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(handed) == sorted(f"r{n}@example.org" for n in range(12))
    assert store.notes.counts() == {"accepted": 12}


@pytest.mark.parametrize(
    ("kind", "cause"), [("hard_bounce", "bounce"), ("complaint", "complaint"), ("soft_bounce", None)]
)
def test_what_is_told_of_a_note_concerns_its_address(
    house: House, mailer: ToldMailer, rules: Post, kind: Any, cause: str | None
) -> None:
    ask(house)
    post_all(house, mailer, rules)
    event = DeliveryEvent(kind=kind, teller="mail", name=kind, at=NOW, delivery_id=only(house).id)
    done = house.store.events.absorb([event, event], soft_bounces=SoftBounces(count=1, days=0), now=NOW)
    assert (done.new, done.suppressed, done.foreign) == (1, int(cause is not None), 0)
    assert [one.cause for one in house.store.suppressions.of(ADA.email)] == ([cause] if cause else [])
    join.ask(house, ADA, where="", shown="", now=NOW + MINUTE)
    assert [note.state for note in house.store.notes.latest()].count("suppressed") == int(cause is not None)


def test_an_event_proves_that_a_note_of_which_nobody_knew_left(house: House, rules: Post) -> None:
    ask(house)
    post_all(house, told(Outcome(kind="uncertain", reason="a timeout")), rules)
    event = DeliveryEvent(
        kind="delivered", teller="sendgrid", name="delivered", at=NOW, delivery_id=only(house).id
    )
    house.store.events.absorb([event], soft_bounces=SoftBounces(), now=NOW)
    assert (only(house).state, only(house).reason) == ("accepted", "")


def test_a_reader_who_answers_a_note_with_a_wish_to_leave_has_left(
    house: House, mailer: ToldMailer, rules: Post, clock: Clock
) -> None:
    reader = added(house, ADA.email)
    links.ask(house, ADA.email, now=NOW)
    post_all(house, mailer, rules)
    event = DeliveryEvent(
        kind="unsubscribe", teller="mail", name="reply", at=clock.pass_by(MINUTE), delivery_id=only(house).id
    )
    house.store.events.absorb([event], soft_bounces=SoftBounces(), now=clock.now)
    assert house.store.subscribers.by_id([reader])[reader].status == "left"
    standing.come_back(house, reader, where="", shown="", now=clock.pass_by(MINUTE))
    older = dataclasses.replace(event, name="reply again")
    house.store.events.absorb([older], soft_bounces=SoftBounces(), now=clock.now)
    assert house.store.subscribers.by_id([reader])[reader].status == "active"


def test_notes_and_wishes_that_nobody_confirmed_are_kept_for_a_month(
    house: House, mailer: ToldMailer, rules: Post, clock: Clock
) -> None:
    ask(house)
    post_all(house, mailer, rules)
    clock.pass_by(KEPT - MINUTE)
    post_all(house, mailer, rules)
    assert house.store.confirmations.get(1) is not None
    clock.pass_by(2 * MINUTE)
    post_all(house, mailer, rules)
    assert house.store.confirmations.get(1) is None
    assert house.store.notes.latest() == []


def test_a_confirmed_wish_is_kept_as_evidence(
    house: House, mailer: ToldMailer, rules: Post, clock: Clock
) -> None:
    ask(house)
    join.confirm(house, join.token_of(house, 1), where="", now=NOW)
    clock.pass_by(2 * KEPT)
    post_all(house, mailer, rules)
    assert house.store.confirmations.get(1) is not None
