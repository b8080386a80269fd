"""Announcing simulated devices by mDNS, as a real one does. Needs the extra `discovery`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from zeroconf import InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from homevolt.simulator.web.addresses import reachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from homevolt.simulator.simulator import Simulator

SERVICE: Final = "_http._tcp.local."


@asynccontextmanager
async def announced(devices: Sequence[Simulator]) -> AsyncIterator[None]:
    """Announce devices as `_http._tcp.local.` for as long as the context lasts.

    Args:
        devices: Simulators that serve already, all bound to the same IP address. The address of
            all interfaces is announced as the one that this machine uses towards its network.

    Raises:
        ValueError: They are bound to a name instead of an IP address.
    """
    host = devices[0].options.host
    try:
        everywhere = ip_address(host).is_unspecified
    except ValueError:
        raise ValueError(
            f"devices are announced by IP address, and {host!r} is not one: bind them to one"
        ) from None
    address = reachable(host)
    interfaces = InterfaceChoice.All if everywhere else [address]
    async with AsyncZeroconf(interfaces=interfaces) as zeroconf:
        # Registering returns another awaitable, which is done when the announcements are sent.
        registrations = (
            zeroconf.async_register_service(
                _service(device, index, address), allow_name_change=True
            )
            for index, device in enumerate(devices)
        )
        await asyncio.gather(*await asyncio.gather(*registrations))
        yield


def _service(device: Simulator, index: int, address: str) -> ServiceInfo:
    parameters = device.device.parameters.values
    name = str(parameters["ecu_mdns_instance_name"]) + (f"-{index + 1}" if index else "")
    return ServiceInfo(
        SERVICE,
        f"{name}.{SERVICE}",
        port=device.port,
        parsed_addresses=[address],
        server=f"homevolt-{device.installation.units[0].ecu_id}.local.",
        properties={"path": "/"},
    )
