"""The search itself: what was announced, gathered record by record."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import ifaddr
from zeroconf import (  # type: ignore[attr-defined]  # some are exported without a declaration
    AddressResolver,
    DNSAddress,
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    DNSRecord,
    DNSService,
    Error,
    InterfaceChoice,
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from homevolt.discovery import DiscoveredDevice
from homevolt.exceptions import HomevoltDiscoveryError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from ipaddress import IPv4Address, IPv6Address

SERVICE: Final = "_http._tcp.local."
RESOLVE_TIMEOUT_MS: Final = 1000
QUERY: Final = 0
TYPE_SRV: Final = 33
CLASS_IN: Final = 1
"""Numbers of the protocol."""
GROUP: Final = ("224.0.0.251", 5353)
"""Where mDNS is spoken."""
REFUSALS: Final = {errno.EACCES, errno.EPERM, errno.EHOSTUNREACH}
"""How systems refuse a program the local network; macOS says "no route to host"."""
_HOST = re.compile(r"homevolt-([0-9a-z]+)(-\d+)?\.local\.?", re.IGNORECASE)
_INSTANCE = re.compile(r"homevolt([ -]?\(?\d+\)?)?", re.IGNORECASE)
"""The name by default, with the number that a second device of the same name takes."""


_T = TypeVar("_T")


class Service(NamedTuple):
    """What one announcement says.

    Attributes:
        instance: The instance name, followed by that of the service.
        server: The host name in lower case, with a dot at the end.
        port: The TCP port.
    """

    instance: str
    server: str
    port: int

    @property
    def name(self) -> str:
        """The instance name alone."""
        return self.instance[: -len(f".{SERVICE}")]

    @property
    def id(self) -> str | None:
        """The id in the host name."""
        match = _HOST.fullmatch(self.server)
        return match[1] if match else None

    @property
    def is_homevolt(self) -> bool:
        """Whether the names are those of a Homevolt."""
        return self.id is not None or _INSTANCE.fullmatch(self.name) is not None


class Announcements(RecordUpdateListener):
    """What was announced so far.

    It looks at the records as they arrive: two devices may announce one instance name, and then
    there are two records of the same name, of which a cache by names gives only one.

    Args:
        ask: Asks for the hosts of an instance; called once for each instance that appears.
    """

    def __init__(self, ask: Callable[[str], None]) -> None:
        self._ask = ask
        self.instances: set[str] = set()
        self.services: set[Service] = set()
        self.addresses: dict[str, set[str]] = {}
        self.changed = asyncio.Event()

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        """Take in what has arrived."""
        del zc, now
        for record in records:
            self.note(record.new)
        self.changed.set()

    def note(self, record: DNSRecord) -> None:
        """Take in one record; a time to live of 0 withdraws it."""
        if isinstance(record, DNSPointer) and record.name.lower() == SERVICE:
            if record.alias not in self.instances and record.ttl > 0:
                self._ask(record.alias)
            _put(self.instances, record.alias, record)
        elif isinstance(record, DNSService) and record.name.lower().endswith(f".{SERVICE}"):
            _put(self.services, Service(record.name, record.server.lower(), record.port), record)
        elif isinstance(record, DNSAddress):
            _put(self.addresses.setdefault(record.name.lower(), set()), _text(record), record)

    @property
    def devices(self) -> list[DiscoveredDevice]:
        """The devices whose address is known, each once, sorted by name."""
        found = {
            (service.server, service.port): _device(service, self.addresses[service.server])
            for service in sorted(self.services)
            if service.is_homevolt and self.addresses.get(service.server)
        }
        return sorted(found.values(), key=lambda each: (each.name, each.id or "", each.host))


async def search(
    wait: Callable[[Announcements], Awaitable[None]], interfaces: list[str] | None
) -> list[DiscoveredDevice]:
    """Listen for as long as `wait` waits, and return the devices that were found.

    Args:
        wait: Returns when it was long enough; it is given what was announced so far.
        interfaces: The own addresses of the interfaces to search on, None for all interfaces.

    Raises:
        HomevoltDiscoveryError: See `homevolt.discover`.
    """
    own = _own_addresses()
    missing = [text for text in interfaces or () if ip_address(text) not in own]
    if missing:
        raise HomevoltDiscoveryError(
            f"This machine has no interface with the address {missing[0]}."
        )
    if not own:
        raise HomevoltDiscoveryError("There is no network to search: this machine has no address.")
    async with _opened(interfaces) as opened:
        zeroconf = opened.zeroconf
        announcements = Announcements(partial(_ask_for_hosts, zeroconf))
        zeroconf.async_add_listener(announcements, None)
        async with AsyncServiceBrowser(zeroconf, SERVICE, handlers=[lambda **_: None]):
            await wait(announcements)
            await _resolve(zeroconf, announcements)
    if interfaces is None and not announcements.devices:
        _check_network(own)
    return announcements.devices


def _own_addresses() -> set[IPv4Address | IPv6Address]:
    ips = [address.ip for adapter in ifaddr.get_adapters() for address in adapter.ips]
    return {ip_address(ip if isinstance(ip, str) else ip[0].partition("%")[0]) for ip in ips}


def _opened(interfaces: list[str] | None) -> AsyncZeroconf:
    """Open the sockets: of IPv4 and IPv6, or of IPv4 alone where there is no IPv6."""
    try:
        if interfaces is not None:
            return AsyncZeroconf(interfaces=interfaces)
        with suppress(OSError):
            return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.All)
        return AsyncZeroconf(interfaces=InterfaceChoice.All, ip_version=IPVersion.V4Only)
    except OSError as error:
        raise _failure(error) from error


def _ask_for_hosts(zeroconf: Zeroconf, instance: str) -> None:
    """Ask every device of an instance name for its host.

    Of devices with the same name only one announces the name, since mDNS does not repeat a record
    that another device has sent. The record of the host is another one for each device.
    """
    question = DNSOutgoing(QUERY)
    question.add_question(DNSQuestion(instance, TYPE_SRV, CLASS_IN))
    zeroconf.async_send(question)


async def _resolve(zeroconf: Zeroconf, announcements: Announcements) -> None:
    """Ask for the hosts and addresses that have not been announced yet."""
    known = {service.instance for service in announcements.services}
    requests = []
    for instance in announcements.instances - known:
        with suppress(Error):  # a name that is not one
            requests.append(AsyncServiceInfo(SERVICE, instance))
    await asyncio.gather(*(each.async_request(zeroconf, RESOLVE_TIMEOUT_MS) for each in requests))
    servers = {service.server for service in announcements.services if service.is_homevolt}
    unknown = [AddressResolver(each) for each in servers if not announcements.addresses.get(each)]
    await asyncio.gather(*(each.async_request(zeroconf, RESOLVE_TIMEOUT_MS) for each in unknown))


def _check_network(own: set[IPv4Address | IPv6Address]) -> None:
    """Raise an error if nothing could be found because nothing could be asked."""
    if all(address.is_loopback for address in own):
        raise HomevoltDiscoveryError(
            "There is no network to search: this machine has no address but that of loopback."
        )
    try:
        _send_nothing()
    except OSError as error:
        if error.errno in REFUSALS:
            raise _failure(error) from error


def _send_nothing() -> None:
    """Send an empty datagram to where mDNS is spoken."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.sendto(b"", GROUP)


def _failure(error: OSError) -> HomevoltDiscoveryError:
    why = str(error) if error.errno is None else os.strerror(error.errno)
    if error.errno in REFUSALS:
        return HomevoltDiscoveryError(
            f"The system does not let this program use the local network ({why}): allow it in the "
            "firewall or, on macOS, in the privacy settings under Local Network."
        )
    return HomevoltDiscoveryError(f"The local network cannot be searched: {why}.")


def _put(known: set[_T], value: _T, record: DNSRecord) -> None:
    """Add what a record says, or remove it."""
    if record.ttl > 0:
        known.add(value)
    else:
        known.discard(value)


def _text(record: DNSAddress) -> str:
    address = str(ip_address(record.address))
    return f"{address}%{record.scope_id}" if record.scope_id else address


def _device(service: Service, addresses: Iterable[str]) -> DiscoveredDevice:
    best_first = tuple(sorted(addresses, key=_preference))
    return DiscoveredDevice(service.name, service.id, best_first[0], service.port, best_first)


def _preference(text: str) -> tuple[bool, int, str]:
    """Return the key to sort addresses by: link-local ones last, IPv4 before IPv6."""
    address = ip_address(text)
    return address.is_link_local, address.version, text
