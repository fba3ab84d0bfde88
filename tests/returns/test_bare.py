"""Reports that keep to no standard."""

from __future__ import annotations

import pytest

from digest.returns.reports import read
from tests.returns.bare_reports import FORMS
from tests.returns.mails import ARRIVED, AT, ID, OUR_MAIL, OURS, mail


@pytest.mark.parametrize("form", FORMS)
def test_the_plain_words_of_mail_servers_are_read(form: str) -> None:
    fields, body, kind, name = FORMS[form]
    (event,) = read(mail(body, **fields), OURS, arrived=ARRIVED).events
    assert (event.kind, event.name, event.delivery_id, event.at) == (kind, name, ID, AT)
    assert event.email == "ada@example.net"
    assert "ada@example.net" not in event.reason


@pytest.mark.parametrize("form", [form for form in FORMS if OUR_MAIL in FORMS[form][1]])
def test_without_verp_the_returned_copy_names_the_delivery(form: str) -> None:
    fields, body, kind, _ = FORMS[form]
    (event,) = read(mail(body, to="bounces@example.org", **fields), OURS, arrived=ARRIVED).events
    assert (event.kind, event.delivery_id) == (kind, ID)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_words_from_a_person_are_a_letter(form: str) -> None:
    _, body, _, _ = FORMS[form]
    report = read(mail(body, From="Bo <bo@example.com>", Subject="look"), OURS, arrived=ARRIVED)
    assert (report.kind, report.events) == ("unknown", ())


@pytest.mark.parametrize("form", FORMS)
def test_about_no_mail_of_ours_they_are_foreign(form: str) -> None:
    fields, body, _, _ = FORMS[form]
    report = read(mail(body.replace(ID, "x"), to="digest@example.org", **fields), OURS, arrived=ARRIVED)
    assert (report.kind, report.events) == ("foreign", ())


def test_the_words_of_the_returned_mail_are_not_the_server_s() -> None:
    body = (
        "Hi. This is the qmail-send program at x.\n\n<ada@example.net>:\nIt did not work.\n\n"
        f"--- Below this line is a copy of the message.\n\n{OUR_MAIL}\n550 5.1.1 no such user\n"
    )
    (event,) = read(mail(body), OURS, arrived=ARRIVED).events
    assert (event.kind, event.name) == ("soft_bounce", "failed")


def test_a_letter_of_a_postmaster_is_for_a_person() -> None:
    raw = mail("Dear editor, your mails come in bursts; please slow down.", From="postmaster@example.net")
    assert read(raw, OURS, arrived=ARRIVED).kind == "unknown"
