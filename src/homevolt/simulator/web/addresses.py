"""The addresses under which clients reach what is bound to one."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Final

_BY_VERSION: Final = {
    4: (socket.AF_INET, "192.0.2.1", "127.0.0.1"),
    6: (socket.AF_INET6, "2001:db8::1", "::1"),
}
"""By IP version: its family, an address of another network, and that of loopback."""


def reachable(host: str) -> str:
    """Return an address to connect to; for one that means all interfaces, that of this machine.

    Args:
        host: Address or name that a server is bound to.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return own_address(address.version) if address.is_unspecified else host


def own_address(version: int) -> str:
    """Return the address that this machine uses towards its network, loopback without one.

    Args:
        version: Of the Internet Protocol, 4 or 6.
    """
    family, elsewhere, loopback = _BY_VERSION[version]
    try:
        # Nothing is sent: connecting a datagram socket only asks the routing table.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            address: str = probe.getsockname()[0]
    except OSError:
        return loopback
    return address


def authority(host: str, port: int) -> str:
    """Return address and port as in a URL.

    Args:
        host: Address or name that a server is bound to.
        port: Its port.
    """
    address = reachable(host)
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
