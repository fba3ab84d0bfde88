"""Mail addresses in, the form in which they may stand in a header out. Asks no DNS and guesses nothing."""

from __future__ import annotations

import functools
import re

from digest.errors import AddressError
from digest.mail.words import clean

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


def address(text: str) -> str:
    """A bare address in ASCII (`ada@example.org`), its domain in IDNA. Raises AddressError.

    A local part beyond ASCII needs SMTPUTF8 (RFC 6531) on every server of the way: it is refused.
    """
    local, at, host = text.rpartition("@")
    if not at or not local:
        raise AddressError(f"{clean(text)!r} is not a mail address: it needs a name, an @ and a domain")
    if not local.isascii():
        raise AddressError(
            f"{clean(text)!r}: the part before the @ is not ASCII, which few mail servers take (SMTPUTF8); "
            "use the mailbox's ASCII address"
        )
    host = domain(host)
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise AddressError(f"{clean(text)!r} is not a mail address that can stand in a header; write it bare")
    return f"{local}@{host}"


@functools.lru_cache(maxsize=4096)  # most readers have their mailbox with one of a few providers
def domain(text: str) -> str:
    """A host's name in ASCII. Raises AddressError."""
    ascii_text = text if text.isascii() else _idna(text)
    if not _DOMAIN.fullmatch(ascii_text):
        raise AddressError(f"{clean(text)!r} is not a domain name")
    return ascii_text


def domain_of(bare: str) -> str:
    """What stands behind the @."""
    return bare.rpartition("@")[2]


def _idna(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        # A stand-in for the local part: what is asked is only what the domain is called in the DNS.
        checked = validate_email(f"name@{text}", check_deliverability=False, test_environment=True)
    except EmailNotValidError as fault:
        raise AddressError(f"{clean(text)!r} is not a domain name: {fault}") from fault
    return checked.ascii_domain
