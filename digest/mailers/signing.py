"""A message in, the same message with a DKIM signature in front out (RFC 6376, rsa-sha256, relaxed/relaxed).

For those who send through a server that does not sign by itself. Reads the private key once; never sends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

# RFC 8058, section 4: a one-click unsubscribe counts only if the signature covers both of its headers.
_SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type",
    b"content-transfer-encoding", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
_PROBE = b"From: probe@example.org\r\n\r\nprobe\r\n"


class DkimSigner:
    """Signs as `domain`, whose DNS publishes the public key at `<selector>._domainkey.<domain>`."""

    def __init__(self, domain: str, selector: str, private_key_file: Path) -> None:
        """Raises ConfigError where dkimpy is missing or the key cannot sign."""
        try:
            import dkim
        except ImportError as error:
            raise ConfigError(
                "mail.dkim: signing needs the package dkimpy, which is not installed; "
                "pip install dkimpy, or take the table [mail.dkim] out"
            ) from error
        self._dkim = dkim
        self._domain, self._selector = _ascii("domain", domain), _ascii("selector", selector)
        try:
            # dkimpy looks for the key between line feeds, and misses one saved with CRLF.
            self._key = private_key_file.read_bytes().replace(b"\r\n", b"\n")
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ConfigError(f"mail.dkim.private_key_file: {private_key_file}: {why}") from error
        try:
            self(_PROBE)
        except ValueError as error:
            raise ConfigError(
                f"mail.dkim.private_key_file: {private_key_file} does not sign ({error}); "
                "expected an RSA private key in PEM, without a passphrase"
            ) from error

    def __call__(self, raw: bytes) -> bytes:
        """The signed message. Raises ValueError where it cannot be signed (without a From, say)."""
        head = raw.partition(b"\r\n\r\n")[0]
        present = {name.lower() for name in re.findall(rb"(?m)^([!-9;-~]+):", head)}
        if b"from" not in present:
            raise ValueError("DKIM: the message has no From")
        try:
            # From is named twice: the signature then also covers that there is no second one.
            signature: bytes = self._dkim.sign(
                raw,
                self._selector,
                self._domain,
                self._key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[b"from", *(name for name in _SIGNED if name in present)],
            )
        except (self._dkim.DKIMException, TypeError, ValueError, IndexError) as error:
            # dkimpy's ASN.1 reader fails with any of these over a key that is not one.
            raise ValueError(f"DKIM: {error}") from error
        return signature + raw


def _ascii(name: str, text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", text):
        raise ConfigError(f'mail.dkim.{name}: "{text}" is not a name that DNS can hold')
    return text.encode("ascii")
