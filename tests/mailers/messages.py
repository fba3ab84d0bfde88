"""Messages as the digest composes them, written out by hand: what arrives is compared with these bytes."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import quopri

from digest.model import Message


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One mail at the other end. `raw`: its bytes, where the provider keeps them."""

    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]  # names in lower case
    raw: bytes | None = None


SECRET = "sesame-open-up"  # every password and API key in these tests
_URL = "https://" + "papers." * 10 + "example.org/u/2n9-abcdefghijklmnopqrstuvwx"  # past any header folding
UNSUBSCRIBE = f"<{_URL}>, <mailto:unsubscribe@example.org?subject=2n9-abcdefghijklmnopqrstuvwx>"


def message(number: int, *, extra: bytes = b"") -> Message:
    """The message to reader `number`; `extra` is appended to its text part."""
    return Message(
        delivery_id=f"delivery-{number}",
        sender="bounces@example.org",
        recipient=f"reader{number}@example.org",
        raw=_raw(number, extra),
    )


def _raw(number: int, extra: bytes) -> bytes:
    text = f"Grüße, reader {number}.\r\n\r\n.a line that begins with a dot\r\n..and two\r\n.\r\nend\r\n"
    html = '<html lang="en"><p>.dots</p><a href="https://digest.example.org/">Gödel</a></html>\r\n'
    head = (
        "From: Paper Digest <digest@example.org>",
        f"To: =?utf-8?q?Ren=C3=A9e?= <reader{number}@example.org>",
        "Subject: =?utf-8?q?Three_papers_on_G=C3=B6del_and_graphs?=",
        "Date: Tue, 21 Apr 2026 05:00:00 +0000",
        f"Message-ID: <delivery-{number}@example.org>",
        "List-Id: Paper Digest <digest.example.org>",
        f"List-Unsubscribe: {UNSUBSCRIBE}",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="=_b"',
    )
    parts = [
        f"--=_b\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + quopri.encodestring(words.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        for subtype, words in (("plain", text), ("html", html))
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + parts[0] + extra + parts[1] + b"--=_b--\r\n"


def arrived(recipient: str, raw: bytes) -> Arrived:
    """What a reader's mail program makes of those bytes."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return Arrived(
        recipient=recipient,
        subject=str(mail["subject"]),
        text=text.get_content(),
        html=html.get_content(),
        headers={name.lower(): str(value) for name, value in mail.raw_items()},
        raw=raw,
    )
