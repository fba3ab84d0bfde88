"""Mail and web addresses as the settings hold them: checked by syntax alone. Asks no DNS, opens nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import unicodedata
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from digest.config.values import parse_optional_line, shown


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address with the name of whom it belongs to ("" if none was given)."""

    name: str = ""
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def parse_address(value: object) -> str:
    """A bare mail address, checked by syntax alone; a domain in other letters becomes its ASCII form.

    Before the @, other letters are refused: they need SMTPUTF8 (RFC 6531) on every server of the way, and
    whom no mail can reach had better be told when the address comes in.

    >>> parse_address("Ada@Example.ORG"), parse_address("ada@bücher.example.org")
    ('Ada@example.org', 'ada@xn--bcher-kva.example.org')
    """
    from email_validator import EmailNotValidError, validate_email

    if not isinstance(value, str):
        raise ValueError(f"expected a mail address, got {shown(value)}")  # noqa: TRY004 - for pydantic
    text = value.strip()
    # The names that RFC 6761 sets aside are addresses too: of a test bench, of a house without a domain.
    local, at, domain = text.rpartition("@")
    special = re.fullmatch(r"(?i)localhost|[a-z0-9.-]+\.(test|local|localhost|invalid|internal)", domain)
    try:
        checked = validate_email(
            f"{local}{at}{'digest.example.org' if special else domain}",
            check_deliverability=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError as error:
        why = str(error).rstrip(".")
        raise ValueError(f"expected a mail address, got {shown(value)}: {why}") from error
    if special:
        if ".." in domain or domain.startswith(("-", ".")):
            raise ValueError(f"expected a mail address, got {shown(value)}")
        return f"{checked.local_part}@{domain.lower()}"
    return f"{checked.local_part}@{checked.ascii_domain}"


def address_key(address: str) -> str:
    """What two spellings of one address have in common: composed letters, no case, an ASCII domain.

    >>> address_key("Ada@Example.org") == address_key("ada@example.org")
    True
    >>> address_key("ada@Bücher.example")
    'ada@xn--bcher-kva.example'
    """
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        import idna

        # What is no name in any alphabet is left as it is: the key of an address that nobody has.
        with contextlib.suppress(idna.IDNAError):
            domain = idna.encode(domain, uts46=True).decode("ascii")
    composed = unicodedata.normalize("NFC", f"{local}{at}{domain}")
    return unicodedata.normalize("NFC", composed.casefold())


_MAILBOX = re.compile(r"\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<name>[^<>\"]*))\s*<(?P<address>[^<>]+)>\s*")


def parse_mailbox(value: object) -> Mailbox:
    """`Paper Digest <digest@example.org>`, or the address alone.

    >>> parse_mailbox('"Digest, Paper" <digest@example.org>')
    Mailbox(name='Digest, Paper', address='digest@example.org')
    """
    if isinstance(value, Mailbox):
        return value
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - for pydantic
            f'expected a mailbox such as "Paper Digest <digest@example.org>", got {shown(value)}'
        )
    match = _MAILBOX.fullmatch(value)
    if match is None:
        return Mailbox(address=parse_address(value))
    name = str(parse_optional_line(match["quoted"] or match["name"] or ""))
    return Mailbox(name=name, address=parse_address(match["address"]))


def parse_url(value: object) -> object:
    """An http or https address, as it is."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    expected = f'expected an address such as "https://example.org", got {shown(value)}'
    if not text.isprintable() or " " in text:
        raise ValueError(expected)
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where the port is not a number
    except ValueError as error:
        raise ValueError(expected) from error
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError(expected)
    return text


def parse_site_url(value: object) -> object:
    """An http or https address to which a path or a query can be added: no trailing slash, no ? and no #."""
    text = parse_url(value)
    if not isinstance(text, str):
        return text
    if "?" in text or "#" in text:
        raise ValueError(f"expected an address without ? and #, got {shown(value)}")
    return text.rstrip("/")


Address = Annotated[str, BeforeValidator(parse_address)]
MailboxValue = Annotated[Mailbox, BeforeValidator(parse_mailbox)]
Url = Annotated[str, BeforeValidator(parse_url)]
SiteUrl = Annotated[str, BeforeValidator(parse_site_url)]
