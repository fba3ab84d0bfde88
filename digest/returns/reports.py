"""The bytes of one mail in, what it says of our deliveries and readers out. Pure, and never raises.

Known: delivery reports (RFC 3464, and the plain words of servers that do not keep to it), complaints (ARF,
RFC 5965), requests to leave, automatic answers. All else is for a person. Who is meant is known by what only
the receiver of a mail can know (`whose`): a forged report concerns the forger's own mail.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from digest.mail.words import clean, shorten
from digest.model import DeliveryEvent
from digest.returns.bare import told_in
from digest.returns.departures import is_automatic, wants_to_leave
from digest.returns.mime import Fields, parse
from digest.returns.status import basic_code, enhanced_code, kind_of
from digest.returns.whose import delivery_in, reader_in, token_in

if TYPE_CHECKING:
    from digest.model import EventKind
    from digest.returns.mime import Mail
    from digest.returns.whose import Ours

ReportKind = Literal["report", "complaint", "departure", "automatic", "foreign", "unknown"]

RECIPIENTS_LIMIT = 20
REASON_LIMIT = 300
BODY_LIMIT = 2_000
# RFC 5965, section 7.3. "other" names no complaint, and "not-spam" is the contrary of one.
COMPLAINTS = frozenset({"abuse", "fraud", "virus"})
OPT_OUTS = frozenset({"opt-out", "opt-out-list"})  # an early draft's, still sent by some
REPORTS = ("message/delivery-status", "message/global-delivery-status")
_ADDRESS = re.compile(r"<?[^\s<>@\"']+@[^\s<>@\"']+[^\s<>@\"'.,;:)]>?")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one mail says. `events` are told of deliveries of ours, `departures` are readers (by id) who
    leave by a genuine token; `sentence` is for people.

    foreign: a report or complaint that names no delivery of ours. unknown: nothing that is known here.
    """

    kind: ReportKind
    sentence: str
    events: tuple[DeliveryEvent, ...] = ()
    departures: tuple[int, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at the mail, because nothing followed from it."""
        return self.kind in ("foreign", "unknown")


def read(raw: bytes, ours: Ours, *, arrived: dt.datetime) -> Report:
    """What one mail says. `arrived` is when it came, and the time of its events if its Date is no time that
    can be; the same mail is always read alike."""
    mail = parse(raw)
    at = _date(mail, arrived)
    return (
        _delivery_report(mail, ours, at)
        or _complaint(mail, ours, at)
        or _departure(mail, ours)
        or _plain_report(mail, ours, at)
        or _other(mail, ours)
    )


def _delivery_report(mail: Mail, ours: Ours, at: dt.datetime) -> Report | None:
    blocks = [
        block
        for part in mail.of_type(*REPORTS)
        for block in part.blocks
        if block.get("action") or block.get("status") or block.get("final-recipient")
    ][:RECIPIENTS_LIMIT]
    if not blocks:
        return None
    delivery = delivery_in(mail, ours)
    told = [_recipient(block, alone=len(blocks) == 1) for block in blocks]
    if not delivery:
        return _foreign(mail, "a delivery report", told[0][1])
    events = tuple(
        DeliveryEvent(
            kind=kind,
            teller="mail",
            name=name,
            at=at,
            delivery_id=delivery,
            email=_typed(block.get("original-recipient") or block.get("final-recipient")),
            reason=_reason(block.get("diagnostic-code") or name),
            body=_body(block),
        )
        for block, (kind, name) in zip(blocks, told, strict=True)
    )
    return Report(
        kind="report", sentence=f"delivery {delivery}: {', '.join(name for _, name in told)}", events=events
    )


def _recipient(block: Fields, *, alone: bool) -> tuple[EventKind, str]:
    """The kind of event and the teller's word for it: "failed 5.1.1"."""
    action = _word(block.get("action"))
    status = enhanced_code(block.get("status"))
    if not action and status:  # the field is required, and forgotten by some
        action = {"2": "delivered", "4": "delayed", "5": "failed"}[status[0]]
    kind = kind_of(action, status, block.get("diagnostic-code"))
    original, final = (_typed(block.get(name)) for name in ("original-recipient", "final-recipient"))
    if kind == "hard_bounce" and not (alone and (not original or original.lower() == final.lower())):
        # Our mails have one recipient each: here the address was an alias that passed it on, and what does
        # not exist is one of those behind it.
        kind = "soft_bounce"
    return kind, f"{action or 'unsaid'} {status}".strip()


def _complaint(mail: Mail, ours: Ours, at: dt.datetime) -> Report | None:
    blocks = [block for part in mail.of_type("message/feedback-report") for block in part.blocks]
    fields = next((block for block in blocks if block.get("feedback-type")), None)
    if fields is None:
        return None
    name = _word(fields.get("feedback-type"))
    delivery = delivery_in(mail, ours)
    if name not in COMPLAINTS | OPT_OUTS:
        kind: EventKind = "unknown"
    else:
        kind = "complaint" if name in COMPLAINTS else "unsubscribe"
    if not delivery:
        # Receivers black out addresses, but leave List-Unsubscribe: its token says who does not want us.
        reader = reader_in(mail, ours) if kind != "unknown" else None
        if reader is None:
            return _foreign(mail, "a complaint report", name)
        return Report(kind="complaint", sentence=f"{name}: reader {reader} leaves", departures=(reader,))
    event = DeliveryEvent(
        kind=kind,
        teller="mail",
        name=name,
        at=at,
        delivery_id=delivery,
        email=_typed(fields.get("original-rcpt-to", "removal-recipient")),
        reason=_reason(f"{name} {fields.get('source-ip')}"),
        body=_body(fields),
    )
    return Report(kind="complaint", sentence=f"delivery {delivery}: {name}", events=(event,))


def _departure(mail: Mail, ours: Ours) -> Report | None:
    """One who leaves: the token in the subject, as a mail program sends it for List-Unsubscribe; or a
    person's own wish in words, above our mail quoted with its token."""
    reader = token_in(mail.fields.all("subject"), ours)
    wish = reader is None and not is_automatic(mail) and wants_to_leave(mail)
    if wish:
        reader = token_in([mail.text], ours)
    if reader is not None:
        return Report(kind="departure", sentence=f"reader {reader} leaves", departures=(reader,))
    if wish:
        who = (
            f"{_from(mail)} asks to leave, and nothing proves who it is; if it is a reader of that address: "
        )
        return Report(kind="unknown", sentence=f"{who}digest subscribers remove ADDRESS")
    return None


def _plain_report(mail: Mail, ours: Ours, at: dt.datetime) -> Report | None:
    told = told_in(mail)
    if told is None:
        return None
    status = enhanced_code(told.words) or basic_code(told.words)
    name = f"{told.action} {status}".strip()
    delivery = delivery_in(mail, ours)
    if not delivery:
        return _foreign(mail, "a server's report", name)
    event = DeliveryEvent(
        kind=kind_of(told.action, "", told.words),
        teller="mail",
        name=name,
        at=at,
        delivery_id=delivery,
        email=told.email,
        reason=_reason(told.words),
        body=_seen(told.words[:BODY_LIMIT]),
    )
    return Report(kind="report", sentence=f"delivery {delivery}: {name}", events=(event,))


def _other(mail: Mail, ours: Ours) -> Report:
    if is_automatic(mail):
        return Report(kind="automatic", sentence=f"an automatic answer: {_subject(mail)}")
    own = re.search(rf"@{re.escape(ours.domain)}>", mail.fields.get("message-id"), re.IGNORECASE)
    if own and mail.fields.get("list-unsubscribe") and delivery_in(mail, ours):
        return Report(kind="unknown", sentence=f"a mail of ours came back as it was: {_subject(mail)}")
    return Report(kind="unknown", sentence=f"{_from(mail)} wrote: {_subject(mail)}")


def _foreign(mail: Mail, what: str, name: str) -> Report:
    return Report(
        kind="foreign", sentence=f"{what} ({name}) that names no delivery of ours: {_subject(mail)}"
    )


EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=1)  # a clock may be wrong by a zone


def _date(mail: Mail, arrived: dt.datetime) -> dt.datetime:
    """The mail's own Date, to the second and in UTC; when it arrived, where that cannot be."""
    try:
        date = parsedate_to_datetime(mail.fields.get("date"))
        date = date.replace(tzinfo=dt.UTC) if date.tzinfo is None else date.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return arrived
    return date if EARLIEST <= date <= arrived + AHEAD else arrived


def _word(value: str) -> str:
    """The first word of a field, in small letters: "failed (bounced)" is "failed"."""
    found = re.match(r"[A-Za-z][A-Za-z-]{0,30}", value.strip())
    return found[0].lower() if found else ""


def _typed(value: str) -> str:
    """The address of `rfc822; ada@example.org` (RFC 3464, section 2.1.2)."""
    bare = value.rpartition(";")[2].strip().strip("<>")
    return clean(bare)[:320] if "@" in bare else ""


def _reason(words: str) -> str:
    """A server's words on one line, without addresses."""
    return shorten(_ADDRESS.sub("(address)", clean(words[: REASON_LIMIT * 4])), REASON_LIMIT)


def _body(fields: Fields) -> str:
    """The fields as they came, a line each."""
    return _seen("\n".join(f"{field}: {value}" for field, value in fields)[:BODY_LIMIT])


def _seen(text: str) -> str:
    """Text that a database takes and a terminal shows: lines of nothing but what can be seen."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _subject(mail: Mail) -> str:
    return shorten(clean(mail.fields.get("subject")), 100) or "(no subject)"


def _from(mail: Mail) -> str:
    return shorten(clean(mail.fields.get("from")), 100) or "(nobody)"
