"""An SMTP server's answer and the phase it came in, to an Outcome: one table, first matching row. Pure.

Sources: RFC 5321 (phases, 421, 503), RFC 3463 and 7372 (enhanced codes X.1.* addressing, X.2.* mailbox, X.7.*
policy), RFC 4954 (530, 534, 535, 538: authentication). Of the big receivers: Gmail's 5.4.5 is the sender's
daily limit; its 4.7.0 and 4.7.23 to 4.7.32 slow a sender down, like Yahoo's 4.7.0, Outlook's 4.7.5xx and 6xx.
Amazon says 454 where an account sends too fast. Postgrey greylists with 4.2.0, others with 4.7.1.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Literal

from digest.mailers.wire import one_line
from digest.model import Outcome, OutcomeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

Phase = Literal["connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "final"]
"""`body` ends before the final dot is written; `final` begins with it."""

NO_ANSWER = 0
"""The code of an answer that did not come: the connection broke or nothing was said in time."""

# What is said before RCPT cannot be about a recipient or a recipient's domain.
_OF_RECIPIENT: tuple[Phase, ...] = ("rcpt", "data", "body", "final")
_DAY_LIMIT_PAUSE_S, _RATE_PAUSE_S = 3600.0, 60.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Patterns that must all match (`code` and `enhanced` whole, `words` anywhere), and what follows."""

    phases: tuple[Phase, ...] = ()  # empty: any
    code: str = ".*"
    enhanced: str = ".*"
    words: str = ""
    kind: OutcomeKind
    stop: bool = False
    domain: bool = False
    soft: bool = False
    retry_after_s: float | None = None
    what: str
    advice: str = ""

    def matches(self, phase: Phase, code: int, enhanced: str, text: str) -> bool:
        return (
            (not self.phases or phase in self.phases)
            and re.fullmatch(self.code, str(code)) is not None
            and re.fullmatch(self.enhanced, enhanced) is not None
            and re.search(self.words, text, re.IGNORECASE) is not None
        )


_SENDER = {
    "kind": "retry",
    "stop": True,
    "what": "the server refuses the sender",
    "advice": "see site.sender and mail.return_path: this account must be allowed to send as them",
}
_DAY_LIMIT = {
    "kind": "retry",
    "stop": True,
    "retry_after_s": _DAY_LIMIT_PAUSE_S,
    "what": "the account's daily sending limit is used up",
    "advice": "the queue is kept",
}
_NO_SUCH_USER = (
    r"(no such|unknown|invalid|non-?existent) (user|mailbox|recipient|address|account)|"
    r"(user|mailbox|recipient|account)( is| was)? (unknown|not found|not known)|does(n't| not) exist"
)
_FULL = (
    r"(mailbox|inbox|account|user)( is|'s mailbox is)? (full|over|out of)\b|over (its |their )?quota|"
    r"quota (is )?exceeded|mailbox size limit|"
    r"exceeded (storage|mailbox|disk|its|their) (allocation|quota|limit)"
)
_TOO_FAST = r"rate.?limit|throttl|too many (connections|messages)"
_BLOCKED = (
    r"block.?list|black.?list|spamhaus|spamcop|poor reputation|"
    r"(client host|your (ip|host|server)\b.{0,40}) (is |was |has been )?(blocked|rejected|banned|listed)"
)
_SEND_AS = (
    r"sender address rejected|not owned by|send as this sender|"
    r"not (allowed|permitted|authori[sz]ed) to send (as|from)"
)

_TABLE: tuple[_Row, ...] = (
    _Row(phases=("final",), code="2..", kind="accepted", what="accepted"),
    _Row(
        phases=("final",),
        code=r"(?![245]\d\d$).*",
        kind="uncertain",
        what="the whole message was handed over, and no answer came that can be read",
    ),
    _Row(
        phases=("connect",),
        kind="retry",
        stop=True,
        what="cannot connect to the mail server",
        advice="see mail.smtp.host, port and security",
    ),
    _Row(
        phases=("ehlo",), kind="retry", stop=True, what="the mail server does not greet as one",
        advice="see mail.smtp.host, port and security",
    ),
    _Row(
        phases=("starttls",),
        kind="retry",
        stop=True,
        what="no encrypted connection with the mail server, and nothing is sent without",
        advice='see mail.smtp.security: "tls" belongs to port 465, "starttls" to port 587',
    ),
    _Row(
        phases=("auth",),
        kind="retry",
        stop=True,
        what="the mail server refused the login",
        advice="see mail.smtp.username and password; mailbox providers want an app password here",
    ),
    _Row(
        code=r"(?![45]\d\d$).*",
        kind="retry",
        what="the connection failed before the message was handed over",
    ),
    _Row(enhanced=r"5\.4\.5", **_DAY_LIMIT),  # type: ignore[arg-type]
    _Row(enhanced=r"(?![45]\.[12]\.).*", words=r"daily .{0,30}(limit|quota)", **_DAY_LIMIT),  # type: ignore[arg-type]
    _Row(
        code="454", words=r"maximum sending rate", kind="retry", stop=True, retry_after_s=_RATE_PAUSE_S,
        what="the account sends faster than it may", advice="the queue is kept",
    ),
    _Row(
        phases=_OF_RECIPIENT, code="421", kind="retry", domain=True,
        what="the recipient's domain takes nothing for now",
    ),
    _Row(code="421", kind="retry", what="the server closes the connection for now"),
    _Row(code="4..", words=r"gr[ae]y.?list", kind="retry", what="greylisted: refused at first sight"),
    _Row(
        # Not 4.2.0: nothing is known of the mailbox then, and it may be a greylist with words of its own.
        phases=_OF_RECIPIENT, code="4..", enhanced=r"4\.2\.[1-9]\d*", kind="retry", soft=True,
        what="the mailbox takes nothing for now",
    ),
    _Row(
        phases=_OF_RECIPIENT, code="4..", enhanced="", words=_FULL, kind="retry", soft=True,
        what="the mailbox takes nothing for now",
    ),
    _Row(
        phases=_OF_RECIPIENT, code="4..", enhanced=r"4\.3\.2|4\.7\.(0|2[3-9]|3\d|[56]\d\d)", kind="retry",
        domain=True, what="the recipient's domain takes nothing for now",
    ),
    _Row(
        phases=_OF_RECIPIENT, code="4..", enhanced=r"|4\.[3457]\.\d+", words=_TOO_FAST, kind="retry",
        domain=True, what="the recipient's domain takes nothing for now",
    ),
    _Row(code="4..", kind="retry", what="refused for now"),
    _Row(
        code="530|534|535|538",
        kind="retry",
        stop=True,
        what="the mail server wants a login, or another one",
        advice="see mail.smtp.username, password and security",
    ),
    _Row(code="503", kind="retry", what="the server lost track of the conversation"),
    _Row(enhanced=r"5\.3\.4|5\.2\.3", kind="rejected", what="the message is too large for the server"),
    _Row(phases=("mail",), code="552", kind="rejected", what="the message is too large for the server"),
    _Row(phases=("mail",), **_SENDER),  # type: ignore[arg-type]
    _Row(enhanced=r"5\.1\.[78]", **_SENDER),  # type: ignore[arg-type]
    _Row(words=_SEND_AS, **_SENDER),  # type: ignore[arg-type]
    _Row(
        phases=("rcpt",),
        words=r"\brelay",
        kind="retry",
        stop=True,
        what="the server does not pass mail on for this machine or account",
        advice="see mail.smtp.host and username",
    ),
    _Row(enhanced=r"5\.1\.\d+", kind="suppressed", what="the address does not exist"),
    _Row(enhanced=r"5\.2\.\d+", kind="rejected", soft=True, what="the mailbox takes nothing"),
    _Row(
        phases=_OF_RECIPIENT, enhanced="", words=_FULL, kind="rejected", soft=True,
        what="the mailbox takes nothing",
    ),
    _Row(
        enhanced=r"5\.7\.\d+", kind="rejected", domain=True,
        what="refused by policy, not because of the address",
    ),
    _Row(
        phases=("rcpt",), code="55[013]", enhanced="", words=_NO_SUCH_USER, kind="suppressed",
        what="the address does not exist",
    ),
    _Row(
        phases=_OF_RECIPIENT, enhanced="", words=_BLOCKED, kind="rejected", domain=True,
        what="refused by policy, not because of the address",
    ),
    _Row(kind="rejected", what="refused for good"),
)  # fmt: skip


def enhanced_code(text: str) -> str:
    """The RFC 3463 code at the beginning of an answer's text (Cisco's servers put a # before it), or "".

    >>> enhanced_code("5.1.1 no such user"), enhanced_code("no such user")
    ('5.1.1', '')
    """
    found = re.match(r"#?([245]\.\d{1,3}\.\d{1,3})\b", text)
    return found[1] if found else ""


def verdict(phase: Phase, code: int, enhanced: str, text: str, *, private: Sequence[str] = ()) -> Outcome:
    """What an answer means. `code` is NO_ANSWER where none came, and `text` then says what happened.

    `enhanced` is "" where the server gave none; `text` must be free of secrets already; `private` are names
    (of the recipient, of the login) that are judged by, and that the reason does not repeat.

    >>> verdict("rcpt", 550, "5.1.1", "5.1.1 unknown").kind, verdict("final", 0, "", "timed out").kind
    ('suppressed', 'uncertain')
    """
    row = next(row for row in _TABLE if row.matches(phase, code, enhanced, text))
    if row.kind == "accepted":
        return Outcome(kind="accepted", provider_id=_queue_id(text, private) or str(code))
    said = one_line(text, private=private)
    answer = f"{code} {said}".strip() if code > NO_ANSWER else said
    advice = f"; {row.advice}" if row.advice else ""
    return Outcome(
        kind=row.kind,
        reason=f"{row.what} ({phase}: {answer}){advice}",
        retry_after_s=row.retry_after_s,
        stop=row.stop,
        domain=row.domain,
        soft=row.soft,
    )


def _queue_id(text: str, private: Sequence[str]) -> str:
    """The queue's name for the message (Postfix, Exim), or else all that the server said."""
    found = re.search(r"queued as ([^\s;,]+)|\bid=([^\s;,]+)", text, re.IGNORECASE)
    return one_line(found[1] or found[2] if found else text, private=private, limit=200)
