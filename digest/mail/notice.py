"""What the operator is told in, one plain mail out: no list, no token, nothing that a reader would get.

It says `Auto-Submitted: auto-generated` (RFC 3834), so that no vacation answer comes back.
"""

from __future__ import annotations

import dataclasses
import quopri
import textwrap
from email.utils import format_datetime
from typing import TYPE_CHECKING

from digest.mail.addresses import address, domain_of, verp
from digest.mail.headers import named, unstructured
from digest.mail.words import clean, shorten
from digest.model import Message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.mail.site import Site

WIDTH = 76
WORDS_LIMIT = 600
RETURNED = "operator"  # stands for a delivery's id in the return path: what bounces is no reader's mail


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to be told: a sentence, and lines below it that are not broken."""

    words: str
    lines: tuple[str, ...] = ()


def write_notice(
    site: Site, recipient: str, *, subject: str, entries: Sequence[Entry], notice_id: str, date: dt.datetime
) -> Message:
    """The mail, from the site's sender; `notice_id` names it in an outbox and in its Message-ID. Raises
    AddressError for a recipient that is no address."""
    site = site.checked()
    to = address(recipient)
    head = [
        b"From: " + named(site.sender_name, site.sender_address),
        b"To: " + named("", to),
        b"Subject: " + unstructured(f"{site.name}: {subject}"),
        b"Date: " + format_datetime(date).encode(),
        f"Message-ID: <{notice_id}@{domain_of(site.sender_address)}>".encode(),
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
        b'Content-Type: text/plain; charset="utf-8"',
        b"Content-Transfer-Encoding: quoted-printable",
    ]
    body = quopri.encodestring(_body(entries).encode()).replace(b"\n", b"\r\n")
    return Message(
        delivery_id=notice_id,
        sender=verp(site.return_path, RETURNED),
        recipient=to,
        raw=b"\r\n".join(head) + b"\r\n\r\n" + body,
    )


def _body(entries: Sequence[Entry]) -> str:
    parts = []
    for entry in entries:
        words = textwrap.fill(
            shorten(clean(entry.words), WORDS_LIMIT),
            WIDTH,
            break_long_words=False,
            break_on_hyphens=False,
        )
        parts.append("\n".join([words, *(f"    {clean(line)}" for line in entry.lines)]))
    parts.append("Each trouble is told once, and once more when it is over.")
    return "\n\n".join(parts) + "\n"
