"""What SendGrid tells of a bounce in, whether it was the address that is wrong out. Pure.

SendGrid parts *bounces* (it puts the address on a list of its own) from *blocks* (it does not), and has put
a class to each since 2022. Beside what is plainly about the address there is much that is not: a full or
closed mailbox, a policy, a size. That is soft here, because an address that is suppressed in error stays
without mail for good; one that SendGrid itself refuses to mail comes back as *dropped* the next time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS_LIMIT = 2_000  # characters that are looked at

# RFC 3463. Not of the address: 5.1.5 (all is well), 5.1.7 to 5.1.9 (the sender's, a relay), the mailbox
# (5.2), the system (5.3), the content (5.6), policy (5.7).
_NOT_THE_ADDRESS = re.compile(r"5\.1\.[5789]|5\.[2367]\.\d+")
_THE_ADDRESS = re.compile(r"5\.1\.\d+")
_VAGUE = re.compile(r"|5\.0\.\d+|5\.5\.0")  # 5.5.0 stands for a bare 550 with many
_ENHANCED = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d]|\.\d)")
_BASIC = re.compile(r"(?<![\d.])[45]\d\d(?![\d.])")
_OTHER_CAUSE = re.compile(
    r"quota|\bfull\b|storage|too (big|large)|spam|block|black|reputation|policy|rate.?limit|"
    r"temporar|try again|time.?out|timed out",
    re.IGNORECASE,
)


def bounce_kind(event: Mapping[str, object]) -> Literal["soft_bounce", "hard_bounce"]:
    """The kind of an event `bounce`, by its `type`, `bounce_classification`, `reason` and `status`.

    What the last server said in digits comes first, then SendGrid's class, then SendGrid's type.

    >>> bounce_kind({"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown"})
    'hard_bounce'
    >>> bounce_kind({"type": "blocked", "status": "5.1.1", "reason": "550 5.1.1 unknown"})
    'soft_bounce'
    """
    if _word(event, "type") not in ("", "bounce"):  # the oldest events had no type, nor any blocks
        return "soft_bounce"
    words, status = _text(event, "reason"), _text(event, "status")
    found = _ENHANCED.search(words) or _ENHANCED.search(status)
    basic = _BASIC.search(words) or _BASIC.search(status)
    code, reply = found[0] if found else "", basic[0] if basic else ""
    if code.startswith("4") or (not _ENHANCED.search(words) and reply.startswith("4")):
        return "soft_bounce"  # given up after it had been tried for days
    if _NOT_THE_ADDRESS.fullmatch(code):
        return "soft_bounce"
    group = _word(event, "bounce_classification")
    if group == "invalid address":
        return "hard_bounce"
    if group not in ("", "unclassified"):
        return "soft_bounce"
    if _THE_ADDRESS.fullmatch(code):
        return "hard_bounce"
    # Nothing more exact than "bounce": SendGrid's word counts, unless the server's words say otherwise.
    vague = _VAGUE.fullmatch(code) and reply != "552" and not _OTHER_CAUSE.search(words)
    return "hard_bounce" if vague else "soft_bounce"


def _text(event: Mapping[str, object], key: str) -> str:
    value = event.get(key)
    return value[:_WORDS_LIMIT] if isinstance(value, str) else ""


def _word(event: Mapping[str, object], key: str) -> str:
    return " ".join(_text(event, key).lower().split())
