"""Mail that is built to break its reader: no traceback, and no long wait."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.returns.mime import BYTES_LIMIT, PARTS_LIMIT, bare, parse
from digest.returns.reports import REASON_LIMIT, RECIPIENTS_LIMIT, Report, read
from tests.returns.mails import ARRIVED, ID, OUR_MAIL, OURS, complaint, dsn, mail, recipient

PATIENCE_S = 5.0  # a bomb takes minutes


def said(raw: bytes) -> Report:
    return read(raw, OURS, arrived=ARRIVED)


def nested(depth: int, kind: str = "multipart/mixed") -> bytes:
    head = "".join(f'Content-Type: {kind}; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return head.encode() + b"\nthe end\n"


BOMBS = {
    "multipart, a thousand deep": nested(1_000),
    "a digest of digests": nested(1_000, "multipart/digest"),
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 5_000,
    "reports in reports": b"Content-Type: message/delivery-status\n\n" * 5_000,
    "a hundred thousand fields": b"".join(b"X-%d: y\n" % n for n in range(100_000)) + b"\n",
    "a field of a hundred thousand lines": b"Subject: x\n" + b" y\n" * 100_000 + b"\n",
    "a field of a megabyte": b"Subject: " + b"x" * 1_000_000 + b"\n\n",
    "parameters without end": b"Content-Type: multipart/report" + b';"a=' * 250_000 + b"\n\n",
    "words encoded without end": b"Subject: " + b"=?utf-8?Q?x?= " * 70_000 + b"\n\n",
    "a charset that is slow": b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 400_000,
    "a charset of a subject that is slow": b"Subject: =?punycode?Q?" + b"a-" * 400_000 + b"?=\n\n",
    "parts without end": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\n" * 300_000,
    "blank lines in a report": b"Content-Type: message/delivery-status\n\n" + b"\n" * 1_000_000,
    "carriage returns": b"Content-Type: message/delivery-status\n\n" + b"\r" * 1_000_000,
    "recipients without end": dsn(*[recipient("failed", "5.1.1")] * 5_000),
    "addresses without end": mail("", to="a@b, " * 200_000),
    "tokens without end": mail("", Subject=("1-" + "a" * 24 + " ") * 40_000, to="digest@example.org"),
    "tags without end": mail("<a" * 300_000 + "<style" * 50_000, Content_Type="text/html"),
    "quotation marks": mail(">" * 900_000, From='"' * 100_000, Date='"(' * 100_000),
    "digits": mail("5.1." * 250_000, Subject="4.1" * 100_000),
    "an attachment": mail("A" * 50_000_000, Content_Type="application/zip"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_read_as_far_as_it_makes_sense_and_quickly(bomb: str) -> None:
    begun = time.perf_counter()
    report = said(BOMBS[bomb])
    assert time.perf_counter() - begun < PATIENCE_S
    assert len(report.sentence) < 1_000
    assert len(report.events) <= RECIPIENTS_LIMIT


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: multipart/report; boundary*=x; boundary*0=y",
        b"Content-Type: multipart/report; boundary*0*=utf-9'x'%FF; boundary*1=z",
        b"Content-Type: multipart/report; boundary*" + b"9" * 3_000 + b"=x",
        b"Content-Type: multipart/report; boundary=\"\"",
        b"Content-Type: multipart/report; boundary=\xff\xfe",
        b"Content-Type: text/plain; charset=no-such-charset",
        b"Content-Type: text/plain; charset*=utf-9''x",
        b"Content-Type: text/plain; charset=\"\0\"",
        b"Content-Type: text/plain; charset=hex\nContent-Transfer-Encoding: base64",
        b"Content-Type: text\xe9\nContent-Transfer-Encoding: \xe9",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode",
        b"Subject: =?utf-8?B?!!!?= =?x?Q?=FF?= =?utf-8*x?B?eA===?=",
        b"Date: \xff, 99 Foo 99999 99:99:99 +99999",
        b": nothing\n\tfolded\nFrom x\n",
        b"\n\n\n",
    ],
)  # fmt: skip
def test_a_malformed_head_hides_nothing_else(head: bytes) -> None:
    raw = head + b"\nX-Failed-Recipients: ada@example.net\n" + mail("\xff\xfe550 5.1.1 no such user\n\0")
    assert said(raw).kind in ("report", "foreign", "unknown")
    whole = head + b"\n" + dsn(recipient("failed", "5.1.1"))
    assert said(whole).kind in ("report", "unknown")


def test_a_null_byte_hides_nothing() -> None:
    raw = dsn(recipient("failed", "5.1.1")).replace(b"Status:", b"Sta\0tus:").replace(b"failed", b"fai\0led")
    (event,) = said(raw).events
    assert (event.kind, event.name) == ("hard_bounce", "failed 5.1.1")


def test_a_report_before_fifty_megabytes_is_read() -> None:
    raw = dsn(recipient("failed", "5.1.1"), returned=OUR_MAIL + "x" * 50_000_000)
    (event,) = said(raw).events
    assert (event.kind, event.delivery_id) == ("hard_bounce", ID)


def test_any_line_ends_will_do() -> None:
    raw = dsn(recipient("failed", "5.1.1"))
    assert said(raw) == said(raw.replace(b"\n", b"\r\n")) == said(raw.replace(b"\n", b"\r"))


def test_what_reaches_the_ledger_and_the_terminal_is_one_short_line() -> None:
    words = "550 5.1.1 \x1b[31m\u202eno\x07 such user" + "x" * 5_000
    (event,) = said(dsn(recipient("failed", "5.1.1", words))).events
    assert len(event.reason) <= REASON_LIMIT
    assert event.reason.isprintable()
    report = said(mail("", Subject="a\x1b[2J\u202eb", From="Eve\x07 <e@x.org>", to="digest@example.org"))
    assert report.sentence.isprintable()


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "utf-16"])
def test_what_is_kept_is_text_that_a_database_takes(charset: str) -> None:
    half = {"utf-7": "+2AA-", "unicode_escape": r"\ud800\x1b", "utf-16": "\0"}[charset]
    raw = mail(
        f"undeliverable {half}\x1b[2J", Content_Type=f"text/plain; charset={charset}", X_Failed_Recipients="x"
    )
    (event,) = said(raw).events
    assert event.body.encode()
    assert all(line.isprintable() for line in event.body.split("\n"))
    assert said(mail("", Subject=f"=?{charset}?Q?{half[:5]}?=", to="x")).sentence.encode()


def test_limits_are_kept() -> None:
    parsed = parse(BOMBS["parts without end"])
    assert len(parsed.parts) <= PARTS_LIMIT
    assert len(parse(b"x" * 3_000_000).raw) == BYTES_LIMIT


def test_html_is_read_without_what_nobody_sees() -> None:
    html = "<title>t</title><!-- c --><p>one</p><SCRIPT>s</script >two<br/>three &amp; four<style>"
    assert bare(html).split() == ["one", "two", "three", "&", "four"]


@given(st.binary(max_size=2_000))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    assert said(raw).sentence


PIECES = [
    b"Content-Type: multipart/report; boundary=b\n", b"Content-Type: message/delivery-status\n", b"--b\n",
    b"--b--\n", b"Content-Type: message/feedback-report\n", b"Content-Type: message/rfc822\n", b"\n", b"\r",
    b"Feedback-Type: abuse\n", b"Action: failed\n", b"Status: 5.1.1\n", b"\xff\0", b" folded\n",
    b"Content-Transfer-Encoding: base64\n", f"To: bounces+{ID}@example.org\n".encode(), b"Date: x\n",
    b"X-Failed-Recipients: x\n", b"From: MAILER-DAEMON\n",
]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_pieces_of_reports_are_read_alike_each_time(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    report = said(raw)
    assert report == said(raw)
    assert all(event.delivery_id == ID for event in report.events)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_report_that_is_damaged_speaks_of_no_other_delivery(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from([dsn(recipient("failed", "5.1.1")), complaint("abuse")]))
    start = data.draw(st.integers(0, len(raw)))
    damaged = raw[:start] + data.draw(st.binary(max_size=30)) + raw[start + data.draw(st.integers(0, 60)) :]
    assert {event.delivery_id for event in said(damaged).events} <= {ID}
