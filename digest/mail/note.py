"""The words of a short mail in, the mail out: HTML and text, in the bytes that leave.

A note belongs to no list: it has no List-Unsubscribe, and says `Auto-Submitted: auto-generated` (RFC 3834).
"""

from __future__ import annotations

import functools
import hashlib
import quopri
import re
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, get_args

from digest.mail.addresses import address, domain_of, verp
from digest.mail.headers import named, unstructured
from digest.mail.inline import inline
from digest.mail.note_words import NoteWords, Occasion, note_words
from digest.mail.words import clean
from digest.model import Message

if TYPE_CHECKING:
    import datetime as dt

    from digest.mail.site import Site
    from digest.mail.templates import Templates

HTML = "mail/note.html.j2"
TEXT = "mail/note.txt.j2"


def write_note(
    templates: Templates, site: Site, words: NoteWords, *, recipient: str, note_id: str, date: dt.datetime
) -> Message:
    """The mail; `note_id` names it in the envelope's sender and in its Message-ID, `date` is when it was
    asked for. Raises AddressError for a recipient that is no address, TemplateError for a template."""
    site = site.checked()
    to = address(recipient)
    boundary = f"=_{hashlib.sha256(note_id.encode()).hexdigest()[:24]}".encode()
    head = [
        b"From: " + named(site.sender_name, site.sender_address),
        b"To: " + named("", to),
        b"Subject: " + unstructured(words.subject),
        b"Date: " + format_datetime(date).encode(),
        f"Message-ID: <{note_id}@{domain_of(site.sender_address)}>".encode(),
        b"Auto-Submitted: auto-generated",
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/alternative; boundary="%b"' % boundary,
    ]
    if site.contact != site.sender_address:
        head.append(b"Reply-To: " + site.contact.encode())
    text = templates.render(TEXT, site=site, note=words)
    parts = [
        b"\r\n".join(head) + b"\r\n",
        _part(boundary, "plain", text),
        _part(boundary, "html", _html(templates, site, words)),
        b"--%b--\r\n" % boundary,
    ]
    return Message(
        delivery_id=note_id, sender=verp(site.return_path, note_id), recipient=to, raw=b"\r\n".join(parts)
    )


def check_notes(templates: Templates, site: Site) -> None:
    """Write a note of each occasion. Raises TemplateError for a template that cannot."""
    import datetime as dt

    for occasion in get_args(Occasion):
        words = note_words(site, occasion, token="1-sample")  # noqa: S106 - opens nothing
        date = dt.datetime(2026, 4, 21, tzinfo=dt.UTC)
        write_note(templates, site, words, recipient=site.contact, note_id="sample", date=date)


def _part(boundary: bytes, kind: str, text: str) -> bytes:
    return (
        b"--%b\r\n" % boundary
        + f'Content-Type: text/{kind}; charset="utf-8"\r\n'.encode()
        + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quopri.encodestring(text.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    )


# ---------------------------------------------------------------------------- inlined once, filled each time


def _html(templates: Templates, site: Site, words: NoteWords) -> str:
    """The HTML part. What differs from note to note is put into a document whose styles are inline already:
    premailer sees each shape of a note once."""
    shape = (len(words.before), bool(words.url), len(words.after))
    nonce, document = _pressed(templates, site, shape)
    said = {
        "headline": words.headline,
        "button": words.button,
        "url": words.url,
        "why": words.why,
        **{f"before{place}": line for place, line in enumerate(words.before)},
        **{f"after{place}": line for place, line in enumerate(words.after)},
    }
    return re.sub(rf"Q{nonce}-([a-z0-9]+)-Q", lambda found: escape(clean(said[found[1]])), document)


@functools.lru_cache(maxsize=32)
def _pressed(templates: Templates, site: Site, shape: tuple[int, bool, int]) -> tuple[str, str]:
    """The nonce of the places in it, and the document."""
    nonce = hashlib.sha256(repr((site, shape)).encode("utf-8", "replace")).hexdigest()[:16]

    def place(name: str) -> str:
        return f"Q{nonce}-{name}-Q"

    before, has_url, after = shape
    words = NoteWords(
        subject="",
        headline=place("headline"),
        before=tuple(place(f"before{number}") for number in range(before)),
        button=place("button") if has_url else "",
        url=place("url") if has_url else "",
        after=tuple(place(f"after{number}") for number in range(after)),
        why=place("why"),
    )
    return nonce, inline(templates.render(HTML, site=site, note=words))
