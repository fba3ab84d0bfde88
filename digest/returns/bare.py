"""Reports that keep to no standard: a mail server's plain words in, recipient, action and reason out. Pure.

Looked at only in mail that a mail server wrote, by its sender; and only in what stands before the returned
copy, whose own words ("an unknown user") are not the server's. The marker lines are those that the programs
themselves write.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.returns.mime import Mail

WORDS_LIMIT = 4_000  # characters before the returned copy that are looked at

_DAEMON = re.compile(r"\b(mailer-daemon|postmaster|mail delivery (sub)?system|mail-daemon)\b", re.IGNORECASE)
# In the order of the programs: qmail, Exim, Postfix, sendmail, Exchange, Gmail, Yahoo, others.
_FAILED = re.compile(
    r"this is the qmail-send program|"
    r"could not be delivered to (one or more|all) of its|"
    r"your message could not be delivered|"
    r"had permanent fatal errors|"
    r"did not reach (some or all of the intended recipients|the following recipient)|"
    r"delivery has failed to these recipients|couldn['’]t be delivered|"
    r"your message wasn['’]t delivered|^\W*address not found\W*$|^\W*message not delivered\W*$|"
    r"(unable|not able) to deliver your message|"
    r"delivery (to the following recipients?|of your message) (has )?failed|undeliverable|"
    r"undelivered mail returned|returning (your )?message to sender|mail delivery failed",
    re.IGNORECASE | re.MULTILINE,
)
_DELAYED = re.compile(
    r"has not yet been delivered|has not been delivered to all recipients|"
    r"could not send message for past|you do not need to resend your message|"
    r"no action is required on your part|delivery (incomplete|attempts will continue|has been delayed)|"
    r"delivery delayed|will (be retried|keep trying|retry) (for|to)",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(r"\bgiving up\b|not going to try again|this is a permanent error", re.IGNORECASE)
_COPY = re.compile(
    r"^[ \t>]*(-+ ?(below this line|this is a copy|original message|returned message|message header|"
    r"the header of the original|original headers|headers follow|enclosed is|transcript of|"
    r"forwarded message)[^\n]*|original message headers:?[^\n]*|(return-path|received|message-id): [^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}[A-Za-z0-9]")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One recipient's fate as a server told it: `action` is "failed" or "delayed"; `email` is "" where it
    names none."""

    action: str
    email: str
    words: str


def is_from_a_server(mail: Mail) -> bool:
    """Whether a mail server wrote it, and no person: an empty envelope sender, or a daemon's name."""
    fields = mail.fields
    empty = any(value in ("<>", "") for value in fields.all("return-path"))
    return empty or bool(fields.get("x-failed-recipients") or _DAEMON.search(fields.get("from", "sender")))


def told_in(mail: Mail) -> Told | None:
    """What a server's plain words tell; None where they tell nothing that is known."""
    if not is_from_a_server(mail):
        return None
    words = _own_words(mail.text)
    failed_recipients = mail.fields.get("x-failed-recipients")
    delayed = _DELAYED.search(words) or re.search(
        r"^warning:.*\bdelayed\b", mail.fields.get("subject"), re.IGNORECASE
    )
    failed = failed_recipients or _FAILED.search(f"{words}\n{mail.fields.get('subject')}")
    if delayed and not _GIVEN_UP.search(words):
        action = "delayed"
    elif failed:
        action = "failed"
    else:
        return None
    address = _ADDRESS.search(failed_recipients) or _ADDRESS.search(_after_greeting(words))
    return Told(action=action, email=address[0] if address else "", words=words)


def _own_words(text: str) -> str:
    text = text[: WORDS_LIMIT * 2]
    copy = _COPY.search(text)
    return text[: copy.start() if copy else len(text)][:WORDS_LIMIT]


def _after_greeting(words: str) -> str:
    """From the line on that begins with an address: before it, a server names itself and its postmaster."""
    found = re.search(r"^[ \t]*<?[^\s<>@]{1,64}@[^\s<>@]{1,253}>?[ \t:(]*", words, re.MULTILINE)
    return words[found.start() :] if found else words
