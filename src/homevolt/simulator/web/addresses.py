"""Under which address others find what is bound to one."""

from __future__ import annotations

import socket
from ipaddress import ip_address

IPV4 = 4


def reachable(host: str) -> str:
    """Return an address to talk to: that of this machine where `host` stands for all of its."""
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        return host
    if not everywhere:
        return host
    return own_address() if ip_address(host).version == IPV4 else "::1"


def own_address() -> str:
    """Return the address this machine uses towards its network, IPv4, loopback without one."""
    # Nothing is sent: connecting a datagram socket only asks the routing table.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address
