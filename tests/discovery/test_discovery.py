"""Devices are found by what they announce: whatever they are called, and however many there are."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

import ifaddr
import pytest
from zeroconf import ServiceInfo
from zeroconf._dns import DNSAddress, DNSPointer, DNSRecord, DNSService
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf.asyncio import AsyncZeroconf

import homevolt
from homevolt.discovery import mdns
from homevolt.discovery.mdns import SERVICE, Announcements, search
from homevolt.exceptions import HomevoltDiscoveryError, HomevoltValueError
from homevolt.simulator import Simulator
from homevolt.simulator.announce import announced
from tests.support.announcements import LOOPBACK, own_seed, until
from tests.support.fakes import ManualClock

PTR, SRV, A, AAAA, IN, UNIQUE = 12, 33, 1, 28, 1, 0x8001
ANSWER = 0x8400
TTL_S = 120


def pointer(instance: str, ttl: int = TTL_S) -> DNSPointer:
    """Return the record that names an instance."""
    return DNSPointer(SERVICE, PTR, IN, ttl, f"{instance}.{SERVICE}")


def service(instance: str, server: str, port: int = 80, ttl: int = TTL_S) -> DNSService:
    """Return the record that says where an instance is."""
    return DNSService(f"{instance}.{SERVICE}", SRV, UNIQUE, ttl, 0, 0, port, server)


def address(server: str, text: str, scope_id: int | None = None, ttl: int = TTL_S) -> DNSAddress:
    """Return the record that says which address a host has."""
    ip = ip_address(text)
    kind = A if ip.version == 4 else AAAA
    return DNSAddress(server, kind, UNIQUE, ttl, ip.packed, scope_id=scope_id)


def found(*records: DNSRecord) -> list[homevolt.DiscoveredDevice]:
    """Return the devices that these records announce."""
    announcements = Announcements(lambda _: None)
    for record in records:
        announcements.note(record)
    return announcements.devices


async def test_the_devices_of_a_network_are_found_with_id_address_and_port() -> None:
    async with (
        Simulator(seed=own_seed()) as one,
        Simulator(seed=own_seed()) as two,
        announced([one, two]),
    ):
        devices = await search(until(one.port, two.port), LOOPBACK)
        for sim in (one, two):
            (device,) = [each for each in devices if each.port == sim.port]
            assert device.id == sim.installation.units[0].ecu_id
            assert device.name.startswith("Homevolt")
            assert (device.address, device.addresses) == ("127.0.0.1", ("127.0.0.1",))
            async with homevolt.Homevolt(device.host, sim.password) as connection:
                await connection.update_info()
                assert connection.get_device().device_id == device.id


async def test_a_device_of_ipv6_alone_is_found_on_several_interfaces_once_and_read() -> None:
    own_id = f"{own_seed():012x}"
    async with Simulator(None, host="::1") as sim, AsyncZeroconf(LOOPBACK) as announcer:
        info = ServiceInfo(
            SERVICE,
            f"Homevolt {own_id}.{SERVICE}",
            port=sim.port,
            parsed_addresses=["::1"],
            server=f"homevolt-{own_id}.local.",
        )
        await (await announcer.async_register_service(info))
        devices = await search(until(own_id), [*LOOPBACK, "::1"])
        (device,) = [each for each in devices if each.id == own_id]
        assert (device.address, device.host) == ("::1", f"[::1]:{sim.port}")
        async with homevolt.Homevolt(device.host) as connection:
            await connection.update_info()
            assert connection.get_device().device_id == sim.installation.units[0].ecu_id


async def test_a_device_that_a_person_renamed_is_known_by_its_host() -> None:
    async with Simulator(seed=own_seed()) as sim:
        sim.device.parameters.values["ecu_mdns_instance_name"] = "Garage"
        async with announced([sim]):
            devices = await search(until(sim.port), LOOPBACK)
    (device,) = [each for each in devices if each.port == sim.port]
    assert device.name.startswith("Garage")
    assert device.id == sim.installation.units[0].ecu_id


async def test_other_web_servers_are_not_devices() -> None:
    printer = ServiceInfo(
        SERVICE, f"Printer.{SERVICE}", port=631, parsed_addresses=LOOPBACK, server="printer.local."
    )
    async with (
        Simulator(seed=own_seed()) as sim,
        announced([sim]),
        AsyncZeroconf(LOOPBACK) as other,
    ):
        await (await other.async_register_service(printer, allow_name_change=True))
        devices = await search(until(sim.port), LOOPBACK)
    assert 631 not in {device.port for device in devices}


async def test_a_device_that_gives_its_address_only_when_it_is_asked_is_found() -> None:
    """First only its name arrives; its host and its address come when the search asks for them."""
    own_id = f"{own_seed():012x}"
    name, server = f"Late {own_id}", f"homevolt-{own_id}.local."
    info = ServiceInfo(
        SERVICE, f"{name}.{SERVICE}", port=4321, parsed_addresses=["127.0.0.9"], server=server
    )
    async with AsyncZeroconf(LOOPBACK) as device:
        await device.zeroconf.async_wait_for_start()

        async def wait(announcements: Announcements) -> None:
            message = DNSOutgoing(ANSWER)
            message.add_answer_at_time(pointer(name), 0)
            device.zeroconf.async_send(message)
            async with asyncio.timeout(30):
                while f"{name}.{SERVICE}" not in announcements.instances:
                    announcements.changed.clear()
                    await announcements.changed.wait()
            assert server not in announcements.addresses
            # From now on it answers, and announces nothing by itself.
            device.zeroconf.registry.async_add(info)

        devices = await search(wait, LOOPBACK)
    assert [each.host for each in devices if each.id == own_id] == ["127.0.0.9:4321"]


async def test_two_devices_that_announce_the_same_name_are_both_found() -> None:
    """As devices do that do not look whether their name is taken: zeroconf would number them."""
    ids = [f"{own_seed():012x}", f"{own_seed():012x}"]
    name = f"Twins {ids[0]}"
    async with AsyncZeroconf(LOOPBACK) as one, AsyncZeroconf(LOOPBACK) as two:
        for n, device in enumerate((one, two), 1):
            info = ServiceInfo(
                SERVICE,
                f"{name}.{SERVICE}",
                port=4400 + n,
                parsed_addresses=[f"127.0.0.{n}"],
                server=f"homevolt-{ids[n - 1]}.local.",
            )
            await (await device.async_register_service(info, cooperating_responders=True))
        devices = await search(until(*ids), LOOPBACK)
    twins = {each.id: each.host for each in devices if each.name == name}
    assert [twins.get(each) for each in ids] == ["127.0.0.1:4401", "127.0.0.2:4402"]


async def test_nothing_found_is_an_empty_list() -> None:
    clock = ManualClock()
    assert await homevolt.discover(2.5, interfaces=LOOPBACK, clock=clock) == []
    assert clock.slept == [2.5]


def test_two_devices_behind_one_name_are_two_devices() -> None:
    devices = found(
        service("Homevolt", "homevolt-aa.local."),
        service("Homevolt", "homevolt-bb.local."),
        address("homevolt-aa.local.", "192.0.2.1"),
        address("homevolt-bb.local.", "192.0.2.2"),
    )
    assert [(each.name, each.id, each.address) for each in devices] == [
        ("Homevolt", "aa", "192.0.2.1"),
        ("Homevolt", "bb", "192.0.2.2"),
    ]


def test_two_devices_on_one_host_are_two_and_two_names_of_one_device_are_one() -> None:
    host = address("homevolt-aa.local.", "192.0.2.1")
    records = [service(name, "homevolt-aa.local.", port) for name, port in (("A", 1), ("B", 2))]
    assert [each.port for each in found(host, *records)] == [1, 2]
    assert len(found(host, records[0], service("C", "homevolt-aa.local.", 1))) == 1


def test_of_several_addresses_the_one_to_use_comes_first() -> None:
    server = "homevolt-aa.local."
    (device,) = found(
        address(server, "fe80::1", 2),
        address(server, "fd00::2"),
        address(server, "169.254.7.7"),
        address(server, "192.0.2.1"),
        service("Homevolt", server),
    )
    assert device.addresses == ("192.0.2.1", "fd00::2", "169.254.7.7", "fe80::1%2")
    assert device.host == "192.0.2.1:80"


def test_a_device_of_ipv6_alone_has_an_address_to_connect_to() -> None:
    (device,) = found(service("Homevolt", "x.local."), address("X.local.", "fd00::2"))
    assert (device.id, device.host) == (None, "[fd00::2]:80")
    assert homevolt.Homevolt(device.host).base_url == "http://[fd00::2]:80"


@pytest.mark.parametrize(
    ("instance", "server", "is_one"),
    [
        ("Homevolt", "esp32.local.", True),
        ("homevolt-2", "esp32.local.", True),
        ("Homevolt (3)", "esp32.local.", True),
        ("Anything", "HOMEVOLT-00AA11.local.", True),
        ("Anything", "homevolt-00aa11-2.local.", True),
        ("Homevolt dashboard", "nas.local.", False),
        ("Anything", "homevolt.local.", False),
        ("Anything", "my-homevolt-00aa11.local.", False),
    ],
)
def test_a_device_is_known_by_its_host_or_the_name_it_comes_with(
    instance: str, server: str, *, is_one: bool
) -> None:
    assert bool(found(service(instance, server), address(server, "192.0.2.1"))) == is_one


def test_what_is_withdrawn_is_gone() -> None:
    server = "homevolt-aa.local."
    there = [pointer("H"), service("H", server), address(server, "192.0.2.1")]
    assert len(found(*there)) == 1
    assert found(*there, service("H", server, ttl=0)) == []
    assert found(*there, address(server, "192.0.2.1", ttl=0)) == []
    assert len(found(*there, pointer("H", ttl=0), service("H", "other.local.", ttl=0))) == 1


def test_records_of_other_services_are_passed_over() -> None:
    other = DNSService("Homevolt._ipp._tcp.local.", SRV, IN, TTL_S, 0, 0, 80, "homevolt-aa.local.")
    named = DNSPointer("_ipp._tcp.local.", PTR, IN, TTL_S, "Homevolt._ipp._tcp.local.")
    assert found(other, named, address("homevolt-aa.local.", "192.0.2.1")) == []


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), "3", True])
async def test_a_wrong_duration_is_a_value_error(timeout_s: Any) -> None:
    with pytest.raises(HomevoltValueError, match="timeout_s"):
        await homevolt.discover(timeout_s)


@pytest.mark.parametrize("interface", ["eth0", "", 5, None, "300.1.1.1"])
async def test_an_interface_that_is_not_an_address_is_a_value_error(interface: Any) -> None:
    with pytest.raises(HomevoltValueError, match="interfaces must be IP addresses"):
        await homevolt.discover(interfaces=[interface])


async def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    monkeypatch.delitem(sys.modules, "homevolt.discovery.mdns")
    with pytest.raises(HomevoltDiscoveryError, match=r"zeroconf.*'homevolt\[discovery\]'"):
        await homevolt.discover()


def adapters(*addresses: str) -> list[Any]:
    """Return network adapters with these addresses, as the package ifaddr does."""
    ips = []
    for text in addresses:
        is_v4 = ip_address(text).version == 4
        ip = text if is_v4 else (text, 0, 0)
        ips.append(SimpleNamespace(ip=ip, is_IPv4=is_v4, is_IPv6=not is_v4))
    return [SimpleNamespace(ips=ips, index=1)]


@pytest.mark.parametrize("addresses", [(), ("127.0.0.1",), ("127.0.0.1", "::1")])
async def test_without_a_network_the_error_says_so(
    addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: adapters(*addresses))
    with pytest.raises(HomevoltDiscoveryError, match="There is no network to search"):
        await search(_at_once, None)


async def test_an_interface_that_this_machine_has_not_is_an_error() -> None:
    with pytest.raises(HomevoltDiscoveryError, match="no interface with the address 2001:db8::1"):
        await homevolt.discover(interfaces=["2001:db8::1"], clock=ManualClock())


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.EPERM, "does not let this program use the local network.*firewall.*macOS"),
        (errno.EACCES, "does not let this program use the local network"),
        (errno.EADDRINUSE, "cannot be searched"),
    ],
)
async def test_without_permission_the_error_says_so(
    code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, "refused")

    monkeypatch.setattr(mdns, "AsyncZeroconf", refuse)
    with pytest.raises(HomevoltDiscoveryError, match=message):
        await search(_at_once, None)


@pytest.mark.parametrize("code", [errno.EPERM, errno.EHOSTUNREACH])
async def test_a_system_that_drops_what_is_sent_is_noticed_when_nothing_is_found(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(code, "refused")

    monkeypatch.setattr(mdns, "_send_nothing", refuse)
    with pytest.raises(HomevoltDiscoveryError, match="does not let this program"):
        mdns._check_network({ip_address("192.0.2.9")})


async def test_a_network_without_a_route_to_everybody_may_still_have_no_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[None] = []

    def no_route() -> None:
        sent.append(None)
        raise OSError(errno.ENETUNREACH, "no route")

    monkeypatch.setattr(mdns, "_send_nothing", no_route)
    mdns._check_network({ip_address("127.0.0.1"), ip_address("192.0.2.9")})
    assert sent


def test_the_network_is_tried_with_an_empty_datagram(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        monkeypatch.setattr(mdns, "GROUP", receiver.getsockname())
        mdns._check_network({ip_address("192.0.2.9")})
        receiver.settimeout(5)
        assert receiver.recv(1) == b""


async def test_a_machine_without_ipv6_searches_by_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_socket = socket.socket

    def only_ipv4(family: int, *arguments: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "no IPv6 here")
        return plain_socket(family, *arguments)

    monkeypatch.setattr("zeroconf._utils.net.socket.socket", only_ipv4)
    async with mdns._opened(None) as opened:
        assert opened.zeroconf.started or not opened.zeroconf.done


async def _at_once(_: Announcements) -> None:
    """Wait for nothing."""
