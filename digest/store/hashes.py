"""Addresses and deliveries as keyed hashes, under a key made once with the database that never rotates.

An erased person's address is found again by its hash when somebody imports it anew, and cannot be read
out of it. A delivery's id is the same whenever the same slot of the same reader is planned, also after a
backup was restored: a mail that leaves twice for that reason carries one Message-ID, and whoever has not
the key cannot guess an id.
"""

from __future__ import annotations

import hashlib

from digest.config import address_key

SUPPRESSION_KEY = "suppressions"
KEY_BYTES = 32


class Hashes:
    """Keyed BLAKE2b (RFC 7693) under one key, parted by purpose."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def address(self, email: str) -> bytes:
        """16 bytes; equal for addresses that are one mailbox to us, whatever their case."""
        return self._digest(b"address", address_key(email), size=16)

    def delivery(self, subscriber_id: int, slot: str, *, turn: int = 0) -> str:
        """16 hexadecimal digits; others in another turn."""
        again = f"/{turn}" if turn else ""
        return self._digest(b"delivery", f"{subscriber_id}/{slot}{again}", size=8).hex()

    def note(self, said: str) -> str:
        """16 hexadecimal digits for a note: a delivery's id in every mail, and never one of a delivery."""
        return self._digest(b"note", said, size=8).hex()

    def _digest(self, purpose: bytes, text: str, *, size: int) -> bytes:
        return hashlib.blake2b(text.encode(), digest_size=size, key=self._key, person=purpose).digest()
