"""A Message in, the JSON of SendGrid's mail/send out, built by the client library's own classes.

SendGrid takes no MIME: the message is taken apart again. Headers that SendGrid writes itself, or reserves,
stay behind; all others go along, List-Unsubscribe first among them. Never sends.
"""

from __future__ import annotations

import email
import email.policy
import re
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from typing import TYPE_CHECKING

from sendgrid.helpers.mail import (
    ClickTracking,
    Content,
    CustomArg,
    Ganalytics,
    Header,
    Mail,
    OpenTracking,
    ReplyTo,
    SubscriptionTracking,
    TrackingSettings,
)
from sendgrid.helpers.mail import From as FromAddress
from sendgrid.helpers.mail import To as ToAddress

from digest.mailers.wire import wire_address

if TYPE_CHECKING:
    from digest.model import Message

# Reserved by SendGrid (the client library's Header), or about a MIME structure that SendGrid builds anew.
_STAY_BEHIND = frozenset({
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding",
    "content-disposition", "content-id", "to", "from", "subject", "reply-to", "cc", "bcc", "mime-version",
    "date", "sender", "return-path",
})  # fmt: skip


def build_request(message: Message) -> dict[str, object]:
    """The body of the request. Raises ValueError where `message.raw` is no mail with a text or HTML part."""
    try:
        parsed = email.message_from_bytes(message.raw, EmailMessage, policy=email.policy.default)
        return _built(message, parsed)
    except (LookupError, TypeError, AttributeError) as error:  # the parser's, for charsets and headers
        raise ValueError(f"the message cannot be taken apart ({type(error).__name__})") from error


def _built(message: Message, parsed: EmailMessage) -> dict[str, object]:
    senders, recipients = _addresses(parsed, "from"), _addresses(parsed, "to")
    if len(senders) != 1:
        raise ValueError("the message must have exactly one From address")
    sender = senders[0]
    mail = Mail()
    mail.from_email = FromAddress(wire_address(sender.addr_spec), sender.display_name or None)
    name = recipients[0].display_name if recipients else ""
    mail.add_to(ToAddress(wire_address(message.recipient), name or None))
    for reply_to in _addresses(parsed, "reply-to")[:1]:
        mail.reply_to = ReplyTo(wire_address(reply_to.addr_spec), reply_to.display_name or None)
    mail.subject = str(parsed["subject"] or "")
    for content in _contents(parsed):
        mail.add_content(content)
    for key, value in parsed.raw_items():
        if key.lower() not in _STAY_BEHIND:
            # As on the wire: encoded words stay encoded, folds are taken out.
            mail.add_header(Header(key, re.sub(r"\r?\n(?=[ \t])", "", str(value)).strip()))
    mail.add_custom_arg(CustomArg("delivery_id", message.delivery_id))
    mail.tracking_settings = TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
        subscription_tracking=SubscriptionTracking(enable=False),
        ganalytics=Ganalytics(enable=False),
    )
    request: dict[str, object] = mail.get()
    return request


def _contents(parsed: EmailMessage) -> list[Content]:
    """Text first, then HTML, as SendGrid demands."""
    contents = []
    for subtype in ("plain", "html"):
        part = parsed.get_body((subtype,))
        if isinstance(part, EmailMessage):
            words = str(part.get_content()).replace("\r\n", "\n")
            if words:
                contents.append(Content(f"text/{subtype}", words))
    if not contents:
        raise ValueError("the message has neither a text nor an HTML part")
    return contents


def _addresses(parsed: EmailMessage, header: str) -> tuple[Address, ...]:
    value = parsed[header]
    return tuple(getattr(value, "addresses", ())) if isinstance(value, AddressHeader) else ()
