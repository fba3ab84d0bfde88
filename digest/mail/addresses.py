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


DELIVERY = "{delivery}"
"""Where the id of a delivery stands in a return path: `bounces+{delivery}@example.org`."""


def return_path(text: str) -> str:
    """A return path as the envelope may carry it, with a place for the delivery or without. Raises
    AddressError."""
    checked = address(text)
    local, _, host = checked.rpartition("@")
    rest = local.replace(DELIVERY, "", 1)
    if "{" in rest + host or "}" in rest + host:
        raise AddressError(
            f"{clean(text)!r} is not a return path: {DELIVERY} may stand in it once, before the @, "
            "and no other braces"
        )
    if len(rest) + ID_DIGITS > 64 and rest != local:
        raise AddressError(f"{clean(text)!r} is not a return path: with a delivery's id it is too long")
    return checked


ID_DIGITS = 16


def verp(path: str, delivery_id: str) -> str:
    """The envelope's sender of one delivery (VERP: variable envelope return path). Whatever comes back for it
    then says in its recipient which delivery it is about, however little of the mail it quotes. A path
    without a place for the id stays as it is.

    >>> verp("bounces+{delivery}@example.org", "00d1e2f3a4b5c6d7"), verp("bounces@example.org", "00d1")
    ('bounces+00d1e2f3a4b5c6d7@example.org', 'bounces@example.org')
    """
    return path.replace(DELIVERY, delivery_id)


def delivery_of(bare: str, path: str) -> str | None:
    """The delivery whose `verp` that address is, in whatever case it comes back; None if it is nobody's.

    >>> delivery_of("BOUNCES+00D1E2F3A4B5C6D7@example.org", "bounces+{delivery}@example.org")
    '00d1e2f3a4b5c6d7'
    """
    before, place, after = path.casefold().partition(DELIVERY)
    found = bare.casefold()
    if not place or not (found.startswith(before) and found.endswith(after)):
        return None
    middle = found[len(before) : len(found) - len(after)]
    return middle if _DELIVERY_ID.fullmatch(middle) else None


_DELIVERY_ID = re.compile(rf"[0-9a-f]{{{ID_DIGITS}}}")


def _idna(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        # A stand-in for the local part: what is asked is only what the domain is called in the DNS.
        checked = validate_email(f"name@{text}", check_deliverability=False, test_environment=True)
    except EmailNotValidError as fault:
        raise AddressError(f"{clean(text)!r} is not a domain name: {fault}") from fault
    return checked.ascii_domain
