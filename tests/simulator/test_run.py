"""The simulator as a product: in the foreground, as a fleet, under control, announced."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from homevolt.simulator import Fault, Fleet, ManualClock, RealClock, Simulator, SimulatorOptions
from homevolt.simulator.announce import SERVICE, _service, announced
from homevolt.simulator.run import Ready, greeting, serve
from homevolt.simulator.web.addresses import own_address, reachable
from tests.simulator.client import Client, device

if TYPE_CHECKING:
    from collections.abc import Callable


async def greeted(
    fleet: Fleet | None = None, *, then: Callable[[], object] | None = None, **options: Any
) -> list[str]:
    """Run `serve` until it is ready, and return its greeting."""
    lines: list[str] = []
    stop = asyncio.Event()

    def ready(where: Ready) -> None:
        lines.extend(greeting(where))
        (then or stop.set)()

    fleet = fleet or Fleet(1)
    await asyncio.wait_for(serve(fleet, ready=ready, stop=stop, **options), 10)
    return lines


async def test_the_greeting_has_address_password_and_an_example() -> None:
    fleet = Fleet(1, SimulatorOptions("it's", https=True))
    lines = await greeted(fleet, control_port=0)
    assert lines[0].startswith("Simulated Homevolt at http://127.0.0.1:")
    assert lines[1].startswith("  also at https://127.0.0.1:")
    assert lines[2] == f"Self-signed certificate, SHA-256 {fleet[0].fingerprint}"
    assert "password it's" in lines[3]
    assert shlex.split(lines[4])[:4] == ["Try:", "curl", "-u", "admin:it's"]
    assert lines[5].startswith("Control endpoint at http://127.0.0.1:")


async def test_the_greeting_of_a_fleet_has_every_address_and_no_user_without_a_password() -> None:
    lines = await greeted(Fleet(3, SimulatorOptions("")))
    assert len({line for line in lines if line.startswith("Simulated Homevolt at ")}) == 3
    assert "No password is needed" in lines
    assert "Try: curl http://" in lines[4]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_serving_and_restores_the_previous_handler(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    assert await greeted(then=lambda: signal.raise_signal(number))
    assert signal.getsignal(number) is before


async def test_a_signal_wakes_a_loop_that_waits() -> None:
    """A signal on another thread is noticed like one right before the loop waits: by a wake-up."""
    main = threading.get_ident()

    def interrupt() -> None:
        while sys._current_frames()[main].f_code.co_name != "select":
            pass
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    assert await greeted(then=threading.Thread(target=interrupt, daemon=True).start)


def test_on_another_thread_only_the_event_ends_serving() -> None:
    before = signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor() as pool:
        lines = pool.submit(lambda: asyncio.run(greeted())).result(10)
    assert lines[0].startswith("Simulated Homevolt at ")
    assert signal.getsignal(signal.SIGINT) is before


async def test_invalid_options_are_refused() -> None:
    for count, options in (
        (0, SimulatorOptions()),
        (1, SimulatorOptions(firmware="x")),
        (1, SimulatorOptions(faults=("x",))),
    ):
        with pytest.raises(ValueError, match=r"x|fleet"):
            Fleet(count, options)
    with pytest.raises(ValueError, match="speed"):
        RealClock(0)


@pytest.mark.parametrize(
    ("https", "package", "module", "advice"),
    [
        (True, "cryptography", "web.certificate", "pip install cryptography"),
        (False, "zeroconf", "announce", r"pip install 'homevolt\[discovery\]'"),
    ],
)
async def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, https: bool, package: str, module: str, advice: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"homevolt.simulator.{module}", raising=False)
    with pytest.raises(ValueError, match=advice):
        await greeted(Fleet(1, SimulatorOptions(https=https)), mdns=not https)


async def test_faults_are_counted_by_each_device_of_a_fleet() -> None:
    faults: list[Fault | str] = [Fault("html", nth=1), "status:nth=2"]
    async with Fleet(2, SimulatorOptions(clock=ManualClock(), faults=iter(faults))) as fleet:
        assert [[one.kind for one in sim.faults] for sim in fleet] == [["html", "status"]] * 2
        async with aiohttp.ClientSession() as session:
            await Client(session, fleet[0]).status()
        assert [next(iter(sim.faults)).hits for sim in fleet] == [1, 0]


async def test_a_taken_port_is_an_error_and_leaves_nothing_open() -> None:
    async with Simulator(clock=ManualClock()) as sim:
        with pytest.raises(OSError, match="address already in use"):
            await greeted(Fleet(1, SimulatorOptions(port=sim.port)))
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
        Fleet(3, SimulatorOptions(seed=5, clock=ManualClock(), local_mode=True)) as fleet,
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
    async with Fleet(2, SimulatorOptions(clock=ManualClock())):
        tracemalloc.start()
        async with Fleet(20, SimulatorOptions(clock=ManualClock())):
            used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # 200 of them need far less than 300 MB: an interpreter with aiohttp needs some 40 MB.
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


async def test_a_stop_does_not_wait_for_a_handshake_and_leaves_no_socket() -> None:
    async with device(https=True) as client:
        assert client.sim.https_url is not None
        port = int(client.sim.https_url.rpartition(":")[2])
        _, aborted = await asyncio.open_connection("127.0.0.1", port)
        aborted.transport.abort()
        await asyncio.wait_for(client.sim.stop(), 1)


async def test_a_stopped_device_starts_again_on_its_port_with_its_state() -> None:
    async with device() as client:
        await client.console("sched_add 1")
        await client.sim.stop()
        await client.sim.stop()
        url = client.sim.url
        await client.sim.start()
        assert client.sim.url == url
        assert (await client.get("/schedule.json"))["schedule_id"] == "Manual Schedule"


async def test_a_starting_device_answers_503_until_it_has_started() -> None:
    async with device(boot_s=20) as client:
        await client.console("reset")
        assert await client.status() == 503
        client.sim.advance(20)
        assert await client.status() == 200


async def test_only_a_manual_clock_can_be_advanced() -> None:
    async with Simulator(clock=RealClock()) as sim:
        with pytest.raises(TypeError, match="ManualClock"):
            sim.advance(1)


def test_an_empty_address_is_refused_instead_of_binding_every_interface() -> None:
    with pytest.raises(ValueError, match="host is an address"):
        Simulator(host="")


async def test_ipv6_addresses_are_in_brackets() -> None:
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

    places: asyncio.Queue[Ready] = asyncio.Queue()
    stop = asyncio.Event()
    work = serve(Fleet(2), ready=places.put_nowait, mdns=True, stop=stop)
    serving = asyncio.ensure_future(work)
    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as listener:
        browser = AsyncServiceBrowser(listener.zeroconf, SERVICE, handlers=[note])
        announced_at: dict[str, str] = {}
        # Others may announce devices at the same time, so ours are known by where they serve.
        place = await asyncio.wait_for(places.get(), 30)
        while set(place.devices) - announced_at.keys():
            info = AsyncServiceInfo(SERVICE, await asyncio.wait_for(found.get(), 30))
            await info.async_request(listener.zeroconf, 3000)
            if (url := f"http://127.0.0.1:{info.port}") in place.devices:
                assert info.name.startswith("Homevolt")
                announced_at[url] = str(info.server)
        stop.set()
        await serving
        hosts = {announced_at[url] for url in place.devices}
        assert len(hosts) == 2
        assert all(host.startswith("homevolt-") for host in hosts)
        await browser.async_cancel()


async def test_the_devices_of_a_fleet_are_announced_under_numbered_names() -> None:
    async with Fleet(2) as fleet:
        names = [_service(device, n, "127.0.0.1").name for n, device in enumerate(fleet)]
    assert names == [f"Homevolt.{SERVICE}", f"Homevolt-2.{SERVICE}"]


def test_the_own_address_is_an_ip_address() -> None:
    assert [ip_address(own_address(version)).version for version in (4, 6)] == [4, 6]
    assert (reachable("::"), reachable("0.0.0.0")) == (own_address(6), own_address(4))  # noqa: S104 - what is meant
    assert (reachable("localhost"), reachable("127.0.0.2")) == ("localhost", "127.0.0.2")


async def test_a_device_bound_to_every_interface_names_an_address_to_connect_to() -> None:
    async with Simulator(host="0.0.0.0") as sim:  # noqa: S104 - what is meant
        assert sim.host.startswith(f"{own_address(4)}:")


async def test_only_a_device_bound_to_an_ip_address_can_be_announced() -> None:
    with pytest.raises(ValueError, match="'localhost' is not one"):
        await announced([Simulator(host="localhost")]).__aenter__()


def test_a_fleet_needs_as_many_ports_as_devices() -> None:
    with pytest.raises(ValueError, match="beyond 65535"):
        Fleet(10, SimulatorOptions(port=65_530))
