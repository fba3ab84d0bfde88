"""The judge of the kill proof sees each kind of violation: it is shown one at a time."""

from __future__ import annotations

import dataclasses

from digest.links import Signer
from tests.crash.ends import Taken
from tests.crash.judge import OPERATOR, Account, Kill, judge
from tests.crash.ledger import Row
from tests.crash.shots import Shot
from tests.e2e.home import SECRET

DAY = "2026-02-02"
WENT = ("planned", "composed", "sending", "accepted")
HUNG = ("planned", "composed", "sending", "uncertain")


def row(number: int, states: tuple[str, ...] = WENT) -> Row:
    return Row(
        id=f"d{number}",
        slot=DAY,
        state=states[-1],
        history=tuple(("2026-02-02T07:00:00+00:00", state, "") for state in states),
        reader_id=number,
        email=f"reader{number}@example.org",
        owner="",
    )


def mail(number: int) -> Taken:
    address = f"reader{number}@example.org"
    token = Signer(SECRET).token("unsubscribe", number)
    return Taken(day=DAY, delivery_id=f"d{number}", envelope=address, to=address, token=token)


def judged(
    rows: list[Row], taken: list[Taken], *, named: tuple[int, ...] = (), in_flight: tuple[int, ...] = (2,)
) -> Account:
    shot = Shot(kind="phase", at="dot")
    account = Account(provider="smtp", number=0)
    account.kills = [Kill(shot=shot, on_wire=True, in_flight=count, window=2) for count in in_flight]
    judge(
        account,
        rows={one.id: one for one in rows},
        taken=taken,
        named={f"d{number}": f"reader{number}@example.org" for number in named},
        days=[DAY],
        readers=["reader1@example.org", "reader2@example.org"],
        window=2,
    )
    return account


def test_a_mail_each_is_no_violation_and_neither_is_a_notice_to_the_operator() -> None:
    notice = Taken(day=DAY, delivery_id="operator-1", envelope=OPERATOR, to=OPERATOR, token="")
    account = judged([row(1), row(2)], [mail(1), mail(2), notice, notice])
    assert (account.problems, account.deliveries, account.accepted) == ([], 2, 2)


def test_an_uncertain_one_is_no_violation_where_it_is_named() -> None:
    assert judged([row(1), row(2, HUNG)], [mail(1)], named=(2,)).problems == []
    assert judged([row(1), row(2, HUNG)], [mail(1), mail(2)], named=(2,)).problems == []
    account = judged([row(1), row(2, HUNG)], [mail(1)])
    assert account.lost == 1


def test_a_mail_that_the_ledger_believes_in_and_nobody_took_is_lost() -> None:
    account = judged([row(1), row(2)], [mail(1)])
    assert account.lost == 1
    assert "reader2@example.org" in account.problems[0]
    assert "accepted" in account.problems[0]  # with its history


def test_a_reader_who_was_never_owed_anything_has_lost_it() -> None:
    assert judged([row(1)], [mail(1)]).lost == 1


def test_a_mail_that_was_taken_twice_is_doubled() -> None:
    assert judged([row(1), row(2)], [mail(1), mail(2), mail(2)]).doubled == 1
    second = dataclasses.replace(mail(2), delivery_id="d3")
    assert judged([row(1), row(2)], [mail(1), mail(2), second]).doubled == 2  # under another Message-ID


def test_a_mail_to_another_reader_is_misdirected() -> None:
    for wrong in (
        dataclasses.replace(mail(2), envelope="reader1@example.org"),
        dataclasses.replace(mail(2), to="reader1@example.org"),
        dataclasses.replace(mail(2), token=mail(1).token),
        dataclasses.replace(mail(2), day="2026-02-03"),
        dataclasses.replace(mail(2), envelope=OPERATOR, to=OPERATOR),
    ):
        assert judged([row(1), row(2)], [mail(1), wrong]).misdirected == 1


def test_more_in_flight_than_the_window_is_seen() -> None:
    account = judged([row(1), row(2)], [mail(1), mail(2)], in_flight=(3,))
    assert ["3 were in flight" in problem for problem in account.problems] == [True]


def test_more_uncertain_than_were_in_flight_is_seen() -> None:
    account = judged([row(1, HUNG), row(2, HUNG)], [], named=(1, 2), in_flight=(1,))
    assert ["only 1 were in flight" in problem for problem in account.problems] == [True]


def test_a_history_that_does_not_lead_to_the_state_is_seen() -> None:
    for states in (("planned", "sending", "accepted"), ("composed", "sending", "accepted")):
        assert len(judged([row(1), row(2, states)], [mail(1), mail(2)]).problems) == 1
    changed = dataclasses.replace(row(2), state="uncertain")
    assert judged([row(1), changed], [mail(1), mail(2)], named=(2,)).problems


def test_a_delivery_that_ends_in_a_state_of_its_own_is_seen() -> None:
    account = judged([row(1), row(2, ("planned", "composed", "sending", "rejected"))], [mail(1)])
    assert account.lost == 1
    assert any("yet it is rejected" in problem for problem in account.problems)
