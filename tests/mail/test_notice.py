"""The operator's mail: plain, from us, and nothing that a reader would get."""

from __future__ import annotations

import datetime as dt
import email
import email.policy

import pytest

from digest.errors import AddressError
from digest.mail.notice import Entry, write_notice
from digest.mail.site import Site

AT = dt.datetime(2026, 4, 21, 5, 2, tzinfo=dt.UTC)
SITE = Site(
    name="Paper Digest",
    url="https://digest.example.org",
    sender_name="Paper Digest",
    sender_address="digest@example.org",
    contact="editor@example.org",
    unsubscribe="digest@example.org",
    list_id="digest.example.org",
    return_path="bounces+{delivery}@example.org",
)


def written(*entries: Entry, to: str = "ops@example.org", subject: str = "a run was stopped"):
    return write_notice(SITE, to, subject=subject, entries=entries, notice_id="operator-0a1b", date=AT)


def parsed(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_it_is_a_plain_mail_that_no_machine_answers() -> None:
    message = written(Entry(words="A run was stopped: 401 bad key.", lines=("`digest check` tries it.",)))
    mail = parsed(message.raw)
    assert (message.recipient, message.sender) == ("ops@example.org", "bounces+operator@example.org")
    assert (mail["To"], mail["From"]) == ("ops@example.org", "Paper Digest <digest@example.org>")
    assert mail["Subject"] == "Paper Digest: a run was stopped"
    assert mail["Message-ID"] == "<operator-0a1b@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail if name.startswith("List-")]
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == (
        "A run was stopped: 401 bad key.\n    `digest check` tries it.\n\n"
        "Each trouble is told once, and once more when it is over.\n"
    )


def test_hostile_and_foreign_words_stay_words() -> None:
    message = written(
        Entry(words="Ärger\r\nBcc: x@example.org \u202e" + "lang " * 300, lines=("a\r\n.\r\nb",)),
        subject="Ärger\r\nBcc: x@example.org",
    )
    mail = parsed(message.raw)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Paper Digest: Ärger Bcc: x@example.org"
    assert all(len(line) <= 78 for line in message.raw.split(b"\r\n"))
    assert b"\n" not in message.raw.replace(b"\r\n", b"")
    assert "Ärger Bcc" in mail.get_content()
    assert len(mail.get_content()) < 1000


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(AddressError):
        written(to="ops")
