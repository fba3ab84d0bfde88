"""What the DNS says of a sender, asked of a name server of our own on loopback."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from digest.dns import Finding, look_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Resolving = "Callable[[dict[str, list[str]]], dns.resolver.Resolver]"


@pytest.fixture
def resolving() -> Iterator[Callable[[dict[str, list[str]]], dns.resolver.Resolver]]:
    """A resolver that knows these TXT records and no others."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(0.1)
    known: dict[str, list[str]] = {}
    closing = threading.Event()

    def serve() -> None:
        while not closing.is_set():
            try:
                wire, peer = server.recvfrom(4096)
            except TimeoutError:
                continue
            question = dns.message.from_wire(wire)
            answer = dns.message.make_response(question)
            name = question.question[0].name.to_text().rstrip(".")
            if name in known:
                texts = [f'"{text}"' for text in known[name]]
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *texts))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=serve)
    thread.start()

    def make(records: dict[str, list[str]]) -> dns.resolver.Resolver:
        known.update(records)
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        return resolver

    yield make
    closing.set()
    thread.join()
    server.close()


def found(findings: list[Finding]) -> dict[str, bool]:
    return {finding.record: finding.is_good for finding in findings}


GOOD = {
    "example.org": ["v=spf1 include:_spf.example.net -all", "some=other"],
    "pd._domainkey.example.org": ["v=DKIM1; k=rsa; p=MIIB"],
    "_dmarc.example.org": ["v=DMARC1; p=none"],
}


def test_a_domain_with_all_three_is_good(
    resolving: Callable[[dict[str, list[str]]], dns.resolver.Resolver],
) -> None:
    findings = look_up("example.org", selector="pd", resolver=resolving(GOOD))
    assert found(findings) == {"SPF": True, "DKIM": True, "DMARC": True}


def test_a_domain_with_none_is_told_what_to_add(
    resolving: Callable[[dict[str, list[str]]], dns.resolver.Resolver],
) -> None:
    findings = look_up("example.org", selector="pd", resolver=resolving({}))
    assert found(findings) == {"SPF": False, "DKIM": False, "DMARC": False}
    assert "v=spf1" in findings[0].sentence
    assert "v=DMARC1" in findings[2].sentence


def test_two_spf_records_are_one_too_many(
    resolving: Callable[[dict[str, list[str]]], dns.resolver.Resolver],
) -> None:
    records = {**GOOD, "example.org": ["v=spf1 -all", "v=spf1 +all"]}
    assert "2 SPF records" in look_up("example.org", resolver=resolving(records))[0].sentence


def test_a_revoked_key_is_said(resolving: Callable[[dict[str, list[str]]], dns.resolver.Resolver]) -> None:
    records = {**GOOD, "pd._domainkey.example.org": ["v=DKIM1; p="]}
    assert "revoked" in look_up("example.org", selector="pd", resolver=resolving(records))[1].sentence


def test_without_a_key_of_ours_the_provider_signs(
    resolving: Callable[[dict[str, list[str]]], dns.resolver.Resolver],
) -> None:
    assert look_up("example.org", resolver=resolving(GOOD))[1].is_good


def test_a_name_server_that_does_not_answer_is_said() -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = 9
    resolver.timeout = resolver.lifetime = 0.2
    findings = look_up("example.org", selector="pd", resolver=resolver)
    assert found(findings) == {"SPF": False, "DKIM": False, "DMARC": False}
    assert all("could not be looked up" in finding.sentence for finding in findings)


def test_a_machine_without_name_servers_is_told_in_a_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "resolv.conf"
    empty = tmp_path / "empty.conf"
    empty.write_text("# offline\n", encoding="ascii")
    for servers in (missing, empty):
        findings = look_up("example.org", servers=str(servers))
        assert [finding.record for finding in findings] == ["SPF", "DKIM", "DMARC"]
        assert not any(finding.is_good for finding in findings)
        assert all("knows no name server" in finding.sentence for finding in findings)
