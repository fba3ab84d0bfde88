"""Who asks: the client's address, through as many proxies as the operator says stand before us."""

from __future__ import annotations

import ipaddress

import flask


def client_address() -> str:
    """The address as it is, for the evidence of a consent; "" where nobody can say."""
    return flask.request.remote_addr or ""


def client_network() -> str:
    """What limits count by: an IPv4 address; of an IPv6 address the /64, which is one household's.

    An address that is written as IPv6 and is IPv4 (`::ffff:192.0.2.1`) is the IPv4 address.
    """
    try:
        address = ipaddress.ip_address(client_address().partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
