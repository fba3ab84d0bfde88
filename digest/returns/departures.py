"""One mail in; whether a person asks in it to leave, or a machine answered. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.returns.mime import Mail

# Said alone, in the subject or above the quoted mail; where such words stand in a letter, a person reads it.
_LEAVE = re.compile(
    r"(please |pls |kindly )?"
    r"(un ?subscribe( me)?|remove( me)?|stop|opt[- ]?out|cancel( (my )?subscription)?|"
    r"abmelden|abbestellen|désabonner|désinscription|darme de baja|cancellami|uitschrijven|"
    r"отписаться|退订|配信停止)"
    r"( from (this|the|your) (mailing )?list)?"
    r"( please| thanks?| thank you)?"
)
_ANSWER = re.compile(
    r"^(auto(matic)?[ -]?reply|out of( the)? office|abwesenheit|automatische antwort|"
    r"réponse automatique|respuesta automática|vacation|on vacation|away from)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"^(>|-+ ?original message|_{5,}|-- ?$|from: |"
    r"on .{0,200}\bwrote:?$|am .{0,200}\bschrieb\b|le .{0,200}\bécrit ?:?$)",
    re.IGNORECASE,
)
OWN_LINES = 10


def is_automatic(mail: Mail) -> bool:
    """Whether a machine answered: RFC 3834, and what older ones write."""
    fields = mail.fields
    submitted = fields.get("auto-submitted").lower()
    return (
        submitted.startswith("auto-replied")
        or bool(fields.get("x-autoreply", "x-autorespond", "x-autoresponse"))
        or fields.get("precedence").lower() == "auto_reply"
        or ("oof" in fields.get("x-auto-response-suppress").lower().split(", ") and not fields.get("list-id"))
        or bool(_ANSWER.match(fields.get("subject")))
    )


def wants_to_leave(mail: Mail) -> bool:
    """Whether a person asks to leave and says nothing else: in the subject, or above the quoted mail."""
    subject = re.sub(r"^((re|aw|fwd?|sv|antw?) ?: ?)+", "", mail.fields.get("subject").lower())
    return _is_wish(subject) or _is_wish(" ".join(_own_words(mail.text)))


def _own_words(text: str) -> list[str]:
    own: list[str] = []
    for line in text[:4_000].split("\n"):
        line = line.strip()
        if _QUOTED.match(line) or len(own) == OWN_LINES:
            break
        if line:
            own.append(line)
    return own


def _is_wish(words: str) -> bool:
    return len(words) <= 80 and _LEAVE.fullmatch(words.lower().strip(" .!\t'\"*")) is not None
