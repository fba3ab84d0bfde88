"""Host names in, addresses out, and which of them may be connected to. Resolves; never connects."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where IPv6 carries an IPv4 address that a gateway would connect to: NAT64 (RFC 6052, RFC 8215).
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class RefusedAddressError(Exception):
    """A host that lives at an address that is nobody's business."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet: not private, loopback, link-local, shared, reserved,
    multicast or unspecified, nor an IPv6 form of such an IPv4 address.

    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1")), is_public(ipaddress.ip_address("151.101.1.42"))
    (False, True)
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and any(address in network for network in _NAT64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def resolve(host: str, port: int, *, timeout_s: float) -> tuple[str, ...]:
    """The addresses of a host, in the resolver's order, each once. Raises OSError, TimeoutError among it."""
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        pass
    # The system's resolver knows no deadline, so it is waited for in a thread that may be left behind.
    answers: queue.Queue[tuple[str, ...] | OSError] = queue.Queue(1)
    thread = threading.Thread(target=_ask, args=(host, port, answers), daemon=True)
    thread.start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError(f"the name {host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _ask(host: str, port: int, answers: queue.Queue[tuple[str, ...] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as why:
        answers.put(why if isinstance(why, OSError) else OSError(f"{host} is not a host name"))
    else:
        answers.put(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))


def checked(
    host: str,
    port: int,
    *,
    timeout_s: float,
    allow_private: bool,
    resolver: Callable[..., tuple[str, ...]] = resolve,
) -> tuple[str, ...]:
    """The addresses of a host that may be connected to, all or none: a name of which one address is private
    is refused, so that no order of answers decides. Raises RefusedAddressError and OSError."""
    found = resolver(host, port, timeout_s=timeout_s)
    if not found:
        raise OSError(f"{host} has no address")
    if not allow_private:
        for text in found:
            if not is_public(ipaddress.ip_address(text)):
                where = text if text == host else f"{host} is at {text}, which"
                raise RefusedAddressError(
                    f"{where} is not a public address; set allow_private_address = true for this source"
                    " if it is meant"
                )
    return found
