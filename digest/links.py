"""A purpose and a subscriber in, a signed token out, and back. Knows no page, no database, no clock.

A token stands in an unsubscribe link for as long as the mail lies in a mailbox, so it never expires; it is
bound to one purpose and one subscriber, and says nothing else. It consists of lower-case letters, digits
and one hyphen: nothing that a mail client cuts off at the end of a link, nothing that a gateway which
lower-cases addresses can harm.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from itsdangerous import Signer as KeyRing

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(r"([1-9a-z][0-9a-z]{0,12})-[a-z2-7]{24}")
_SIGNATURE_BYTES = 15  # 120 bits: 24 letters of base32 without padding, so that no letter has idle bits


class Signer:
    """Signs with `secret`; reads what `secret` or any of `old_secrets` signed.

    HMAC-SHA-256 under a key derived for each purpose, truncated to 120 bits (RFC 2104, section 5).

    >>> signer = Signer("0123456789abcdef0123456789abcdef")
    >>> token = signer.token("unsubscribe", 1729)
    >>> len(token), signer.read("unsubscribe", token), signer.read("vote", token)
    (28, 1729, None)
    """

    def __init__(self, secret: str, old_secrets: Sequence[str] = ()) -> None:
        """Raises ConfigError for an empty secret: everybody could sign with it."""
        if not secret or not all(old_secrets):
            raise ConfigError("site.secret: it is empty, so links could be forged; set 32 or more characters")
        self._secrets = (*old_secrets, secret)  # itsdangerous: oldest first, the last one signs
        self._keys: dict[str, tuple[tuple[KeyRing, bytes], ...]] = {}

    def token(self, purpose: str, subscriber_id: int) -> str:
        """The token of that subscriber for that purpose: at most 38 characters, safe in a URL.

        Always the same for the same arguments. Raises ValueError for an id below 1 or past 64 bits.
        """
        if not 1 <= subscriber_id < 2**63:
            raise ValueError(f"a subscriber's id is a positive 64-bit number, not {subscriber_id}")
        return _signed(_written(subscriber_id), self._ring(purpose)[0])

    def read(self, purpose: str, token: str) -> int | None:
        """Whose token that is; None for anything that was not signed here for that purpose."""
        shape = _TOKEN.fullmatch(token)
        if shape is None:
            return None
        number = shape[1]
        # The whole token is written anew and compared: a second spelling of a signature cannot exist.
        genuine = [hmac.compare_digest(_signed(number, key), token) for key in self._ring(purpose)]
        subscriber_id = int(number, 36)
        return subscriber_id if any(genuine) and subscriber_id < 2**63 else None

    def _ring(self, purpose: str) -> tuple[tuple[KeyRing, bytes], ...]:
        """The keys for a purpose, the signing one first; derived once."""
        if purpose not in self._keys:
            ring = KeyRing(
                list(self._secrets),
                salt=f"digest.links.{purpose}",
                key_derivation="hmac",
                digest_method=hashlib.sha256,
            )
            self._keys[purpose] = tuple((ring, ring.derive_key(key)) for key in reversed(ring.secret_keys))
        return self._keys[purpose]


def _signed(number: str, key: tuple[KeyRing, bytes]) -> str:
    ring, derived = key
    signature = ring.algorithm.get_signature(derived, number.encode("ascii"))[:_SIGNATURE_BYTES]
    return f"{number}-{base64.b32encode(signature).decode('ascii').lower()}"


def _written(number: int) -> str:
    """A positive number in base 36."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
