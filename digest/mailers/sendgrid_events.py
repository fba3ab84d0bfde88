"""A post of SendGrid's event webhook in, what it tells of our deliveries out. Pure.

Nothing is read of a body whose signature does not hold. Everything in a signed one is kept: what cannot be
read, or is nothing that we act on, as an event of kind `unknown`. Repetitions, and any order, are left to
the ledger.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from typing import TYPE_CHECKING

from digest.errors import WebhookError
from digest.mailers.sendgrid_bounces import bounce_kind
from digest.mailers.sendgrid_signature import MAX_AGE_S, MAX_AHEAD_S, read_key, signed_at
from digest.mailers.wire import names, one_line
from digest.model import DeliveryEvent, EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

TELLER = "sendgrid"
MAX_BYTES = 1024 * 1024  # SendGrid posts when 768 kilobytes have come together, or 30 seconds have passed
BODY_LIMIT = 4_000  # characters of an event that are kept

_KINDS: Mapping[str, EventKind] = {
    "processed": "processed",
    "deferred": "deferred",
    "delivered": "delivered",
    "dropped": "dropped",
    "bounce": "hard_bounce",  # or soft: see bounce_kind
    "spamreport": "complaint",
    "unsubscribe": "unsubscribe",
    "group_unsubscribe": "unsubscribe",
}
_OURS = re.compile(r"[0-9a-f]{16}")
# What SendGrid answers in X-Message-Id: 22 characters. Older ids, and those of mails that were dropped before
# they had one, begin with something shorter.
_MESSAGE_ID = re.compile(r"([A-Za-z0-9_-]{20,64})(?:\..*)?", re.DOTALL)
_EMAIL = re.compile(r"[^\s@<>\"',;:()\[\]\\]{1,64}@[^\s@<>\"',;:()\[\]\\]{1,255}")
_TEXT_LIMIT = 600  # characters of a text that are looked at: the patterns must not meet a megabyte
_NAME_LIMIT = 64
_DIGITS_LIMIT = 18  # of an integer; a longer one stays text
_MILLISECONDS = 1e11  # as seconds, the year 5138: some of SendGrid's events count in milliseconds


class _Twofold(dict[str, object]):
    """An object that names one key twice: which of the two its author means, nobody can tell."""


def read_events(
    headers: Mapping[str, str],
    body: bytes,
    *,
    public_key: str,
    now: dt.datetime,
    max_age_s: float = MAX_AGE_S,
    max_bytes: int = MAX_BYTES,
) -> tuple[DeliveryEvent, ...]:
    """The events of one post, in its order, repetitions included.

    `headers` and `body` are the request's, the body as raw bytes; header names in any case. `public_key` is
    `mail.sendgrid.webhook_key`. Raises WebhookError, whose `status` is the answer that the post deserves: 413
    for more than `max_bytes`, 401 where the signature does not hold or is older than `max_age_s` seconds, 400
    where a signed body is no JSON array. Raises ConfigError for a key that is none. Any 2xx belongs after
    the commit of what this returns.
    """
    if len(body) > max_bytes:
        raise WebhookError(
            f"the post of SendGrid's events has {len(body)} bytes, and at most {max_bytes} are read",
            status=413,
        )
    posted = signed_at(headers, body, key=read_key(public_key), now=now, max_age_s=max_age_s)
    return tuple(_event(item, posted) for item in _items(body))


def _items(body: bytes) -> list[object]:
    try:
        found = json.loads(
            body.decode("utf-8-sig"),
            parse_int=lambda digits: int(digits) if len(digits) <= _DIGITS_LIMIT else digits,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise WebhookError(
            "the post of SendGrid's events is signed, but its body is no JSON that can be read "
            f"({type(error).__name__}); nothing of it was kept",
            status=400,
        ) from error
    if not isinstance(found, list):
        raise WebhookError(
            "the post of SendGrid's events is signed, but its body is no array of events; nothing was kept",
            status=400,
        )
    return found


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twofold(found)


def _event(item: object, posted: dt.datetime) -> DeliveryEvent:
    nothing = DeliveryEvent(kind="unknown", teller=TELLER, name="", at=posted, body=_body(item))
    if not isinstance(item, dict) or isinstance(item, _Twofold):
        return nothing
    kind = _KINDS.get(_text(item, "event").strip().lower(), "unknown")
    email = _matching(_EMAIL, item, "email")
    # SendGrid's own words for a dropped mail name nobody, and are compared with a list of reasons later.
    private = () if kind == "dropped" else names(email)
    reason = _text(item, "reason") or _text(item, "response")
    message_id = _MESSAGE_ID.fullmatch(_text(item, "sg_message_id"))
    return dataclasses.replace(
        nothing,
        kind=bounce_kind(item) if kind == "hard_bounce" else kind,
        name=one_line(_text(item, "event"), limit=_NAME_LIMIT),
        at=_time(item.get("timestamp"), posted),
        delivery_id=_matching(_OURS, item, "delivery_id"),
        email=email,
        provider_id=message_id[1] if message_id else "",
        reason=one_line(reason, private=private),
    )


def _text(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    return value[:_TEXT_LIMIT] if isinstance(value, str) else ""


def _matching(pattern: re.Pattern[str], item: Mapping[str, object], key: str) -> str:
    text = _text(item, key)
    return text if pattern.fullmatch(text) and text.isprintable() else ""


def _time(value: object, posted: dt.datetime) -> dt.datetime:
    """Seconds, or milliseconds, since 1970; the time of the post for what is neither, or is yet to come."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,13}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return posted
    seconds = value / 1000 if value >= _MILLISECONDS else value
    if not 0 < seconds <= posted.timestamp() + MAX_AHEAD_S:
        return posted
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _body(item: object) -> str:
    """The event in one line of ASCII, where neither NUL nor half a surrogate pair can trouble a database."""
    try:
        text = json.dumps(item, separators=(",", ":"))
    except RecursionError:
        return ""
    return text if len(text) <= BODY_LIMIT else f"{text[: BODY_LIMIT - 1]}…"
