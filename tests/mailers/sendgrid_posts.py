"""Posts as SendGrid's event webhook makes them, signed with a key of our own."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from digest.mailers.sendgrid_events import read_events
from digest.mailers.sendgrid_signature import SIGNATURE, TIMESTAMP

if TYPE_CHECKING:
    from digest.model import DeliveryEvent

NOW = dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC)
POSTED = int(NOW.timestamp())
OURS = "0123456789abcdef"
KEY = ec.generate_private_key(ec.SECP256R1())


def shown(key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    """A public key as SendGrid shows it."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


PUBLIC_KEY = shown(KEY.public_key())


@dataclasses.dataclass(frozen=True, kw_only=True)
class Post:
    headers: dict[str, str]
    body: bytes

    def read(self, **others: object) -> tuple[DeliveryEvent, ...]:
        known: dict[str, object] = {"public_key": PUBLIC_KEY, "now": NOW}
        return read_events(self.headers, self.body, **(known | others))  # type: ignore[arg-type]


def signed(body: bytes, *, at: int = POSTED, key: ec.EllipticCurvePrivateKey = KEY) -> Post:
    der = key.sign(str(at).encode() + body, ec.ECDSA(hashes.SHA256()))
    return Post(headers={SIGNATURE: base64.b64encode(der).decode(), TIMESTAMP: str(at)}, body=body)


def told(*events: object) -> tuple[DeliveryEvent, ...]:
    """What is read of these events, posted at NOW."""
    return signed(json.dumps(events).encode()).read()


def event(name: str = "delivered", **others: object) -> dict[str, object]:
    return {
        "email": "ada@example.org",
        "timestamp": POSTED - 10,
        "smtp-id": "<0123456789abcdef@example.org>",
        "event": name,
        "sg_event_id": "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
        "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
        "delivery_id": OURS,
        **others,
    }
