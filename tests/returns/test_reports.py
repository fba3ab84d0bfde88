"""What a mail that came back says."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt

import pytest

from digest.model import DeliveryEvent
from digest.returns.reports import Report, read
from tests.returns.mails import (
    ARRIVED,
    AT,
    ID,
    OTHER_ID,
    OUR_MAIL,
    OURS,
    READER,
    SIGNER,
    TOKEN,
    complaint,
    dsn,
    mail,
    multipart,
    recipient,
)


def said(raw: bytes, *, arrived: dt.datetime = ARRIVED) -> Report:
    return read(raw, OURS, arrived=arrived)


def one_event(raw: bytes) -> DeliveryEvent:
    (event,) = said(raw).events
    return event


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind"),
    [
        ("failed", "5.1.1", "smtp; 550 5.1.1 <ada@example.net>: user unknown", "hard_bounce"),
        ("failed", "5.1.2", "", "hard_bounce"),
        ("failed", "5.1.0", "", "hard_bounce"),
        ("failed", "5.1.10", "smtp; 556 5.1.10 recipient null MX", "hard_bounce"),
        ("Failed (bounced)", "5.1.1 (no such mailbox)", "", "hard_bounce"),
        ("failed", "5.1.7", "the sender's mailbox", "soft_bounce"),
        ("failed", "5.1.8", "the sender's domain", "soft_bounce"),
        ("failed", "5.2.1", "mailbox disabled", "soft_bounce"),
        ("failed", "5.2.2", "smtp; 552 5.2.2 over quota", "soft_bounce"),
        ("failed", "5.4.4", "X-Postfix; host not found", "soft_bounce"),
        ("failed", "5.4.1", "smtp; 550 5.4.1 recipient address rejected: access denied", "soft_bounce"),
        ("failed", "5.7.1", "smtp; 550 5.7.1 no such user here, says our policy", "soft_bounce"),
        ("failed", "4.4.7", "smtp; 450 4.1.1 user unknown", "soft_bounce"),
        ("failed", "4.1.1", "", "soft_bounce"),
        ("failed", "5.0.0", "smtp; 550 5.1.1 unknown", "hard_bounce"),
        ("failed", "5.1.1", "smtp; 550 5.7.1 blocked by a list", "soft_bounce"),
        ("failed", "5.0.0", "smtp; 550 No such user here", "hard_bounce"),
        ("failed", "5.0.0", "smtp; 550 spam", "soft_bounce"),
        ("failed", "5.5.0", "smtp; 550 Requested action not taken: mailbox unavailable", "soft_bounce"),
        ("failed", "5.0.0", "smtp; 451 no such user, perhaps", "soft_bounce"),
        ("failed", "", "smtp; 550 that mailbox does not exist", "hard_bounce"),
        ("failed", "nonsense", "", "soft_bounce"),
        ("", "5.1.1", "", "hard_bounce"),
        ("", "4.2.2", "", "deferred"),
        ("delayed", "4.4.1", "connect: timed out", "deferred"),
        ("delayed", "5.1.1", "", "deferred"),
        ("delivered", "2.0.0", "", "delivered"),
        ("expanded", "2.0.0", "", "delivered"),
        ("relayed", "2.0.0", "", "processed"),
        ("pondered", "5.1.1", "", "unknown"),
    ],
)
def test_what_a_delivery_report_means(action: str, status: str, diagnostic: str, kind: str) -> None:
    assert one_event(dsn(recipient(action, status, diagnostic))).kind == kind


def test_an_event_carries_what_the_ledger_keeps() -> None:
    report = said(dsn(recipient("failed", "5.1.1", "smtp; 550 5.1.1 <ada@example.net>: user\n unknown")))
    assert report == Report(
        kind="report",
        sentence=f"delivery {ID}: failed 5.1.1",
        events=(
            DeliveryEvent(
                kind="hard_bounce",
                teller="mail",
                name="failed 5.1.1",
                at=AT,
                delivery_id=ID,
                email="ada@example.net",
                reason="smtp; 550 5.1.1 (address): user unknown",
                body="final-recipient: rfc822; ada@example.net\naction: failed\nstatus: 5.1.1\n"
                "diagnostic-code: smtp; 550 5.1.1 <ada@example.net>: user unknown",
            ),
        ),
    )
    assert not report.needs_person


def test_the_same_mail_is_read_alike_whenever_it_is_read() -> None:
    raw = dsn(recipient("failed", "5.1.1"))
    assert said(raw) == said(raw, arrived=ARRIVED + dt.timedelta(days=90))


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Tue, 21 Apr 2026 07:30:00 +0200", AT),
        ("Tue, 21 Apr 2026 05:30:00 -0000", AT),
        ("Wed, 22 Apr 2026 05:59:00 +0000", ARRIVED + dt.timedelta(hours=23, minutes=59)),
        ("Thu, 21 Apr 2027 05:30:00 +0000", ARRIVED),
        ("Tue, 21 Apr 1970 05:30:00 +0000", ARRIVED),
        ("Tue, 21 Apr 9999 23:59:59 -2359", ARRIVED),
        ("Tue, 99 Zzz 2026 05:30:00 +9999", ARRIVED),
        ("", ARRIVED),
    ],
)
def test_a_date_that_cannot_be_is_when_the_mail_arrived(date: str, at: dt.datetime) -> None:
    assert one_event(dsn(recipient("failed", "5.1.1"), Date=date)).at == at


@pytest.mark.parametrize("field", ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"])
def test_the_address_that_it_was_sent_to_says_which_delivery(field: str) -> None:
    fields = {
        "to": "<postmaster@example.org>",
        field.replace("-", "_"): f"<BOUNCES+{ID.upper()}@example.org>",
    }
    assert one_event(dsn(recipient("failed", "5.1.1"), returned="Subject: x\n", **fields)).delivery_id == ID


@pytest.mark.parametrize(
    "part",
    [
        ("message/rfc822", OUR_MAIL),
        ("text/rfc822-headers", OUR_MAIL.partition("\n\n")[0]),
        ("message/rfc822-headers", OUR_MAIL.partition("\n\n")[0]),
        ("message/global", OUR_MAIL),
        ("text/rfc822-headers", f"Subject: x\nMessage-ID:\n <{ID}@example.org>"),
        ("text/plain", f"> Message-ID: <{ID}@EXAMPLE.org>"),
        ("message/rfc822\nContent-Transfer-Encoding: base64", base64.b64encode(OUR_MAIL.encode()).decode()),
    ],
    ids=lambda part: part[0].replace("\n", " "),
)
def test_else_the_message_id_of_what_is_returned_says_it(part: tuple[str, str]) -> None:
    raw = multipart(
        ("text/plain", "It could not be delivered."),
        ("message/delivery-status", "Reporting-MTA: dns; x\n\n" + recipient("failed", "5.1.1")),
        part,
        to="bounces@example.org",
    )
    assert one_event(raw).delivery_id == ID


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_else_the_message_id_that_it_answers(field: str) -> None:
    fields = {field.replace("-", "_"): f"<1@example.com> <{ID}@example.org>"}
    raw = dsn(recipient("failed", "5.1.1"), returned="Subject: x\n", to="digest@example.org", **fields)
    assert one_event(raw).delivery_id == ID


def test_the_envelope_comes_before_what_the_letter_quotes() -> None:
    raw = dsn(recipient("failed", "5.1.1"), returned=OUR_MAIL.replace(ID, OTHER_ID))
    assert one_event(raw).delivery_id == ID


@pytest.mark.parametrize(
    "message_id",
    [f"{ID}@example.com", f"{ID}@example.org.evil.example", f"x{ID}@example.org", "ada@example.org", ""],
)
def test_a_report_about_a_mail_that_is_not_ours_is_told_to_a_person(message_id: str) -> None:
    raw = dsn(
        recipient("failed", "5.1.1"),
        returned=f"Message-ID: <{message_id}>\nSubject: x\n",
        to="digest@example.org",
    )
    report = said(raw)
    assert (report.kind, report.events, report.needs_person) == ("foreign", (), True)
    assert report.sentence == (
        "a delivery report (failed 5.1.1) that names no delivery of ours: Undelivered Mail Returned to Sender"
    )


def test_an_address_behind_an_alias_that_does_not_exist_is_not_the_reader_s() -> None:
    forwarded = recipient("failed", "5.1.1", Original_Recipient="rfc822;ada@example.net").replace(
        "rfc822; ada@example.net", "rfc822; old@example.com"
    )
    event = one_event(dsn(forwarded))
    assert (event.kind, event.email) == ("soft_bounce", "ada@example.net")
    same = recipient("failed", "5.1.1", Original_Recipient="rfc822;ADA@example.net")
    assert one_event(dsn(same)).kind == "hard_bounce"


def test_several_recipients_of_one_mail_are_those_behind_an_alias() -> None:
    report = said(dsn(recipient("failed", "5.1.1"), recipient("delivered", "2.0.0")))
    assert [event.kind for event in report.events] == ["soft_bounce", "delivered"]


def test_a_report_without_its_report_type_or_boundary_is_read_all_the_same() -> None:
    raw = dsn(recipient("failed", "5.1.1"))
    assert one_event(
        raw.replace(b"multipart/report; report-type=delivery-status;", b"multipart/mixed;")
    ).kind == ("hard_bounce")
    unbounded = said(raw.replace(b'boundary="b1"', b""))
    assert (unbounded.kind, unbounded.events[0].kind) == ("report", "hard_bounce")


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_report_in_an_encoding_that_it_must_not_have_is_read_all_the_same(encoding: str) -> None:
    groups = "Reporting-MTA: dns; x\n\n" + recipient("failed", "5.1.1")
    text = (
        base64.encodebytes(groups.encode()).decode() if encoding == "base64" else groups.replace("=", "=3D")
    )
    raw = multipart((f"message/delivery-status\nContent-Transfer-Encoding: {encoding}", text))
    assert one_event(raw).kind == "hard_bounce"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("abuse", "complaint"),
        ("Fraud", "complaint"),
        ("virus", "complaint"),
        ("opt-out", "unsubscribe"),
        ("not-spam", "unknown"),
        ("auth-failure", "unknown"),
        ("other", "unknown"),
    ],
)
def test_what_a_complaint_means(name: str, kind: str) -> None:
    event = one_event(complaint(name))
    assert (event.kind, event.name, event.delivery_id) == (kind, name.lower(), ID)
    assert event.email == "ada@example.net"


def test_a_complaint_whose_addresses_are_blacked_out_is_known_by_the_token() -> None:
    redacted = OUR_MAIL.replace(f"Message-ID: <{ID}@example.org>", "Message-ID: <redacted>")
    report = said(complaint("abuse", returned=redacted, to="fbl@example.org"))
    assert (report.kind, report.events, report.departures) == ("complaint", (), (READER,))
    harmless = said(complaint("not-spam", returned=redacted, to="fbl@example.org"))
    assert (harmless.kind, harmless.departures) == ("foreign", ())


@pytest.mark.parametrize("subject", [TOKEN, TOKEN.upper(), f"Re: {TOKEN}", f"[EXT] {TOKEN}"])
def test_a_token_in_the_subject_leaves(subject: str) -> None:
    report = said(mail("", to="digest@example.org", From="Ada <ada@example.net>", Subject=subject))
    assert (report.kind, report.departures) == ("departure", (READER,))


@pytest.mark.parametrize(
    "subject",
    [
        TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b"),
        SIGNER.token("vote", READER),
        f"2{TOKEN}",
        "1-" + "a" * 24,
        "",
    ],
)
def test_a_token_that_is_not_genuine_does_nothing(subject: str) -> None:
    report = said(mail("", to="digest@example.org", From="Eve <eve@example.com>", Subject=subject))
    assert (report.kind, report.departures) == ("unknown", ())


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("unsubscribe", ""),
        ("Re: 4 for you", "Unsubscribe\n"),
        ("Re: 4 for you", "please remove me.\n\nOn Tuesday Paper Digest wrote:\n> Papers\n"),
        ("AW: 4 for you", "Abmelden!\n"),
        ("STOP", "\n"),
    ],
)
def test_a_wish_to_leave_that_nothing_proves_is_for_a_person(subject: str, body: str) -> None:
    report = said(mail(body, to="digest@example.org", From="Ada <ada@example.net>", Subject=subject))
    assert (report.kind, report.departures, report.needs_person) == ("unknown", (), True)
    assert report.sentence.startswith("Ada <ada@example.net> asks to leave")


def test_a_wish_to_leave_above_our_mail_with_its_token_leaves() -> None:
    quoted = "".join(f"> {line}\n" for line in OUR_MAIL.splitlines())
    raw = mail(
        f"unsubscribe\n\n{quoted}", to="digest@example.org", From="Ada <a@b.c>", Subject="Re: 4 for you"
    )
    assert said(raw).departures == (READER,)


@pytest.mark.parametrize(
    "body", ["Thank you, this is wonderful!", "How do I unsubscribe from the other list?", ""]
)
def test_a_letter_that_only_quotes_our_mail_is_a_letter(body: str) -> None:
    quoted = "".join(f"> {line}\n" for line in OUR_MAIL.splitlines())
    raw = mail(f"{body}\n\n{quoted}", to="digest@example.org", From="Ada <a@b.c>", Subject="Re: 4 for you")
    assert (said(raw).kind, said(raw).departures) == ("unknown", ())


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Subject": "Automatic reply: 4 for you"},
        {"Subject": "=?utf-8?Q?R=C3=A9ponse_automatique?= : 4 for you"},
        {"Subject": "Out of Office: back in May"},
        {"Subject": "Abwesenheit: 4 for you"},
    ],
)
def test_an_automatic_answer_is_nobody_s_concern(fields: dict[str, str]) -> None:
    quoted = f"I am away. unsubscribe {TOKEN}\n{OUR_MAIL}"
    report = said(mail(quoted, **{"From": "Ada <ada@example.net>", "Subject": "Re: 4 for you", **fields}))
    assert (report.kind, report.events, report.departures) == ("automatic", (), ())
    assert not report.needs_person


def test_our_own_mail_that_comes_back_as_it_was_is_told() -> None:
    assert said(OUR_MAIL.encode()).sentence.startswith("a mail of ours came back as it was: 4 for you")


def test_a_report_that_somebody_forwards_is_not_a_report() -> None:
    inner = dsn(recipient("failed", "5.1.1")).decode().replace("b1", "b2")
    raw = multipart(
        ("text/plain", "Have a look at this."), ("message/rfc822", inner), From="Bo <bo@example.com>"
    )
    assert (said(raw).kind, said(raw).events) == ("unknown", ())


def test_without_a_place_in_the_return_path_only_the_message_id_counts() -> None:
    ours = dataclasses.replace(OURS, return_path="bounces@example.org")
    to = "bounces@example.org"
    report = read(dsn(recipient("failed", "5.1.1"), to=to), ours, arrived=ARRIVED)
    assert report.events[0].delivery_id == ID  # of the returned mail
    bare = read(dsn(recipient("failed", "5.1.1"), returned="Subject: x\n", to=to), ours, arrived=ARRIVED)
    assert bare.kind == "foreign"
