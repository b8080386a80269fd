"""The simulator as a product: in the foreground, as a fleet, under control, announced."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from homevolt.simulator import Fault, ManualClock, RealClock, Simulator
from homevolt.simulator.announce import SERVICE, announced
from homevolt.simulator.fleet import Fleet
from homevolt.simulator.run import Ready, greeting, serve
from homevolt.simulator.web.addresses import own_address, reachable
from tests.simulator.client import Client, device

if TYPE_CHECKING:
    from collections.abc import Callable


async def greeted(
    fleet: Fleet | None = None, *, then: Callable[[], object] | None = None, **options: Any
) -> list[str]:
    """Run `serve` until it is ready, and return what it says to people."""
    lines: list[str] = []
    stop = asyncio.Event()

    def ready(where: Ready) -> None:
        lines.extend(greeting(where))
        (then or stop.set)()

    fleet = fleet or Fleet(1)
    await asyncio.wait_for(serve(fleet, ready=ready, stop=stop, **options), 10)
    return lines


async def test_the_greeting_tells_address_password_and_how_to_talk() -> None:
    fleet = Fleet(1, password="it's", https=True)
    lines = await greeted(fleet, control_port=0)
    assert lines[0].startswith("Simulated Homevolt at http://127.0.0.1:")
    assert lines[1].startswith("  also at https://127.0.0.1:")
    assert lines[2] == f"Self-signed certificate, SHA-256 {fleet[0].fingerprint}"
    assert "password it's" in lines[3]
    assert shlex.split(lines[4])[:4] == ["Try:", "curl", "-u", "admin:it's"]
    assert lines[5].startswith("Control endpoint at http://127.0.0.1:")


async def test_a_fleet_greets_with_every_address_and_an_open_one_needs_no_user() -> None:
    lines = await greeted(Fleet(3, password=""))
    assert len({line for line in lines if line.startswith("Simulated Homevolt at ")}) == 3
    assert "No password" in lines
    assert "Try: curl http://" in lines[4]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    assert await greeted(then=lambda: signal.raise_signal(number))
    assert signal.getsignal(number) is before


def test_on_another_thread_only_the_event_ends_it() -> None:
    before = signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor() as pool:
        lines = pool.submit(lambda: asyncio.run(greeted())).result(10)
    assert lines[0].startswith("Simulated Homevolt at ")
    assert signal.getsignal(signal.SIGINT) is before


async def test_options_that_make_no_sense_are_refused() -> None:
    for options in ({"count": 0}, {"count": 1, "firmware": "x"}, {"count": 1, "faults": ("x",)}):
        with pytest.raises(ValueError, match=r"x|fleet"):
            Fleet(**options)
    with pytest.raises(ValueError, match="speed"):
        RealClock(0)


@pytest.mark.parametrize(
    ("https", "package", "room", "advice"),
    [
        (True, "cryptography", "web.certificate", "pip install cryptography"),
        (False, "zeroconf", "announce", r"pip install 'homevolt\[discovery\]'"),
    ],
)
async def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, https: bool, package: str, room: str, advice: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"homevolt.simulator.{room}", raising=False)
    with pytest.raises(ValueError, match=advice):
        await greeted(Fleet(1, https=https), mdns=not https)


async def test_faults_are_counted_by_each_device_of_a_fleet() -> None:
    faults: list[Fault | str] = [Fault("html", nth=1), "status:nth=2"]
    async with Fleet(2, clock=ManualClock(), faults=iter(faults)) as fleet:
        assert [[one.kind for one in sim.faults] for sim in fleet] == [["html", "status"]] * 2
        async with aiohttp.ClientSession() as session:
            await Client(session, fleet[0]).status()
        assert [next(iter(sim.faults)).hits for sim in fleet] == [1, 0]


async def test_a_taken_port_is_an_error_and_leaves_nothing_open() -> None:
    async with Simulator(clock=ManualClock()) as sim:
        with pytest.raises(OSError, match="address already in use"):
            await greeted(Fleet(1, port=sim.port))
        with pytest.raises(RuntimeError, match="serves already"):
            await sim.start()


async def test_a_taken_https_port_frees_the_other_one() -> None:
    async with Simulator(clock=ManualClock(), https=True) as first:
        assert first.https_url is not None
        second = Simulator(clock=ManualClock(), https=True)
        second._https_port = int(first.https_url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
        third = Simulator(clock=ManualClock(), port=second.port)
        await third.start()
        await third.stop()


async def test_devices_of_a_fleet_are_independent() -> None:
    async with (
        Fleet(3, seed=5, clock=ManualClock(), local_mode=True) as fleet,
        aiohttp.ClientSession() as session,
    ):
        assert len(fleet) == 3
        clients = [Client(session, sim) for sim in fleet]
        await clients[0].console("sched_set 0")
        payloads = [await client.get("/ems.json") for client in clients]
        assert len({payload["ems"][0]["ecu_id"] for payload in payloads}) == 3
        schedules = [await client.get("/schedule.json") for client in clients]
        assert [row["schedule_id"] == "Manual Schedule" for row in schedules] == [
            True,
            False,
            False,
        ]


async def test_a_device_of_a_fleet_is_small() -> None:
    async with Fleet(2, clock=ManualClock()):
        tracemalloc.start()
        async with Fleet(20, clock=ManualClock()):
            used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # 200 of them stay far below 300 MB: an interpreter with aiohttp takes some 40 MB.
    assert used / 20 < 200_000


async def test_a_stop_is_immediate_whatever_clients_are_doing() -> None:
    sim = Simulator(clock=ManualClock(), faults=["stall:path=/ems.json", "silence:path=/pid.json"])
    async with aiohttp.ClientSession() as session:
        await sim.start()
        client = Client(session, sim)
        reads = [
            asyncio.ensure_future(client.request("GET", path))
            for path in ("/ems.json", "/pid.json")
        ]
        await client.get("/schedule.json")
        _, writer = await asyncio.open_connection("127.0.0.1", sim.port)
        await sim.wait_for_requests(3)
        async with asyncio.timeout(1):
            await sim.stop()
        outcomes = await asyncio.gather(*reads, return_exceptions=True)
        assert all(isinstance(outcome, aiohttp.ClientError) for outcome in outcomes)
        writer.close()
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.status()
        with pytest.raises(RuntimeError, match="does not serve"):
            await sim.wait_for_requests()


async def test_a_stop_waits_for_no_handshake_and_leaves_no_socket() -> None:
    async with device(https=True) as client:
        assert client.sim.https_url is not None
        port = int(client.sim.https_url.rpartition(":")[2])
        _, broken_off = await asyncio.open_connection("127.0.0.1", port)
        broken_off.transport.abort()
        await asyncio.wait_for(client.sim.stop(), 1)


async def test_a_stopped_device_comes_back_on_its_port_with_its_state() -> None:
    async with device() as client:
        await client.console("sched_add 1")
        await client.sim.stop()
        await client.sim.stop()
        url = client.sim.url
        await client.sim.start()
        assert client.sim.url == url
        assert (await client.get("/schedule.json"))["schedule_id"] == "Manual Schedule"


async def test_a_starting_device_is_busy_for_as_long_as_it_takes() -> None:
    async with device(boot_s=20) as client:
        await client.console("reset")
        assert await client.status() == 503
        client.sim.advance(20)
        assert await client.status() == 200


async def test_only_a_manual_clock_is_moved_by_hand() -> None:
    async with Simulator(clock=RealClock()) as sim:
        with pytest.raises(TypeError, match="ManualClock"):
            sim.advance(1)


def test_an_empty_address_does_not_serve_everybody() -> None:
    with pytest.raises(ValueError, match="host is an address"):
        Simulator(host="")


async def test_ipv6_addresses_stand_in_brackets() -> None:
    async with device(host="::1") as client:
        assert client.sim.url.startswith("http://[::1]:")
        assert await client.status() == 200


async def test_devices_are_announced_as_http_services() -> None:
    found: asyncio.Queue[str] = asyncio.Queue()

    def note(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        del zeroconf, service_type
        if state_change is ServiceStateChange.Added:
            found.put_nowait(name)

    places: list[Ready] = []
    stop = asyncio.Event()
    work = serve(Fleet(2), ready=places.append, mdns=True, stop=stop)
    serving = asyncio.ensure_future(work)
    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as listener:
        browser = AsyncServiceBrowser(listener.zeroconf, SERVICE, handlers=[note])
        names = {await asyncio.wait_for(found.get(), 5) for _ in range(2)}
        assert names == {f"Homevolt.{SERVICE}", f"Homevolt-2.{SERVICE}"}
        info = AsyncServiceInfo(SERVICE, f"Homevolt.{SERVICE}")
        assert await info.async_request(listener.zeroconf, 3000)
        stop.set()
        await serving
        assert places[0].devices[0] == f"http://127.0.0.1:{info.port}"
        assert str(info.server).startswith("homevolt-")
        await browser.async_cancel()


def test_the_own_address_is_one() -> None:
    assert [ip_address(own_address(version)).version for version in (4, 6)] == [4, 6]
    assert (reachable("::"), reachable("0.0.0.0")) == (own_address(6), own_address(4))  # noqa: S104 - what is meant
    assert (reachable("localhost"), reachable("127.0.0.2")) == ("localhost", "127.0.0.2")


async def test_a_device_bound_everywhere_names_an_address_to_talk_to() -> None:
    async with Simulator(host="0.0.0.0") as sim:  # noqa: S104 - what is meant
        assert sim.host.startswith(f"{own_address(4)}:")


async def test_what_is_announced_is_bound_to_an_ip_address() -> None:
    with pytest.raises(ValueError, match="'localhost' is none"):
        await announced([Simulator(host="localhost")]).__aenter__()


def test_a_fleet_needs_as_many_ports_as_devices() -> None:
    with pytest.raises(ValueError, match="beyond 65535"):
        Fleet(10, port=65_530)
