"""What the DNS says about a sender's domain: SPF, DKIM, DMARC. A domain in, findings out; changes nothing.

Receivers judge a mail by these three records before they read it (RFC 7208, RFC 6376, RFC 7489). Only
`digest check --dns` asks.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.resolver import Resolver

TIMEOUT_S = 5.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One record, whether it will do, and what it says or what to do."""

    record: str
    is_good: bool
    sentence: str


def look_up(
    domain: str,
    *,
    selector: str | None = None,
    resolver: Resolver | None = None,
    servers: str = "/etc/resolv.conf",
) -> list[Finding]:
    """The three findings for a sender's domain. `selector` names the DKIM key, where we sign ourselves;
    `resolver` stands in for the system's, which reads the file `servers` (on Windows: the registry)."""
    if resolver is None:
        from dns.resolver import NoResolverConfiguration
        from dns.resolver import Resolver as SystemResolver

        try:
            resolver = SystemResolver(filename=servers)
        except NoResolverConfiguration:
            fault = f"{domain} could not be looked up: this machine knows no name server; see {servers}"
            return [Finding(record=name, is_good=False, sentence=fault) for name in ("SPF", "DKIM", "DMARC")]
        resolver.lifetime = TIMEOUT_S
    return [_spf(domain, resolver), _dkim(domain, selector, resolver), _dmarc(domain, resolver)]


def _spf(domain: str, resolver: Resolver) -> Finding:
    texts, fault = _texts(domain, resolver)
    found = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    if fault:
        return Finding(record="SPF", is_good=False, sentence=fault)
    if len(found) > 1:
        return Finding(
            record="SPF",
            is_good=False,
            sentence=f"{domain} has {len(found)} SPF records; keep one (RFC 7208)",
        )
    if not found:
        return Finding(
            record="SPF",
            is_good=False,
            sentence=f'{domain} has none: add a TXT record "v=spf1 … -all" that names your provider',
        )
    return Finding(record="SPF", is_good=True, sentence=found[0])


def _dkim(domain: str, selector: str | None, resolver: Resolver) -> Finding:
    if selector is None:
        return Finding(
            record="DKIM",
            is_good=True,
            sentence="signed by your provider, not here: see that its selector is published",
        )
    name = f"{selector}._domainkey.{domain}"
    texts, fault = _texts(name, resolver)
    keys = [text for text in texts if "p=" in text]
    if fault or not keys:
        return Finding(
            record="DKIM",
            is_good=False,
            sentence=fault or f"{name} has no key: publish the public half of yours",
        )
    tags = dict(part.strip().partition("=")[::2] for part in keys[0].split(";"))
    if not tags.get("p"):
        return Finding(record="DKIM", is_good=False, sentence=f"{name}: the key is revoked (empty p=)")
    return Finding(record="DKIM", is_good=True, sentence=f"{name} has a key")


def _dmarc(domain: str, resolver: Resolver) -> Finding:
    name = f"_dmarc.{domain}"
    texts, fault = _texts(name, resolver)
    found = [text for text in texts if text.lower().startswith("v=dmarc1")]
    if fault or not found:
        return Finding(
            record="DMARC",
            is_good=False,
            sentence=fault or f'{name} has none: large receivers ask for one, at least "v=DMARC1; p=none"',
        )
    return Finding(record="DMARC", is_good=True, sentence=found[0])


def _texts(name: str, resolver: Resolver) -> tuple[list[str], str]:
    """The TXT records of a name, and why there was no answer."""
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, NoAnswer

    try:
        answer = resolver.resolve(name, "TXT")
    except (NXDOMAIN, NoAnswer):
        return [], ""
    except DNSException as error:
        return [], f"{name} could not be looked up: {type(error).__name__}; is there a network?"
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer], ""
