"""Find the devices of the local network by mDNS. Needs the extra `discovery`."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import msgspec

from homevolt._common import SYSTEM_CLOCK, Clock, positive_seconds, short_repr
from homevolt.exceptions import HomevoltDiscoveryError, HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_TIMEOUT_S = 3.0


class DiscoveredDevice(msgspec.Struct, frozen=True):
    """A device that announces itself.

    Attributes:
        name: The name it announces, `Homevolt` unless a person changed it (the parameter
            `ecu_mdns_instance_name`); several devices may have the same.
        id: The id in its host name `homevolt-<id>.local`, which no other device has; None if its
            host has another name.
        address: The IP address to use: IPv4 if it has one, a link-local one if there is no other.
        port: The TCP port of its web server.
        addresses: All its IP addresses, the one to use first; a link-local one of IPv6 has its zone
            after a `%`.
    """

    name: str
    id: str | None
    address: str
    port: int
    addresses: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Address and port as `homevolt.Homevolt` takes them."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


async def discover(
    timeout_s: float = DEFAULT_TIMEOUT_S,
    *,
    interfaces: Iterable[str] | None = None,
    clock: Clock | None = None,
) -> list[DiscoveredDevice]:
    """Search the local network for devices (mDNS, `_http._tcp.local.`).

    A device is recognised by its host name, `homevolt-<id>.local`, or by its instance name,
    `Homevolt` by default. Only the network is asked who is there; no request goes to a device.

    Args:
        timeout_s: Seconds to listen for answers. It takes up to two more if a device has announced
            its name but not yet its address.
        interfaces: The own IP addresses, IPv4 or IPv6, of the network interfaces to search on; by
            default all interfaces of this machine.
        clock: The time to go by; tests pass their own.

    Returns:
        Each device once, sorted by name; an empty list if there is none.

    Raises:
        HomevoltDiscoveryError: It is not possible to search: the package zeroconf is not installed,
            there is no network, or the system does not let this program use it.
        HomevoltValueError: The duration is not one, or an interface is not an IP address.
    """
    timeout_s = positive_seconds("timeout_s", timeout_s)
    own = None if interfaces is None else [_checked(address) for address in interfaces]
    try:
        from homevolt.discovery.mdns import search  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise HomevoltDiscoveryError(
            f"Searching for devices needs the package {error.name}, which is not installed: "
            "pip install 'homevolt[discovery]'"
        ) from error
    waiting = clock or SYSTEM_CLOCK
    return await search(lambda _: waiting.sleep(timeout_s), own)


def _checked(address: object) -> str:
    """Return the IP address of an interface."""
    try:
        if isinstance(address, str):
            return str(ip_address(address))
    except ValueError:
        pass  # refused below
    raise HomevoltValueError(
        f"interfaces must be IP addresses of this machine, not {short_repr(address)}."
    )
