"""A site and a letter in, header lines out, as the bytes that leave.

Written as bytes because `email.policy.SMTP` folds a long List-Unsubscribe into an encoded word and so
destroys one-click unsubscribing (RFC 8058). No value can hold a line end: names and subjects are cleaned,
addresses and ids are refused unless they are nothing else, tokens are percent-encoded.
"""

from __future__ import annotations

import functools
import re
from binascii import b2a_base64
from email.utils import format_datetime
from typing import TYPE_CHECKING

from digest.mail.addresses import domain_of
from digest.mail.site import quoted
from digest.mail.words import clean, shorten

if TYPE_CHECKING:
    import datetime as dt

    from digest.mail.site import Site

NAME_LIMIT = 120
SUBJECT_LIMIT = 200
WORD_BYTES = 45  # base64 of 45 bytes and the frame of an encoded word are 72 characters; 75 are allowed

_TOKEN, _ID_HERE = "--TOKEN--", "--ID--"  # no address and no URL needs to escape them
_ID = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def shared_lines(site: Site) -> bytes:
    """The lines that all mails of a run have, for a site that was `checked`."""
    lines = [
        b"From: " + named(site.sender_name, site.sender_address),
        b"List-Id: " + named(site.name, site.list_id),
        b"Auto-Submitted: auto-generated",
        b"Precedence: bulk",
        b"MIME-Version: 1.0",
    ]
    if site.contact != site.sender_address:
        lines.append(b"Reply-To: " + site.contact.encode())
    return b"".join(line + b"\r\n" for line in lines)


def own_template(site: Site) -> bytes:
    """What `own_lines` fills, for a site that was `checked`."""
    leave = f"<{site.mailto_url(_TOKEN)}>"
    if web := site.web_url(_TOKEN):
        # Only with a page to answer the POST: a one-click header would be a lie without.
        leave = f"<{web}>, {leave}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"
    lines = f"Message-ID: <{_ID_HERE}@{domain_of(site.sender_address)}>\r\nList-Unsubscribe: {leave}\r\n"
    lines = lines.replace("%", "%%").replace(_ID_HERE, "%(id)b").replace(_TOKEN, "%(token)b")
    return b"To: %(to)b\r\nSubject: %(subject)b\r\nDate: %(date)b\r\n" + lines.encode("ascii")


def own_lines(
    template: bytes, *, recipient: bytes, subject: str, delivery_id: str, date: dt.datetime, token: str
) -> bytes:
    """The lines of one mail; `recipient` comes from `named`. Raises ValueError for an unfit id."""
    raw_id = delivery_id.encode("utf-8", "replace")
    if not 0 < len(raw_id) <= 128 or raw_id.translate(None, _ID):
        raise ValueError(f"delivery id {delivery_id!r}: letters, digits, dots, - and _ only, at most 128")
    return template % {
        b"to": recipient,
        b"subject": unstructured(subject),
        b"date": _date(date),
        b"id": raw_id,
        b"token": quoted(token).encode("ascii"),
    }


@functools.lru_cache(maxsize=64)
def _date(date: dt.datetime) -> bytes:
    return format_datetime(date).encode()


def named(name: str, bare: str) -> bytes:
    """`Ada Lovelace <ada@example.org>`; `<ada@example.org>` without a name."""
    words = phrase(name)
    return b"%b <%b>" % (words, bare.encode("ascii")) if words else b"<%b>" % bare.encode("ascii")


def phrase(name: str) -> bytes:
    """A display name: as it is, quoted, or as encoded words (RFC 5322 3.2.5, RFC 2047 5.3); b"" for ""."""
    name = shorten(clean(name), NAME_LIMIT)
    if not name.isascii() or "=?" in name:  # an ASCII name with =? would be read as an encoded word
        return encoded_words(name)
    if not name or _PLAIN_PHRASE.fullmatch(name):
        return name.encode()
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'.encode()


@functools.lru_cache(maxsize=4096)  # one best paper and one number of papers is the subject of many mails
def unstructured(text: str) -> bytes:
    """A subject: as it is if it is ASCII, as encoded words otherwise."""
    text = shorten(clean(text), SUBJECT_LIMIT)
    return text.encode() if text.isascii() and "=?" not in text else encoded_words(text)


def encoded_words(text: str) -> bytes:
    """RFC 2047: base64 of UTF-8, no character cut in two, one word a line."""
    encoded = text.encode()
    words = []
    at = 0
    while at < len(encoded):
        end = at + WORD_BYTES
        while end < len(encoded) and encoded[end] & 0xC0 == 0x80:  # the middle of a character
            end -= 1
        words.append(b"=?utf-8?B?%b?=" % b2a_base64(encoded[at:end], newline=False))
        at = end
    return b"\r\n ".join(words)
