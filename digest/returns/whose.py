"""A mail that came back in, the delivery or the reader that it is about out. Pure.

A delivery's id is 16 hexadecimal digits that only whoever had the mail knows: it stands in the envelope's
sender and in the Message-ID, and is made under a key that never leaves the database. So nobody can forge a
report about a mail that they never saw, and a forged one concerns the forger's own mail. The same holds for
an unsubscribe token, which is signed. An address proves nothing, and is never looked up.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from digest.mail.addresses import delivery_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from digest.returns.mime import Mail

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]{1,200}@[A-Za-z0-9.-]{1,255}")
_TOKEN = re.compile(r"(?<![0-9a-z-])[1-9a-z][0-9a-z]{0,12}-[a-z2-7]{24}(?![0-9a-z-])")
TOKENS_LIMIT = 20
QUOTED = ("message/rfc822", "message/rfc822-headers", "message/global", "message/global-headers")
QUOTED_TEXT = ("text/rfc822-headers", "text/rfc822")
# From the surest to the weakest: who wrote the envelope comes before who wrote the letter.
ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "to", "cc")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """By what we know our own: `return_path` as it is configured, the `domain` of our Message-IDs, and
    `read_token`, which says whose unsubscribe token that is (`links.Signer.read`)."""

    return_path: str
    domain: str
    read_token: Callable[[str], int | None]


def delivery_in(mail: Mail, ours: Ours) -> str:
    """The delivery that this mail is about, or "": by the address that it was sent to, else by the
    Message-ID of the mail that it returns, answers or quotes."""
    for value in mail.fields.all(*ENVELOPE):
        for bare in _ADDRESS.findall(value):
            if found := delivery_of(bare, ours.return_path):
                return found
    for value in (*_returned(mail, "message-id"), *mail.fields.all("in-reply-to", "references")):
        if found := _message_id(value, ours):
            return found
    return _message_id(mail.text, ours) or _message_id(mail.raw.decode("ascii", "replace"), ours)


def reader_in(mail: Mail, ours: Ours) -> int | None:
    """Whose mail this one returns, by the token of its List-Unsubscribe."""
    return token_in(_returned(mail, "list-unsubscribe"), ours)


def token_in(texts: Iterable[str], ours: Ours) -> int | None:
    """Whose genuine unsubscribe token stands in one of these texts."""
    for text in texts:
        for token in _TOKEN.findall(text.lower())[:TOKENS_LIMIT]:
            if (reader := ours.read_token(token)) is not None:
                return reader
    return None


def _returned(mail: Mail, name: str) -> list[str]:
    """The values of a header field of the mail that this one returns."""
    values = [value for part in mail.of_type(*QUOTED) for block in part.blocks for value in block.all(name)]
    line = re.compile(rf"^{re.escape(name)}:((?:.*\n[ \t])*.*)$", re.IGNORECASE | re.MULTILINE)
    for part in mail.of_type(*QUOTED_TEXT):
        values += [" ".join(found.split()) for found in line.findall(part.text)]
    return values


def _message_id(text: str, ours: Ours) -> str:
    pattern = rf"(?<![0-9a-z._-])([0-9a-f]{{16}})@{re.escape(ours.domain)}(?![0-9a-z-]|\.[0-9a-z])"
    found = re.search(pattern, text, re.IGNORECASE)
    return found[1].lower() if found else ""
