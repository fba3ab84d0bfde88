"""SMTP, from the server's answer to what the ledger says, and to what the next run makes of it."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Literal

import pytest

from digest.mailers.smtp import SmtpMailer
from digest.mailers.smtp_session import Server
from tests.faults.mornings import LATER, READERS, SHORT_S, FirstThenOthers, Morning, recipients
from tests.mailers import aiosmtpd_server
from tests.mailers.messages import SECRET
from tests.mailers.scripted_smtp import Act, Once, ScriptedServer, scripted

if TYPE_CHECKING:
    import ssl

    from digest.mailers.smtp_session import Security
    from digest.model import Delivery, DeliveryState
    from digest.pipeline import Report
    from digest.ports import Mailer

USERNAME = "digest-bot"
PATIENT_S, IMPATIENT_S = 10.0, 0.5
EHLO = b"250-scripted.example.org\r\n250 AUTH PLAIN\r\n"

Reach = Literal["mail", "mailbox", "address", "domain", "run"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`answer` comes once, in `phase`; the delivery at hand is then `state`, and `reach` says what else it
    touched. `heavy`: the mail at hand is more than any buffer holds; `timeout_s`: the patience with it."""

    phase: str
    answer: bytes | Act | tuple[bytes, Act]
    state: DeliveryState
    reach: Reach = "mail"
    pause_s: float | None = None  # what the answer, and not the backoff, makes of it
    heavy: bool = False
    timeout_s: float = PATIENT_S

    @property
    def id(self) -> str:
        words = self.answer.name if isinstance(self.answer, Act) else self.answer
        words = words[0] + words[1].name.encode() if isinstance(words, tuple) else words
        text = words if isinstance(words, str) else words.decode()
        return f"{self.phase}: {' '.join(text.split()) or 'nothing'}{' (heavy)' if self.heavy else ''}"


def rows(phase: str, state: DeliveryState, reach: Reach, *answers: str, **more) -> list[Row]:
    return [
        Row(phase=phase, answer=f"{answer}\r\n".encode(), state=state, reach=reach, **more)
        for answer in answers
    ]


EACH = ("421", "450", "451", "550", "552", "554")
PLAIN = [
    row
    for phase in ("connect", "ehlo", "auth")
    for row in rows(phase, "retry", "run", *(f"{code} no" for code in EACH))
]
PLAIN += rows("mail", "retry", "mail", "421 no", "450 no", "451 no")
PLAIN += rows("mail", "retry", "run", "550 no", "554 no")
PLAIN += rows("mail", "rejected", "mail", "552 no")
for one in ("rcpt", "data", "final"):
    PLAIN += rows(one, "retry", "domain", "421 no")
    PLAIN += rows(one, "retry", "mail", "450 no", "451 no")
    PLAIN += rows(one, "rejected", "mail", "550 no", "552 no", "554 no")
PLAIN += rows("body", "retry", "domain", "421 no", heavy=True)
PLAIN += rows("body", "retry", "mail", "450 no", "451 no", heavy=True)
PLAIN += rows("body", "rejected", "mail", "550 no", "552 no", "554 no", heavy=True)

ENHANCED = [
    *rows("auth", "retry", "run", "535 5.7.8 credentials invalid", "454 4.7.0 temporary failure"),
    *rows("mail", "retry", "mail", "421 4.3.2 shutting down", "452 4.3.1 no space left"),
    *rows("mail", "retry", "run", "530 5.7.0 authentication required", "553 5.1.8 bad sender"),
    *rows("mail", "retry", "run", "550 5.4.5 daily limit", pause_s=3600),
    *rows("mail", "rejected", "mail", "552 5.3.4 too big"),
    *rows("rcpt", "retry", "domain", "421 4.7.0 deferred", "421 4.7.28 rate", "450 4.3.2 not accepting"),
    *rows("rcpt", "retry", "domain", "451 4.7.500 server busy", "450 4.7.0 try later"),
    *rows("rcpt", "retry", "mail", "450 4.2.0 greylisted", "450 4.7.1 greylisted", "450 4.7.0 greylisted"),
    *rows("rcpt", "retry", "mail", "451 4.3.0 local problem", "450 4.1.8 sender's domain not found"),
    *rows("rcpt", "retry", "mailbox", "452 4.2.2 mailbox full", "450 4.2.1 too much at a time"),
    *rows("rcpt", "rejected", "mailbox", "552 5.2.2 mailbox full", "550 5.2.1 mailbox disabled"),
    *rows(
        "rcpt", "suppressed", "address", "550 5.1.1 no such user", "550 5.1.10 null MX", "550 User unknown"
    ),
    *rows("rcpt", "rejected", "domain", "550 5.7.1 blocked", "554 5.7.1 policy", "554 Blocked by Spamhaus"),
    *rows("rcpt", "retry", "run", "554 5.7.1 Relay access denied", "553 5.7.1 not owned by user x"),
    *rows("rcpt", "retry", "run", "550 5.4.5 daily limit", pause_s=3600),
    *rows("data", "retry", "mail", "451 4.3.0 later"),
    *rows("data", "rejected", "domain", "554 5.7.1 policy"),
    *rows("final", "retry", "domain", "421 4.7.28 rate", "451 4.7.26 unauthenticated"),
    *rows("final", "retry", "mail", "452 4.3.1 no space left"),
    *rows("final", "retry", "mailbox", "452 4.2.2 mailbox full"),
    *rows("final", "rejected", "mailbox", "552 5.2.2 mailbox full"),
    *rows("final", "rejected", "mail", "552 5.3.4 too big", "554 5.6.0 bad content"),
    *rows("final", "rejected", "domain", "550 5.7.1 spam", "550 5.7.26 unauthenticated"),
    *rows("final", "suppressed", "address", "550 5.1.1 no such user"),
    *rows("final", "retry", "run", "550 5.4.5 daily limit", pause_s=3600),
    *rows("final", "retry", "run", "454 Throttling failure: Maximum sending rate exceeded.", pause_s=60),
    *rows("final", "uncertain", "mail", "354 go on", "what now"),
]


def patience(act: Act) -> float:
    return PATIENT_S if act is Act.HANG_UP else IMPATIENT_S


BROKEN = [
    *(
        Row(phase=phase, answer=act, state="retry", reach="run", timeout_s=patience(act))
        for phase in ("connect", "ehlo", "auth")
        for act in (Act.HANG_UP, Act.STALL, Act.DRIP)
    ),
    *(
        Row(phase=phase, answer=act, state="retry", heavy=phase == "body", timeout_s=patience(act))
        for phase in ("mail", "rcpt", "data", "body")
        for act in (Act.HANG_UP, Act.STALL)
    ),
    Row(phase="final", answer=Act.HANG_UP, state="uncertain"),
    # Ten times as long as for any other answer.
    Row(phase="final", answer=Act.STALL, state="uncertain", timeout_s=0.3),
    Row(phase="final", answer=(b"250 2.0.0 queu", Act.HANG_UP), state="uncertain"),
    Row(phase="rcpt", answer=(b"550 5.1.1 no", Act.HANG_UP), state="retry"),
]


def mailer_to(server: ScriptedServer, row: Row) -> Mailer:
    first = Server(
        host="127.0.0.1",
        port=server.port,
        security="none",
        username=USERNAME,
        password=SECRET,
        timeout_s=row.timeout_s,
    )
    if not row.heavy and row.timeout_s == PATIENT_S:
        return SmtpMailer(first)
    others = dataclasses.replace(first, timeout_s=PATIENT_S)
    return FirstThenOthers(SmtpMailer(first), SmtpMailer(others), heavy=row.heavy)


def is_short(row: Row) -> bool:
    return row.pause_s is not None and row.pause_s <= SHORT_S


ROWS = PLAIN + ENHANCED + BROKEN


@pytest.mark.parametrize("row", [row for row in ROWS if is_short(row)], ids=lambda row: row.id)
def test_a_short_pause_is_waited_for(morning: Morning, row: Row) -> None:
    begun = morning.clock.now
    with scripted({"ehlo": EHLO, row.phase: Once(row.answer)}) as server:
        report = morning.run(mailer_to(server, row))
    assert (report.accepted, report.stopped) == (4, "")
    assert (morning.clock.now - begun).total_seconds() == row.pause_s
    assert {one.attempts for one in morning.ledger().values()} == {1}
    assert recipients(server.taken) == collections.Counter(READERS)


@pytest.mark.parametrize("row", [row for row in ROWS if not is_short(row)], ids=lambda row: row.id)
def test_row(morning: Morning, row: Row) -> None:
    with scripted({"ehlo": EHLO, row.phase: Once(row.answer)}) as server:
        if row.phase == "ehlo":  # the greeting after it offers the login, as the others do
            server.usual["ehlo"] = EHLO
        report = morning.run(mailer_to(server, row))
        told = morning.ledger()
        hit = the_one(told, row.state)
        check_first_run(morning, row, report, told, hit)
        first = recipients(server.taken)
        morning.clock.now += LATER
        again = morning.run(mailer_to(server, dataclasses.replace(row, heavy=False, timeout_s=PATIENT_S)))
    check_second_run(morning, row, again, hit)
    # Nobody got two; who got none was refused for good; what is uncertain was taken, and not sent again.
    refused = row.state in ("rejected", "suppressed")
    assert recipients(server.taken) == collections.Counter(
        email for email in READERS if not (refused and email == hit)
    )
    assert first[hit] == (1 if row.state == "uncertain" else 0)


def the_one(told: dict[str, Delivery], state: DeliveryState) -> str:
    """The reader whose delivery met the answer."""
    (email,) = [email for email, delivery in told.items() if delivery.state == state]
    return email


def check_first_run(morning: Morning, row: Row, report: Report, told: dict[str, Delivery], hit: str) -> None:
    """What the ledger says after the answer, of the delivery at hand and of the others."""
    mine, others = told[hit], {email: one for email, one in told.items() if email != hit}
    neighbour = next(email for email in others if email.partition("@")[2] == hit.partition("@")[2])
    assert len(others) == 3
    # A run that was stopped by the provider as a whole has made no attempt.
    assert mine.attempts == (0 if row.reach == "run" else 1)
    expected = dict.fromkeys(others, "composed" if row.reach == "run" else "accepted")
    if row.reach == "domain":
        expected[neighbour] = "composed"
        assert others[neighbour].retry_at is not None
        assert others[neighbour].attempts == 0
    assert {email: one.state for email, one in others.items()} == expected
    now = morning.clock.now
    if row.state != "retry" or (row.reach == "run" and row.pause_s is None):
        assert mine.retry_at is None
    else:
        # Without a time of its own: the first step of the backoff, in the middle of its jitter.
        assert mine.retry_at is not None
        assert (mine.retry_at - now).total_seconds() == (row.pause_s or 300.0)
    assert bool(report.stopped) == (row.reach == "run")
    assert morning.suppressed() == ([hit] if row.reach == "address" else [])
    assert morning.soft() == ([hit] if row.reach == "mailbox" else [])
    assert report.due == 4
    assert report.accepted == list(expected.values()).count("accepted")
    counted = {"rejected": report.rejected, "suppressed": report.suppressed, "uncertain": report.uncertain}
    assert counted == {state: int(row.state == state) for state in counted}
    assert report.waiting == 4 - report.accepted - sum(counted.values())
    assert report.expired == report.failed == 0
    for delivery in told.values():
        assert delivery.reason.isprintable()
        for private in ("@", SECRET, USERNAME):
            assert private not in delivery.reason + delivery.provider_id


def check_second_run(morning: Morning, row: Row, report: Report, hit: str) -> None:
    """With the server well again, all that waited has left; what is final has stayed as it was."""
    ended = {email: delivery.state for email, delivery in morning.ledger().items()}
    assert ended.pop(hit) == ("accepted" if row.state == "retry" else row.state)
    assert set(ended.values()) == {"accepted"}
    assert (report.stopped, report.waiting) == ("", 0)
    assert report.uncertain_total == (1 if row.state == "uncertain" else 0)
    # Nothing is done a third time.
    assert report.is_clean or row.state == "uncertain"


# ---------------------------------------------------------------------------- encryption

TLS_BREAKS: dict[str, tuple[Security, bytes | Act | tuple[bytes, Act]]] = {
    "STARTTLS is not offered": ("starttls", b"no"),
    "STARTTLS 454": ("starttls", b"454 4.7.0 TLS not available due to temporary reason\r\n"),
    "STARTTLS 501": ("starttls", b"501 5.5.4 syntax error\r\n"),
    "STARTTLS hangs up": ("starttls", Act.HANG_UP),
    "STARTTLS falls silent": ("starttls", Act.STALL),
    "handshake is answered in the open": ("starttls", b"220 go\r\n"),
    "handshake is cut off": ("starttls", (b"220 go\r\n", Act.HANG_UP)),
    "handshake falls silent": ("starttls", (b"220 go\r\n", Act.STALL)),
    "TLS against a server that speaks in the open": ("tls", b""),
}


@pytest.mark.parametrize("name", TLS_BREAKS)
def test_encryption_that_fails_ends_the_run_and_nothing_crosses_in_the_open(
    morning: Morning, name: str, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    security, answer = TLS_BREAKS[name]
    offer = b"250 AUTH PLAIN\r\n" if answer == b"no" else b"250-AUTH PLAIN\r\n250 STARTTLS\r\n"
    script = {"ehlo": b"250-scripted.example.org\r\n" + offer, "starttls": answer}
    login = {"security": security, "username": aiosmtpd_server.USERNAME, "password": SECRET}
    silent = "silent" in name or "in the open" in name
    login |= {"timeout_s": IMPATIENT_S if silent else PATIENT_S, "tls": client_tls}
    with scripted(script) as server:
        report = morning.run(SmtpMailer(Server(host="localhost", port=server.port, **login)))
    assert not [line for line in server.commands if line.upper().startswith(("AUTH", "MAIL"))]
    stopped_before_anything(morning, report)
    with aiosmtpd_server.serving(starttls=server_tls, login=True) as mailbox:
        healthy = {**login, "security": "starttls", "timeout_s": PATIENT_S}
        mend(morning, Server(host="localhost", port=mailbox.port, **healthy))
    assert sorted(mail.recipient for mail in mailbox.mails) == sorted(READERS)
    assert mailbox.encrypted == [True] * 4


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_of_an_unknown_authority_ends_the_run(
    morning: Morning, security: Security, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with aiosmtpd_server.serving(**{security: server_tls}) as mailbox:
        server = Server(host="localhost", port=mailbox.port, security=security, timeout_s=PATIENT_S)
        report = morning.run(SmtpMailer(server))
        assert mailbox.mails == []
        stopped_before_anything(morning, report)
        mend(morning, dataclasses.replace(server, tls=client_tls))
    assert sorted(mail.recipient for mail in mailbox.mails) == sorted(READERS)


def test_server_that_is_not_there_ends_the_run(morning: Morning, closed_port: int) -> None:
    server = Server(host="127.0.0.1", port=closed_port, security="none", timeout_s=PATIENT_S)
    stopped_before_anything(morning, morning.run(SmtpMailer(server)))
    with scripted() as healthy:
        mend(morning, dataclasses.replace(server, port=healthy.port))
    assert recipients(healthy.taken) == collections.Counter(READERS)


def stopped_before_anything(morning: Morning, report: Report) -> None:
    """One was told why, the others were not touched."""
    states = collections.Counter(delivery.state for delivery in morning.ledger().values())
    assert states == {"retry": 1, "composed": 3}
    assert {(one.attempts, one.retry_at) for one in morning.ledger().values()} == {(0, None)}
    assert "see mail.smtp." in report.stopped
    assert (report.due, report.waiting) == (4, 4)


def mend(morning: Morning, server: Server) -> None:
    """The next run goes on by itself."""
    morning.clock.now += LATER
    report = morning.run(SmtpMailer(server))
    assert (report.accepted, report.is_clean) == (4, True)


# ---------------------------------------------------------------------------- several at once


def test_two_domains_that_want_rest_end_no_run(morning: Morning) -> None:
    """Whoever comes first of each domain is told 421; nobody else of that domain is tried."""
    busy = {"rcpt": (b"421 4.7.0 deferred\r\n", Act.HANG_UP)}
    with scripted(busy) as server:
        report = morning.run(SmtpMailer(plain(server)))
    states = collections.Counter(
        (email.partition("@")[2], one.state, one.attempts, one.retry_at is None)
        for email, one in morning.ledger().items()
    )
    assert states == {
        (domain, state, attempts, False): 1
        for domain in ("alpha.example", "beta.example")
        for state, attempts in (("retry", 1), ("composed", 0))
    }
    assert (report.stopped, report.waiting) == ("", 4)
    assert len([line for line in server.commands if line.startswith("RCPT")]) == 2
    with scripted() as healthy:
        mend(morning, plain(healthy))
    assert recipients(healthy.taken) == collections.Counter(READERS)


def test_domain_that_wants_rest_is_told_once_of_a_whole_window(morning: Morning) -> None:
    """Four of one window are told 421: each has its try, the run goes on, and it is one pause, not four."""
    whole = dataclasses.replace(morning.works, delivery=dataclasses.replace(morning.works.delivery, window=8))
    morning = dataclasses.replace(morning, works=whole)
    with scripted({"final": b"421 4.7.28 rate\r\n"}) as server:
        report = morning.run(SmtpMailer(plain(server)))
    assert {(one.state, one.attempts) for one in morning.ledger().values()} == {("retry", 1)}
    assert (report.stopped, report.waiting) == ("", 4)
    morning.clock.now += dt.timedelta(minutes=5)
    with scripted() as healthy:
        assert morning.run(SmtpMailer(plain(healthy))).is_clean
    assert recipients(healthy.taken) == collections.Counter(READERS)


def test_address_that_does_not_exist_is_owed_nothing_the_next_day(morning: Morning) -> None:
    with scripted({"rcpt": Once(b"550 5.1.1 no such user\r\n")}) as server:
        morning.run(SmtpMailer(plain(server)))
        gone = morning.suppressed()
        morning.clock.now += dt.timedelta(days=1)
        report = morning.run(SmtpMailer(plain(server)))
    assert (len(gone), report.due) == (1, 3)
    assert [line for line in server.commands if gone[0] in line] == [f"RCPT TO:<{gone[0]}>"]


def test_what_is_uncertain_is_sent_again_under_the_same_id_where_the_operator_wants_it(
    morning: Morning,
) -> None:
    rules = dataclasses.replace(morning.works.delivery, uncertain="resend")
    morning = dataclasses.replace(morning, works=dataclasses.replace(morning.works, delivery=rules))
    with scripted({"final": Once(Act.HANG_UP)}) as server:
        morning.run(SmtpMailer(plain(server)))
        hit = the_one(morning.ledger(), "uncertain")
        morning.clock.now += LATER
        assert morning.run(SmtpMailer(plain(server))).accepted == 1
    first, again = (mail for mail in server.taken if f"To: <{hit}>".encode() in mail)
    assert first == again
    assert re.search(rb"(?m)^Message-ID: <.+>\r?$", first)


@pytest.mark.parametrize(
    ("phase", "first", "second"), [("mail", "retry", "retry"), ("final", "uncertain", "uncertain")]
)
def test_second_connection_in_a_row_that_dies_ends_the_run(
    morning: Morning, phase: str, first: str, second: str
) -> None:
    with scripted({phase: Act.HANG_UP}) as server:
        report = morning.run(SmtpMailer(plain(server)))
        states = sorted(one.state for one in morning.ledger().values())
        assert states == sorted([first, second, "composed", "composed"])
        assert report.stopped
    with scripted() as healthy, contextlib.closing(SmtpMailer(plain(healthy))) as mailer:
        morning.clock.now += LATER
        morning.run(mailer)
    assert recipients([*server.taken, *healthy.taken]) == collections.Counter(READERS)


@pytest.mark.parametrize("answer", [Act.HANG_UP, Act.STALL, b"500 no\r\n"])
def test_goodbye_that_fails_takes_nothing_back(morning: Morning, answer: bytes | Act) -> None:
    with scripted({"quit": answer}) as server:
        report = morning.run(SmtpMailer(dataclasses.replace(plain(server), timeout_s=2)))
        assert (report.accepted, report.is_clean) == (4, True)
        morning.clock.now += LATER
        assert morning.run(SmtpMailer(plain(server))).due == 0
    assert recipients(server.taken) == collections.Counter(READERS)


def test_connection_that_ends_after_each_message_costs_no_attempt(morning: Morning) -> None:
    with scripted({"final": (b"250 2.0.0 queued as Q1\r\n", Act.HANG_UP)}) as server:
        report = morning.run(SmtpMailer(plain(server)))
    assert (report.accepted, report.is_clean, server.connections) == (4, True, 4)
    assert {one.attempts for one in morning.ledger().values()} == {1}


def plain(server: ScriptedServer) -> Server:
    return Server(host="127.0.0.1", port=server.port, security="none", timeout_s=PATIENT_S)
