"""What a mail server says of one recipient in, what that means for the delivery out. Pure.

The codes are those of RFC 3463 (x.y.z) and RFC 5321 (three digits). Only what says that the address itself
is wrong is hard: a full or closed mailbox, a policy, a lost route may be different tomorrow, and an address
that is suppressed in error stays without mail for good.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model import EventKind

# 5.1.7 and 5.1.8 speak of the sender's address, 5.1.9 of a relay, and 5.1.5 says that all is well.
HARD = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10"})

_ACTIONS: dict[str, EventKind] = {
    "delayed": "deferred",
    "delivered": "delivered",
    "expanded": "delivered",  # it reached the alias, which passes it on (RFC 3464, section 2.3.3)
    "relayed": "processed",  # on its way, with a server that sends no reports
}
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]\S)")
_NO_SUCH_USER = re.compile(
    r"\b(no such|unknown|invalid|non-?existent) (local )?(user|mailbox|recipient|address|account|person)\b|"
    r"\b(user|mailbox|recipient|account|address|e-?mail address)( is| was)? "
    r"(unknown|not found|not known|invalid)\b|"
    r"\b(user|mailbox|recipient|account|address)\b[^.\n]{0,60}\bdoes ?n[o'’]t exist\b|"
    r"\baddress (not found|could ?n[o'’]t be found)|\bno mailbox here by that name\b|"
    r"\bdoesn['’]t have an? [\w.]{0,30} ?account\b|RecipNotFound|RecipientNotFound",
    re.IGNORECASE,
)


def enhanced_code(text: str) -> str:
    """The first x.y.z of a text that is no piece of a longer number, or "".

    >>> enhanced_code("smtp; 550 5.1.1 unknown (192.0.2.5.1.1)"), enhanced_code("from 5.1.1.9")
    ('5.1.1', '')
    """
    found = _ENHANCED.search(text)
    return found[1] if found else ""


def basic_code(text: str) -> str:
    """The first reply code of RFC 5321 that refuses, or "".

    >>> basic_code("host mx.example.org[192.0.2.4] said: 550 unknown")
    '550'
    """
    found = _BASIC.search(text)
    return found[1] if found else ""


def kind_of(action: str, status: str, diagnostic: str) -> EventKind:
    """The kind of event. `action` is RFC 3464's; `diagnostic` are the last server's own words.

    What the last server said in digits comes before what the reporting one made of it, and digits come
    before words. A refusal that names neither is soft.

    >>> kind_of("failed", "5.0.0", "smtp; 550 5.1.1 unknown"), kind_of("failed", "5.2.2", "over quota")
    ('hard_bounce', 'soft_bounce')
    """
    action = action.strip().lower()
    if action in _ACTIONS:
        return _ACTIONS[action]
    if action != "failed":
        return "unknown"
    told = enhanced_code(diagnostic)
    code = told if told and told[0] != "2" else enhanced_code(status)
    if code.startswith("4") or (not told and basic_code(diagnostic).startswith("4")):
        return "soft_bounce"  # given up after it had been tried for days
    if code in HARD:
        return "hard_bounce"
    # Nothing more exact than "failed" in digits: then words count. 5.5.0 stands for a bare 550 with many.
    vague = not code or code.split(".")[1] == "0" or code == "5.5.0"
    return "hard_bounce" if vague and _NO_SUCH_USER.search(diagnostic) else "soft_bounce"
