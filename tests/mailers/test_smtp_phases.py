"""SMTP when the server misbehaves: before the final dot it is safe to try again, after it nobody knows."""

from __future__ import annotations

import base64
import contextlib
import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from digest.errors import MailerError
from digest.mailers.smtp import SmtpMailer
from digest.mailers.smtp_session import Server
from tests.mailers.messages import SECRET, message
from tests.mailers.scripted_smtp import Act, Late, ScriptedServer, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

BIG = b"x" * 70 + b"\r\n"
SETUP = ["connect", "ehlo"]
BEFORE_THE_DOT = ["mail", "rcpt", "data", "body"]


@contextlib.contextmanager
def mailer_to(server: ScriptedServer, **settings) -> Iterator[SmtpMailer]:
    settings = {"security": "none", "timeout_s": 0.3, **settings}
    mailer = SmtpMailer(Server(host="127.0.0.1", port=server.port, **settings))
    yield mailer
    mailer.close()


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("phase", SETUP)
def test_no_greeting_stops_the_run(phase: str, act: Act) -> None:
    with scripted({phase: act}) as server, mailer_to(server) as mailer:
        first, second = mailer.send([message(1), message(2)])
    assert [(first.kind, first.stop), (second.kind, second.stop)] == [("retry", True)] * 2
    assert f"({phase}: " in first.reason
    assert server.connections == 1


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("phase", BEFORE_THE_DOT)
def test_lost_before_the_final_dot_is_retried_and_the_next_goes_over_a_new_connection(
    phase: str, act: Act
) -> None:
    # A body that no buffer holds: the client is still writing when the server has had enough.
    big = message(1, extra=BIG * 120_000 if phase == "body" else b"")
    with scripted({phase: act}, {}) as server, mailer_to(server) as mailer:
        first, second = mailer.send([big, message(2)])
    assert (first.kind, first.stop, second.kind) == ("retry", False, "accepted")
    assert server.connections == 2
    assert len(server.bodies) == 1
    assert b"delivery-2@" in server.bodies[0]


@pytest.mark.parametrize("act", list(Act))
def test_lost_after_the_final_dot_is_uncertain_and_never_sent_again(act: Act) -> None:
    with scripted({"final": act}, {}) as server, mailer_to(server, timeout_s=0.1) as mailer:
        first, second = mailer.send([message(1), message(2)])
    assert (first.kind, first.stop, second.kind) == ("uncertain", False, "accepted")
    assert [b"delivery-1@" in body for body in server.bodies] == [True, False]


@pytest.mark.parametrize("answer", [b"what now\r\n", b"354 more\r\n", b"999 odd\r\n", b"25\r\n"])
def test_answer_to_the_final_dot_that_cannot_be_read_is_uncertain(answer: bytes) -> None:
    with scripted({"final": answer}, {}) as server, mailer_to(server) as mailer:
        first, second = mailer.send([message(1), message(2)])
    assert (first.kind, second.kind, server.connections) == ("uncertain", "accepted", 2)


@pytest.mark.parametrize("act", [Act.HANG_UP, Act.STALL, b"500 no\r\n"])
def test_quit_that_fails_takes_nothing_back(act: Act | bytes) -> None:
    with scripted({"quit": act}) as server, mailer_to(server) as mailer:
        (outcome,) = mailer.send([message(1)])
        mailer.close()
    assert (outcome.kind, outcome.provider_id) == ("accepted", "Q1")


def test_answer_to_the_final_dot_is_waited_for_longer_than_any_other() -> None:
    late = {"final": Late(b"250 2.0.0 queued as Q1\r\n")}
    with scripted(late) as server, mailer_to(server, timeout_s=0.1) as mailer:
        (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.provider_id) == ("accepted", "Q1")


def test_server_that_speaks_before_the_dot_does_not_get_the_dot() -> None:
    with (
        scripted({"body": b"552 5.3.4 too big\r\n"}, {}) as server,
        mailer_to(server, timeout_s=5) as mailer,
    ):
        first, second = mailer.send([message(1, extra=BIG * 120_000), message(2)])
    assert (first.kind, second.kind) == ("rejected", "accepted")
    assert "5.3.4" in first.reason
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("phase", "answer", "kind", "stop"),
    [
        ("connect", b"554 5.3.2 no service\r\n", "retry", True),
        ("connect", b"421 4.3.2 busy\r\n", "retry", True),
        ("mail", b"421 4.7.0 later\r\n", "retry", False),
        ("mail", b"451 4.3.0 later\r\n", "retry", False),
        ("mail", b"553 5.1.8 who are you\r\n", "retry", True),
        ("mail", b"530 5.7.0 must issue STARTTLS first\r\n", "retry", True),
        ("mail", b"503 5.5.1 nested\r\n", "retry", False),
        ("rcpt", b"421 4.7.0 later\r\n", "retry", False),
        ("rcpt", b"450 4.2.0 greylisted\r\n", "retry", False),
        ("rcpt", b"550-5.1.1 no such\r\n550 5.1.1 user\r\n", "suppressed", False),
        ("rcpt", b"554 5.7.1 policy\r\n", "rejected", False),
        ("rcpt", b"554 5.7.1 Relay access denied\r\n", "retry", True),
        ("data", b"451 4.3.0 later\r\n", "retry", False),
        ("data", b"554 5.5.1 no valid recipients\r\n", "rejected", False),
        ("final", b"452 4.3.1 disk full\r\n", "retry", False),
        ("final", b"421 4.4.2 timeout\r\n", "retry", False),
        ("final", b"552 5.3.4 too big\r\n", "rejected", False),
        ("final", b"550 5.7.1 spam\r\n", "rejected", False),
        ("final", b"550 5.4.5 daily limit\r\n", "retry", True),
    ],
)
def test_each_answer_at_its_phase(phase: str, answer: bytes, kind: str, stop: bool) -> None:
    with scripted({phase: answer}, {}) as server, mailer_to(server) as mailer:
        first, second = mailer.send([message(1), message(2)])
    assert (first.kind, first.stop) == (kind, stop)
    assert (second.kind, second.stop) == (("retry", True) if stop else (second.kind, second.stop))
    assert answer.split()[0][:3].decode() in first.reason


def test_refused_message_leaves_the_connection_fit_for_the_next() -> None:
    with scripted({"rcpt": b"550 5.1.1 no\r\n"}) as server, mailer_to(server) as mailer:
        list(mailer.send([message(1), message(2)]))
    verbs = [command.split()[0] for command in server.commands]
    assert verbs == ["ehlo", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "RSET", "QUIT"]
    assert server.connections == 1


def test_idle_connection_that_was_dropped_is_reopened_for_the_same_message() -> None:
    with (
        scripted({"final": b"250 2.0.0 queued as Q1\r\n"}, {"final": b"250 queued as Q2\r\n"}) as server,
        mailer_to(server) as mailer,
    ):
        (first,) = mailer.send([message(1)])
        server.hang_up()
        (second,) = mailer.send([message(2)])
    assert [first.provider_id, second.provider_id] == ["Q1", "Q2"]


def test_server_that_takes_one_message_a_connection_still_gets_them_all() -> None:
    once = {"final": (b"250 2.0.0 queued as Q1\r\n", Act.HANG_UP)}
    with scripted(once) as server, mailer_to(server) as mailer:
        outcomes = list(mailer.send([message(n) for n in range(3)]))
    assert [outcome.kind for outcome in outcomes] == ["accepted"] * 3
    assert server.connections == 3


@pytest.mark.parametrize(("phase", "kind"), [("data", "retry"), ("final", "uncertain")])
def test_two_connections_that_die_in_a_row_end_the_run(phase: str, kind: str) -> None:
    with scripted({phase: Act.HANG_UP}) as server, mailer_to(server) as mailer:
        outcomes = list(mailer.send([message(n) for n in range(4)]))
    assert [outcome.kind for outcome in outcomes] == [kind, kind, "retry", "retry"]
    assert [outcome.stop for outcome in outcomes] == [False, True, True, True]
    assert server.connections == 2


def test_refusals_before_the_recipient_is_named_end_the_run_at_the_second() -> None:
    with scripted({"mail": b"451 4.3.0 later\r\n"}) as server, mailer_to(server) as mailer:
        outcomes = list(mailer.send([message(n) for n in range(4)]))
    assert [(outcome.kind, outcome.stop) for outcome in outcomes] == [("retry", False)] + [
        ("retry", True)
    ] * 3
    assert len([command for command in server.commands if command.startswith("MAIL")]) == 2


@pytest.mark.parametrize("phase", ["rcpt", "data", "final"])
def test_domains_that_want_rest_close_the_connection_and_end_no_run(phase: str) -> None:
    busy = {phase: (b"421 4.7.0 later\r\n", Act.HANG_UP)}
    with scripted(busy, busy, busy, {}) as server, mailer_to(server) as mailer:
        outcomes = list(mailer.send([message(n) for n in range(4)]))
    assert [(outcome.kind, outcome.domain) for outcome in outcomes] == [("retry", True)] * 3 + [
        ("accepted", False)
    ]
    assert not any(outcome.stop for outcome in outcomes)
    assert server.connections == 4


def test_a_byte_now_and_then_does_not_hold_the_run() -> None:
    began = time.monotonic()
    with scripted({"mail": Act.DRIP}, {}) as server, mailer_to(server, timeout_s=0.2) as mailer:
        (outcome,) = mailer.send([message(1)])
    assert outcome.kind == "retry"
    assert time.monotonic() - began < 3


def test_reply_without_end_does_not_fill_the_memory() -> None:
    with scripted({"ehlo": b"250-x\r\n" * 50_000}) as server, mailer_to(server, timeout_s=5) as mailer:
        (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert "no end" in outcome.reason


def test_words_slipped_in_before_the_encryption_are_refused() -> None:
    script = {"ehlo": b"250-x\r\n250 STARTTLS\r\n", "starttls": b"220 go\r\n250 injected\r\n"}
    with scripted(script) as server, mailer_to(server, security="starttls") as mailer:
        (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert "out of turn" in outcome.reason


@pytest.mark.parametrize("answer", [b"454 4.7.0 no TLS now\r\n", b"220 go\r\n", Act.HANG_UP])
def test_encryption_that_fails_stops_and_nothing_is_sent_without_it(answer: bytes | Act) -> None:
    script = {"ehlo": b"250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n", "starttls": answer}
    settings = {"security": "starttls", "username": "u", "password": SECRET}
    with scripted(script) as server, mailer_to(server, **settings) as mailer:
        (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert "mail.smtp.security" in outcome.reason
    assert not [command for command in server.commands if command[:4] in ("AUTH", "MAIL")]


def test_server_that_only_knows_helo_is_spoken_to_so() -> None:
    script = {"ehlo": b"502 5.5.1 what\r\n", "helo": b"250 hello\r\n"}
    with scripted(script) as server, mailer_to(server) as mailer:
        (outcome,) = mailer.send([message(1)])
    assert outcome.kind == "accepted"


@pytest.mark.parametrize("offer", [b"250 8BITMIME\r\n", b"250 AUTH CRAM-MD5 XOAUTH2\r\n"])
def test_server_without_a_login_that_we_know_gets_no_password(offer: bytes) -> None:
    script = {"ehlo": b"250-x\r\n" + offer}
    login = {"username": "u", "password": SECRET}
    with (
        scripted(script) as server,
        mailer_to(server, **login) as mailer,
        pytest.raises(MailerError, match="neither AUTH PLAIN nor LOGIN"),
    ):
        mailer.check()
    assert not [command for command in server.commands if command.startswith("AUTH")]


def test_server_that_repeats_the_password_does_not_get_it_into_a_reason() -> None:
    forms = [SECRET, *(base64.b64encode(text.encode()).decode() for text in (SECRET, f"\0u\0{SECRET}"))]
    answer = f"535 5.7.8 refused: {' '.join(forms)}\r\n".encode()
    script = {"ehlo": b"250-x\r\n250 AUTH PLAIN\r\n", "auth": answer}
    with scripted(script) as server, mailer_to(server, username="u", password=SECRET) as mailer:
        (outcome,) = mailer.send([message(1)])
    assert (outcome.kind, outcome.stop) == ("retry", True)
    assert not [form for form in forms if form in outcome.reason]


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "final"])
def test_server_that_repeats_recipient_or_login_does_not_get_them_into_the_ledger(phase: str) -> None:
    known = (
        b"<reader1@example.org> reader1@example.org (READER1) u=reader1%40example.org "
        b"'reader1'@example.org login digest-bot/"
        + base64.b64encode(b"digest-bot")
        + b' "re ader1"@example.org'
    )
    login = {"ehlo": b"250-x\r\n250 AUTH PLAIN\r\n", "auth": b"235 ok\r\n"}
    settings = {"username": "digest-bot", "password": SECRET, "timeout_s": 5}
    for code in (b"250", b"450", b"550"):
        if code == b"250" and phase != "final":
            continue
        with (
            scripted({**login, phase: code + b" " + known + b"\r\n"}) as server,
            mailer_to(server, **settings) as mailer,
        ):
            (outcome,) = mailer.send([message(1)])
        said = outcome.reason + outcome.provider_id
        assert said
        for name in ("reader1", "ader1", "digest-bot", base64.b64encode(b"digest-bot").decode()):
            assert name not in said
            assert name not in said.lower()


def test_password_in_other_letters_is_sent_as_utf_8() -> None:
    script = {"ehlo": b"250-x\r\n250 AUTH PLAIN\r\n", "auth": b"235 ok\r\n"}
    with scripted(script) as server, mailer_to(server, username="jörg", password="pässwörd") as mailer:
        mailer.check()
    (login,) = [command for command in server.commands if command.startswith("AUTH")]
    assert base64.b64decode(login.split()[2]).decode() == "\0jörg\0pässwörd"


def test_dots_are_doubled_on_the_wire_and_nowhere_else() -> None:
    dotted = message(1, extra=b"..and two\r\n.\r\nan end.\r\n")
    with scripted() as server, mailer_to(server) as mailer:
        list(mailer.send([dotted]))
    (body,) = server.bodies
    assert b"\r\n..a line" in body
    assert b"\r\n...and two\r\n..\r\nan end.\r\n" in body
    assert re.sub(rb"(?m)^\.\.", b".", body) == dotted.raw


def test_interrupt_leaves_no_half_transaction_for_the_next_message() -> None:
    class InterruptError(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise InterruptError

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with scripted({"data": Act.STALL}, {}) as server, mailer_to(server, timeout_s=5) as mailer:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with pytest.raises(InterruptError):
                list(mailer.send([message(1)]))
            (outcome,) = mailer.send([message(2)])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert (outcome.kind, server.connections) == ("accepted", 2)


def test_answer_slipped_in_ahead_of_the_body_is_not_taken_for_an_acceptance() -> None:
    early = {"data": b"354 go on\r\n250 2.0.0 queued as Q0\r\n"}
    with scripted(early, {}) as server, mailer_to(server) as mailer:
        first, second = mailer.send([message(1), message(2)])
    assert (first.kind, second.kind, second.provider_id) == ("retry", "accepted", "Q1")
    assert server.connections == 2
