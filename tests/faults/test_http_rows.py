"""SendGrid, from its answer to what the ledger says, and to what the next run makes of it."""

from __future__ import annotations

import collections
import dataclasses
import json
from typing import TYPE_CHECKING, Literal

import pytest

from digest.mailers.sendgrid import SendGridMailer
from tests.faults.mornings import LATER, NOW, READERS, SHORT_S, FirstThenOthers, Morning
from tests.mailers.messages import SECRET
from tests.mailers.sendgrid_server import Reply, SendGrid, serving

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from digest.model import Delivery, DeliveryState
    from digest.pipeline import Report
    from digest.ports import Mailer

EPOCH = int(NOW.timestamp())
PATIENT_S, IMPATIENT_S = 10.0, 0.5
JITTER_S = 2.5  # the middle of the five seconds that are added to a pause


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`reply` comes once; the delivery at hand is then `state`, and `reach` says what else it touched.
    `pause_s`: the time to wait that the answer, and not the backoff, makes; `timeout_s`: the patience with
    it."""

    name: str
    reply: Reply
    state: DeliveryState
    reach: Literal["mail", "run"] = "mail"
    pause_s: float | None = None
    heavy: bool = False
    timeout_s: float = PATIENT_S


def status(code: int, state: DeliveryState, reach: Literal["mail", "run"] = "mail", words: str = "", **more):
    body = json.dumps({"errors": [{"message": words, "field": None, "help": None}]}) if words else ""
    name = f"{code}{f' {words}' if words else ''}"
    return Row(name=name, reply=Reply(status=code, body=body.encode()), state=state, reach=reach, **more)


def raw(name: str, words: bytes, state: DeliveryState, **more) -> Row:
    then = more.pop("then", "close")
    timeout_s = IMPATIENT_S if then in ("stall", "drip") else PATIENT_S
    return Row(name=name, reply=Reply(raw=words, then=then), state=state, timeout_s=timeout_s, **more)


def too_many(name: str, reset: str | None, pause_s: float) -> Row:
    headers = () if reset is None else (("X-RateLimit-Reset", reset),)
    reply = Reply(status=429, headers=headers, body=b'{"errors":[{"message":"too many requests"}]}')
    return Row(name=f"429 {name}", reply=reply, state="retry", reach="run", pause_s=pause_s + JITTER_S)


STATUSES = [
    status(202, "accepted"),
    status(200, "retry", "run"),
    *(status(code, "uncertain") for code in (201, 204)),
    *(status(code, "retry", "run") for code in (300, 301, 302, 303, 304, 307, 308)),
    *(status(code, "rejected") for code in (400, 413, 422)),
    status(400, "rejected", words="ada@alpha.example amy bea bob does not contain a valid address"),
    status(401, "retry", "run"),
    status(401, "retry", "run", f"the provided grant {SECRET} is invalid, expired, or revoked"),
    status(401, "retry", "run", "Maximum credits exceeded", pause_s=3600 + JITTER_S),
    status(403, "retry", "run", "The from address does not match a verified Sender Identity."),
    status(403, "retry", "run", "You have exceeded your messaging limits", pause_s=3600 + JITTER_S),
    *(status(code, "retry", "run") for code in (402, 403, 404, 405, 406, 409, 410, 415, 418, 451)),
    too_many("until a time", str(EPOCH + 40), 40),
    too_many("without a time", None, 60),
    too_many("until a time that has passed", str(EPOCH - 5), 1),
    too_many("until the end of time", "99999999999", 3600),
    too_many("until no time", "soon", 60),
    too_many("until no number", "nan", 1),
    *(status(code, "retry") for code in (408, 500, 503)),
    *(status(code, "uncertain") for code in (501, 502, 504, 505, 520, 599)),
]

_202 = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\n"
_500 = b"HTTP/1.1 500 Internal Server Error\r\n"
BROKEN = [
    Row(name="hangs up before it reads", reply=Reply(cut=True, unread=True, stall_s=0.2), state="uncertain"),
    Row(name="hangs up after it has read", reply=Reply(cut=True), state="uncertain"),
    Row(
        name="falls silent before it reads", reply=Reply(raw=b"", then="stall", unread=True),
        state="uncertain", timeout_s=IMPATIENT_S,
    ),
    Row(
        name="falls silent before it reads what no buffer holds",
        reply=Reply(raw=b"", then="stall", unread=True), state="retry", heavy=True, timeout_s=IMPATIENT_S,
    ),
    Row(
        name="hangs up while what no buffer holds is written",
        reply=Reply(raw=b"", then="reset", unread=True), state="retry", heavy=True,
    ),
    raw("falls silent after it has read", b"", "uncertain", then="stall"),
    raw("resets after it has read", b"", "uncertain", then="reset"),
    raw("resets in the status", b"HTTP/1.1 20", "uncertain", then="reset"),
    raw("ends in the status", b"HTTP/1.1 20", "uncertain"),
    raw("resets in the headers", b"HTTP/1.1 202 Accepted\r\nX-Mess", "uncertain", then="reset"),
    raw("falls silent in the headers", b"HTTP/1.1 202 Accepted\r\nX-Mess", "uncertain", then="stall"),
    raw("headers that never end", b"HTTP/1.1 202 Accepted\r\nX-Drip: ", "uncertain", then="drip"),
    raw("garbage", b"\x00\xff\x16\x03 what\r\n\r\n", "uncertain"),
    raw("another protocol", b"SSH-2.0-OpenSSH_9.6\r\n", "uncertain"),
    raw("a status that is no number", b"HTTP/1.1 abc no\r\n\r\n", "uncertain"),
    raw("a hundred headers too many", b"HTTP/1.1 202 Accepted\r\n" + b"X: y\r\n" * 150, "uncertain"),
    # The status has come whole, and says what became of the mail; the body is for people.
    raw("202, body falls silent", _202 + b"Content-Length: 9\r\n\r\nx", "accepted", then="stall"),
    raw("202, body never ends", _202 + b"Transfer-Encoding: chunked\r\n\r\n", "accepted", then="drip"),
    raw("202, body is cut off", _202 + b"Content-Length: 9\r\n\r\nx", "accepted"),
    raw("202, body is reset", _202 + b"Content-Length: 9\r\n\r\nx", "accepted", then="reset"),
    raw("202, chunks are none", _202 + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "accepted"),
    raw("400, body falls silent", b"HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nx", "rejected", then="stall"),
    raw("500, body never ends", _500 + b"Transfer-Encoding: chunked\r\n\r\n", "retry", then="drip"),
    raw("a word between", b"HTTP/1.1 100 Continue\r\n\r\n" + _202 + b"Content-Length: 0\r\n\r\n", "accepted"),
    raw("another word between", b"HTTP/1.1 103 Early Hints\r\n\r\n", "uncertain"),
    Row(name="a body of megabytes", reply=Reply(status=500, body=b"x" * 3_000_000), state="retry"),
]  # fmt: skip


@pytest.fixture
def sendgrid() -> Iterator[SendGrid]:
    with serving() as server:
        yield server


def mailer_to(
    morning: Morning, url: str, *, timeout_s: float = PATIENT_S, tls: ssl.SSLContext | None = None
) -> Mailer:
    return SendGridMailer(
        SECRET,
        url,
        timeout_s=timeout_s,
        tls=tls,
        clock=lambda: morning.clock.now.timestamp(),
        jitter=lambda: 0.5,
    )


def is_short(row: Row) -> bool:
    return row.pause_s is not None and row.pause_s <= SHORT_S


ROWS = STATUSES + BROKEN


@pytest.mark.parametrize("row", [row for row in ROWS if is_short(row)], ids=lambda row: row.name)
def test_a_short_pause_is_waited_for(morning: Morning, sendgrid: SendGrid, row: Row) -> None:
    sendgrid.replies = [row.reply]
    begun = morning.clock.now
    report = morning.run(mailer_to(morning, sendgrid.url))
    assert (report.accepted, report.stopped) == (4, "")
    assert row.pause_s is not None
    assert row.pause_s <= (morning.clock.now - begun).total_seconds() <= row.pause_s + 1
    assert {one.attempts for one in morning.ledger().values()} == {1}  # being sent off was no attempt
    assert collections.Counter(asked_for(sendgrid)).most_common(2)[0][1] == 2
    assert len(sendgrid.paths) == 5


@pytest.mark.parametrize("row", [row for row in ROWS if not is_short(row)], ids=lambda row: row.name)
def test_row(morning: Morning, sendgrid: SendGrid, row: Row) -> None:
    sendgrid.replies = [row.reply]
    mailer = mailer_to(morning, sendgrid.url, timeout_s=row.timeout_s)
    if row.heavy or row.timeout_s != PATIENT_S:
        mailer = FirstThenOthers(mailer, mailer_to(morning, sendgrid.url), heavy=row.heavy)
    report = morning.run(mailer)
    told = morning.ledger()
    hit = the_one(told, row)
    check_first_run(morning, row, report, told, hit)
    morning.clock.now += LATER
    again = morning.run(mailer_to(morning, sendgrid.url))
    check_second_run(morning, row, again, hit)
    # What was provably not taken is asked for twice, all else once: nobody can get two.
    asked = collections.Counter(READERS)
    asked[hit] += row.state == "retry"
    if row.reply.unread:  # the stand-in never saw who it was for
        asked[hit] -= 1
    assert collections.Counter(asked_for(sendgrid)) == +asked
    assert len(sendgrid.paths) == 4 + (row.state == "retry")


def asked_for(sendgrid: SendGrid) -> list[str]:
    return [request["personalizations"][0]["to"][0]["email"] for request in sendgrid.requests]


def the_one(told: dict[str, Delivery], row: Row) -> str:
    """The reader whose delivery met the answer."""
    if row.state == "accepted":
        (email,) = [email for email, one in told.items() if one.provider_id in ("abc", f"delivery-{one.id}")]
    else:
        (email,) = [email for email, one in told.items() if one.state == row.state]
    return email


def check_first_run(morning: Morning, row: Row, report: Report, told: dict[str, Delivery], hit: str) -> None:
    """What the ledger says after the answer, of the delivery at hand and of the others."""
    mine, others = told[hit], [one for email, one in told.items() if email != hit]
    # A run that was stopped by the provider as a whole has made no attempt.
    assert mine.attempts == (0 if row.reach == "run" else 1)
    assert {one.state for one in others} == {"composed" if row.reach == "run" else "accepted"}
    if row.state != "retry" or (row.reach == "run" and row.pause_s is None):
        assert mine.retry_at is None
    else:
        # Without a time of its own: the first step of the backoff, in the middle of its jitter.
        assert mine.retry_at is not None
        assert (mine.retry_at - morning.clock.now).total_seconds() == (row.pause_s or 300.0)
    assert bool(report.stopped) == (row.reach == "run")
    assert report.stopped == (mine.reason if row.reach == "run" else "")
    assert morning.suppressed() == morning.soft() == []
    assert report.due == 4
    assert report.accepted == (row.state == "accepted") + (0 if row.reach == "run" else 3)
    assert (report.rejected, report.uncertain) == (row.state == "rejected", row.state == "uncertain")
    assert report.waiting == 4 - report.accepted - report.rejected - report.uncertain
    assert report.suppressed == report.expired == report.failed == 0
    for delivery in told.values():
        assert delivery.reason.isprintable()
        assert SECRET not in delivery.reason
        assert "@" not in delivery.reason
    assert hit.partition("@")[0] not in mine.reason


def check_second_run(morning: Morning, row: Row, report: Report, hit: str) -> None:
    """With SendGrid well again, all that waited has left; what is final has stayed as it was."""
    ended = {email: delivery.state for email, delivery in morning.ledger().items()}
    assert ended.pop(hit) == ("accepted" if row.state == "retry" else row.state)
    assert set(ended.values()) == {"accepted"}
    assert (report.stopped, report.waiting) == ("", 0)
    assert report.uncertain_total == (row.state == "uncertain")


# ---------------------------------------------------------------------------- elsewhere, and not at all


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(morning: Morning, sendgrid: SendGrid, code: int) -> None:
    with serving() as elsewhere:
        place = f"{elsewhere.url}/v3/mail/send"
        sendgrid.replies = [Reply(status=code, headers=(("Location", place),))]
        report = morning.run(mailer_to(morning, sendgrid.url))
        assert elsewhere.keys == []
    assert "mail.sendgrid.base_url" in report.stopped
    stopped_before_anything(morning, report)
    mend(morning, sendgrid)


@pytest.mark.parametrize("place", ["", "http://[", "file:///etc/passwd", "//", "\x00"])
def test_redirect_to_no_place_at_all_is_a_redirect(morning: Morning, sendgrid: SendGrid, place: str) -> None:
    sendgrid.replies = [Reply(status=302, headers=(("Location", place),))]
    stopped_before_anything(morning, morning.run(mailer_to(morning, sendgrid.url)))
    mend(morning, sendgrid)


def test_server_that_is_not_there_ends_the_run(
    morning: Morning, sendgrid: SendGrid, closed_port: int
) -> None:
    report = morning.run(mailer_to(morning, f"http://127.0.0.1:{closed_port}"))
    assert "see mail.sendgrid.base_url and the network" in report.stopped
    stopped_before_anything(morning, report)
    mend(morning, sendgrid)


def test_certificate_of_an_unknown_authority_ends_the_run(
    morning: Morning, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with serving(server_tls) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        report = morning.run(mailer_to(morning, url))
        assert "certificate was refused" in report.stopped
        assert server.keys == []
        stopped_before_anything(morning, report)
        morning.clock.now += LATER
        assert morning.run(mailer_to(morning, url, tls=client_tls)).accepted == 4
    assert sorted(asked_for(server)) == sorted(READERS)


def test_server_that_speaks_in_the_open_gets_no_key(morning: Morning, sendgrid: SendGrid) -> None:
    url = sendgrid.url.replace("http://", "https://")
    report = morning.run(mailer_to(morning, url))
    assert "TLS failed" in report.stopped
    assert sendgrid.keys == []
    stopped_before_anything(morning, report)
    mend(morning, sendgrid)


@pytest.mark.parametrize(("code", "state"), [(503, "retry"), (504, "uncertain")])
def test_third_trouble_in_a_row_ends_the_run(
    morning: Morning, sendgrid: SendGrid, code: int, state: str
) -> None:
    sendgrid.replies = [Reply(status=code)] * 3
    report = morning.run(mailer_to(morning, sendgrid.url))
    states = collections.Counter(one.state for one in morning.ledger().values())
    assert states == {state: 3, "composed": 1}
    assert report.stopped
    morning.clock.now += LATER
    morning.run(mailer_to(morning, sendgrid.url))
    asked = collections.Counter(asked_for(sendgrid))
    assert sorted(asked.values()) == ([1, 1, 1, 1] if state == "uncertain" else [1, 2, 2, 2])
    assert collections.Counter(one.state for one in morning.ledger().values()) == (
        {"uncertain": 3, "accepted": 1} if state == "uncertain" else {"accepted": 4}
    )


def stopped_before_anything(morning: Morning, report: Report) -> None:
    """One was told why, the others were not touched."""
    states = collections.Counter(delivery.state for delivery in morning.ledger().values())
    assert states == {"retry": 1, "composed": 3}
    assert {(one.attempts, one.retry_at) for one in morning.ledger().values()} == {(0, None)}
    assert report.stopped
    assert (report.due, report.waiting) == (4, 4)


def mend(morning: Morning, sendgrid: SendGrid) -> None:
    """The next run goes on by itself, and everybody is asked for once more at the most."""
    already = len(sendgrid.requests)
    morning.clock.now += LATER
    report = morning.run(mailer_to(morning, sendgrid.url))
    assert (report.accepted, report.is_clean) == (4, True)
    assert sorted(asked_for(sendgrid)[already:]) == sorted(READERS)
