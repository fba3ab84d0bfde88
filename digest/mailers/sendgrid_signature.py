"""Who signed a post of SendGrid's event webhook, and when: headers, body and a public key in, a time out.

ECDSA on P-256 with SHA-256 over the timestamp and the body, byte for byte as they came. Checked by
`cryptography` itself: the helper in SendGrid's client library wants the body as text before anybody vouches
for it, takes a key on any curve, raises five kinds of exception at what is malformed, and rests on another
library from release to release. Reads no clock, parses no body.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.errors import ConfigError, WebhookError

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

# SendGrid repeats a post for 24 hours, and repeats have been seen for 29; whether a repetition is signed anew
# it does not say. A window for the quick ones alone might lose a complaint for good, while a replay within a
# wide one does nothing: each event is acted on once.
MAX_AGE_S = 48 * 3600.0
MAX_AHEAD_S = 300.0  # how far two clocks may differ

_FORGED = (
    "the post of SendGrid's events does not bear a signature that mail.sendgrid.webhook_key confirms: it is "
    "forged or was changed on its way, or the key is not the one that SendGrid shows now"
)


def read_key(public_key: str) -> ec.EllipticCurvePublicKey:
    """The key as SendGrid shows it: a SubjectPublicKeyInfo (RFC 5480) in base64, line breaks allowed.

    Raises ConfigError where it is anything but a public key on P-256.
    """
    path = "mail.sendgrid.webhook_key"
    advice = "copy the Verification Key that SendGrid shows beside its event webhook"
    try:
        key = load_der_public_key(base64.b64decode("".join(public_key.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"{path}: it is no public key in base64; {advice}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigError(f"{path}: it is a public key, but not one for ECDSA on P-256; {advice}")
    return key


def signed_at(
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: ec.EllipticCurvePublicKey,
    now: dt.datetime,
    max_age_s: float = MAX_AGE_S,
) -> dt.datetime:
    """When SendGrid signed this post (UTC, whole seconds). Raises WebhookError, status 401, where it did not,
    longer ago than `max_age_s`, or later than `now`."""
    signature, timestamp = _only(headers, SIGNATURE), _only(headers, TIMESTAMP)
    if not signature or not timestamp:
        raise WebhookError(
            f"the post of SendGrid's events has no {SIGNATURE} and {TIMESTAMP}, each once: anybody may have "
            "sent it; turn on the signed event webhook in SendGrid",
            status=401,
        )
    if not _is_genuine(key, signature, timestamp, body):
        raise WebhookError(_FORGED, status=401)
    age_s = now.timestamp() - int(timestamp)
    if age_s > max_age_s:
        raise WebhookError(
            f"the post of SendGrid's events was signed {age_s / 3600:.1f} hours ago, and what is older than "
            f"{max_age_s / 3600:.1f} may be a replay; if all are refused, see this machine's clock",
            status=401,
        )
    if age_s < -MAX_AHEAD_S:
        raise WebhookError(
            f"the post of SendGrid's events was signed {-age_s / 60:.0f} minutes from now; see this "
            "machine's clock",
            status=401,
        )
    return dt.datetime.fromtimestamp(int(timestamp), dt.UTC)


def _only(headers: Mapping[str, str], name: str) -> str:
    """The header's value, its name in any case; "" where it is missing or stands there twice."""
    found = [value.strip(" \t") for key, value in headers.items() if key.lower() == name.lower()]
    return found[0] if len(found) == 1 else ""


def _is_genuine(key: ec.EllipticCurvePublicKey, signature: str, timestamp: str, body: bytes) -> bool:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    try:
        der = base64.b64decode(signature, validate=True)
        key.verify(der, timestamp.encode("ascii") + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
