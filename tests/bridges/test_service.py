"""Devices and outputs in one process: none costs another anything, and what starts also ends."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from homevolt.bridges import outputs, supervisor
from homevolt.bridges import service as service_module
from homevolt.bridges.config import DeviceConfig, HttpConfig, MqttConfig, RunConfig
from homevolt.bridges.notify import Notifier
from homevolt.bridges.output import OutputError, OutputStatus
from homevolt.bridges.outputs import OutputKind
from homevolt.bridges.service import Service
from homevolt.simulator import ManualClock, Simulator
from tests.bridges.support import (
    SteppedClock,
    device_config,
    metrics_config,
    running,
    until,
    url_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from homevolt.bridges.feeds import Feeds

NOWHERE = DeviceConfig("gone", "127.0.0.1:9")


class ScriptedOutput:
    """An output that does what the test says.

    Attributes:
        runs: How often it was started.
        failure: What it raises.
        ended: How many runs ended because they were told to.
    """

    name = "scripted"

    def __init__(self) -> None:
        self.runs = 0
        self.ended = 0
        self.failure: Exception | None = None
        self.break_now = asyncio.Event()
        self.farewell_s = 0.0

    async def run(self, feeds: Feeds, status: OutputStatus) -> None:
        self.runs += 1
        self.feeds = feeds
        if self.failure is not None:
            raise self.failure
        status.up()
        waits = [asyncio.ensure_future(e.wait()) for e in (status.stopping, self.break_now)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if self.break_now.is_set():
            self.break_now.clear()
            raise OutputError("The broker closed the connection.")
        await asyncio.sleep(self.farewell_s)
        self.ended += 1


class Systemd:
    """What systemd hears."""

    def __init__(self, path: str) -> None:
        self._lines: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        """Return every line so far."""
        while True:
            try:
                self._lines += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self._lines

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def stepped() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(clock=ManualClock()) as sim:
        yield sim


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedOutput:
    """Let `[mqtt]` be an output that does what the test says."""
    output = ScriptedOutput()
    kind = OutputKind("scripted", None, "", lambda config: config.mqtt)
    others = [row for row in outputs.OUTPUTS if row.name != "mqtt"]
    monkeypatch.setattr(outputs, "OUTPUTS", (*others, kind))
    make = outputs.make_output

    def make_output(kind: OutputKind, *details: Any) -> Any:
        return output if kind.name == "scripted" else make(kind, *details)

    monkeypatch.setattr(service_module, "make_output", make_output)
    return output


@pytest.fixture
def systemd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systemd]:
    path = str(tmp_path_factory.mktemp("run") / "notify")
    listening = Systemd(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTIFY_SOCKET", path)
        patch.setenv("WATCHDOG_USEC", "20000000")
        yield listening
    listening.close()


async def health(service: Service) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{url_of(service)}/health") as answer,
    ):
        return answer.status, await answer.json()


def with_mqtt(config: RunConfig) -> RunConfig:
    return replace(config, mqtt=MqttConfig())


async def test_a_device_that_is_away_costs_the_others_nothing(
    sim: Simulator, stepped: SteppedClock
) -> None:
    config = metrics_config(NOWHERE, device_config("home", sim))
    async with running(Service(config, clock=stepped)) as service:
        await until(lambda: service.feeds["home"].snapshot is not None, stepped)
        await until(lambda: service.feeds["gone"].error is not None, stepped)
        status, document = await health(service)
    assert status == 200
    assert document["status"] == "ok"
    assert document["devices"]["home"]["state"] == "read"
    assert document["devices"]["gone"] == {
        "state": "away",
        "age_s": None,
        "error": "HomevoltConnectionError",
    }
    assert "127.0.0.1" not in str(document)


async def test_an_output_that_fails_costs_the_others_nothing_and_is_started_again(
    sim: Simulator,
    scripted: ScriptedOutput,
    stepped: SteppedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "homevolt.bridges.supervisor")
    scripted.failure = OutputError("127.0.0.1:1883 refuses the connection.")
    config = with_mqtt(metrics_config(device_config("home", sim)))
    async with running(Service(config, clock=stepped)) as service:
        for runs in (2, 3, 4):
            await until(lambda runs=runs: scripted.runs >= runs, stepped)  # type: ignore[misc] # of the loop
        assert (await health(service))[1]["outputs"] == {
            "http": {"state": "up"},
            "scripted": {"state": "away"},
        }
        scripted.failure = None
        await until(lambda: service.outputs["scripted"].is_up, stepped)
        scripted.break_now.set()
        await until(lambda: not service.outputs["scripted"].is_up)
        await until(lambda: service.outputs["scripted"].is_up, stepped)
    lines = [line for line in caplog.messages if line.startswith("scripted")]
    assert lines[0] == "scripted is away: 127.0.0.1:1883 refuses the connection."
    assert lines[1].startswith("scripted is back after ")
    assert lines[2] == "scripted is away: The broker closed the connection."
    assert lines[3].startswith("scripted is back after ")
    assert len(lines) == 4
    assert scripted.ended == 1


async def test_pauses_double_until_a_minute_and_differ_by_chance(
    scripted: ScriptedOutput, stepped: SteppedClock
) -> None:
    scripted.failure = ZeroDivisionError("a mistake of ours")
    async with running(Service(with_mqtt(RunConfig()), clock=stepped)):
        starts: list[float] = []
        for _ in range(4000):
            await stepped.pass_time(0.1)
            while len(starts) < scripted.runs:
                starts.append(stepped.elapsed)
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    for pause, longest in zip(pauses, (1, 2, 4, 8, 16, 32, 60, 60), strict=False):
        assert 0.8 * longest - 0.2 <= pause <= longest + 0.2
    assert len(pauses) >= 8


async def test_a_port_that_is_taken_is_said_with_the_remedy(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with running(Service(metrics_config(http=HttpConfig(port=port)))):
            pass
    (line,) = [line for line in caplog.messages if line.startswith("http is away")]
    assert line.startswith(f"http is away: 127.0.0.1:{port} cannot be served on: ")
    assert line.endswith("Choose another host or port in [http].")


async def test_a_reload_leaves_what_did_not_change_running(
    sim: Simulator, scripted: ScriptedOutput, stepped: SteppedClock
) -> None:
    first = with_mqtt(metrics_config(device_config("a", sim), device_config("b", sim)))
    a, b = first.devices
    second = replace(first, devices=(replace(b, interval_s=20.0), a, device_config("c", sim)))
    async with running(Service(first, lambda: second, clock=stepped)) as service:
        before, outputs_before = dict(service.feeds), dict(service.outputs)
        await until(lambda: all(feed.snapshot for feed in service.feeds.values()), stepped)
        requests_of_a = service.feeds["a"].reads
        service.reload()
        await until(lambda: "c" in service.feeds)
        assert [*service.feeds] == ["b", "a", "c"]
        assert service.feeds["a"] is before["a"]
        assert service.feeds["a"].reads == requests_of_a
        assert service.feeds["b"] is not before["b"]
        assert service.outputs == outputs_before
        assert scripted.runs == 1
        await until(lambda: all(feed.snapshot for feed in service.feeds.values()), stepped)


async def test_a_reload_starts_and_stops_outputs_and_devices(
    sim: Simulator, scripted: ScriptedOutput
) -> None:
    config = with_mqtt(metrics_config(device_config("a", sim)))
    async with running(Service(config, lambda: replace(config, devices=(), mqtt=None))) as service:
        await until(lambda: service.feeds["a"].snapshot)
        service.reload()
        await until(lambda: not service.feeds and [*service.outputs] == ["http"])
        assert scripted.ended == 1
        assert (await health(service))[1]["devices"] == {}


async def test_a_reload_that_cannot_be_used_changes_nothing(
    sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(Service(metrics_config(device_config("a", sim)), lambda: None)) as service:
        before = dict(service.feeds)
        service.reload()
        await until(lambda: "everything goes on as before" in caplog.text)
        assert dict(service.feeds) == before


async def test_a_reload_asks_a_device_again_that_refused_the_password(sim: Simulator) -> None:
    config = metrics_config(replace(device_config("a", sim), password="wrong"))
    async with running(Service(config, lambda: config)) as service:
        await until(lambda: service.feeds["a"].is_refused)
        assert (await health(service))[1]["devices"]["a"]["state"] == "refused"
        before = service.feeds["a"]
        service.reload()
        await until(lambda: service.feeds["a"] is not before)


async def test_the_end_waits_for_commands_under_way_and_tells_outputs_first(
    sim: Simulator, scripted: ScriptedOutput
) -> None:
    scripted.farewell_s = 0.05
    done: list[str] = []
    async with running(Service(with_mqtt(metrics_config(device_config("a", sim))))) as service:
        feed = service.feeds["a"]
        await until(lambda: feed.device is not None)

        async def control() -> None:
            async with feed.command() as device:
                service.stop()
                await until(lambda: scripted.ended)
                await device.enable_local_mode()
                done.append("verified")

        command = asyncio.create_task(control())
        await until(command.done)
        await command
    assert done == ["verified"]
    assert len(sim.journal.writes) == 1


async def test_nothing_is_left_running_at_the_end(sim: Simulator, scripted: ScriptedOutput) -> None:
    async with running(Service(with_mqtt(metrics_config(NOWHERE, device_config("a", sim))))):
        pass
    left = {task.get_name() for task in asyncio.all_tasks()}
    assert not {name for name in left if name.startswith(("feed", "output", "watchdog"))}
    assert scripted.ended == 1


async def test_systemd_hears_when_it_is_ready_reloads_and_stops(
    sim: Simulator, systemd: Systemd
) -> None:
    config = metrics_config(device_config("a", sim))
    async with running(Service(config, lambda: config)) as service:
        await until(lambda: "READY=1" in systemd.heard())
        service.reload()
        await until(lambda: systemd.heard().count("READY=1") == 2)
    heard = systemd.heard()
    said = [line for line in heard if line.split("=")[0] in {"READY", "RELOADING", "STOPPING"}]
    assert said == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert any(line.startswith("MONOTONIC_USEC=") for line in heard)


async def test_the_watchdog_hears_of_us_only_while_the_feeds_are_alive(
    sim: Simulator, systemd: Systemd, stepped: SteppedClock
) -> None:
    async with running(Service(metrics_config(device_config("a", sim)), clock=stepped)) as service:
        await until(lambda: systemd.heard().count("WATCHDOG=1") == 1)
        feed = service.feeds["a"]
        for reads in (1, 2, 3):
            await until(lambda: feed.reads == reads)  # noqa: B023 - it is awaited here
            await stepped.pass_time(10)
        assert systemd.heard().count("WATCHDOG=1") == 4, "at half the interval of 20 s"
        await until(lambda: feed.reads == 4)
        feed._tried_s = -10_000.0
        sim.faults.add("stall:path=/ems.json")
        await stepped.pass_time(10)
        assert systemd.heard().count("WATCHDOG=1") == 4
        assert (await health(service))[0] == 503


def test_a_child_does_not_speak_for_the_service(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    Notifier().ready()
    assert systemd.heard() == ["READY=1"]
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC"} & os.environ.keys()
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert Notifier().watchdog_s is None


async def test_reads_of_many_devices_are_spread_over_the_interval(
    sim: Simulator, stepped: SteppedClock
) -> None:
    devices = [device_config(f"d{number}", sim) for number in range(10)]
    async with running(Service(metrics_config(*devices), clock=stepped)) as service:
        for second in range(10):
            await until(lambda: service.feeds[f"d{second}"].reads)  # noqa: B023 - it is awaited here
            assert sum(feed.reads for feed in service.feeds.values()) == second + 1
            await stepped.pass_time(1.0)


async def test_a_mistake_of_ours_in_a_feed_is_logged_and_the_feed_goes_on(
    sim: Simulator,
    stepped: SteppedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(Service(metrics_config(device_config("a", sim)), clock=stepped)) as service:
        feed = service.feeds["a"]
        await until(lambda: feed.reads)
        with monkeypatch.context() as patch:
            patch.setattr(feed, "_take", lambda _: 1 / 0)
            await until(lambda: "Reading a failed; please report this." in caplog.text, stepped)
        reads = feed.reads
        await until(lambda: feed.reads > reads, stepped)
        assert feed.snapshot is not None


async def test_an_output_that_ends_by_itself_is_started_again(
    scripted: ScriptedOutput, stepped: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def end(*_: object) -> None:
        scripted.runs += 1

    monkeypatch.setattr(scripted, "run", end)
    async with running(Service(with_mqtt(RunConfig()), clock=stepped)) as service:
        await until(lambda: scripted.runs >= 3, stepped)
        assert service.outputs["scripted"].problem == "It ended by itself."


async def test_what_does_not_end_in_time_is_cut_off(
    sim: Simulator,
    scripted: ScriptedOutput,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for module in (supervisor, service_module):
        monkeypatch.setattr(module, "STOP_S", 0.05)
    scripted.farewell_s = 3600.0
    async with running(Service(with_mqtt(metrics_config(device_config("a", sim))))) as service:
        feed = service.feeds["a"]
        await until(lambda: feed.device is not None)
        held = feed.command()
        await held.__aenter__()
    assert "scripted did not end within 0 s." in caplog.text
    assert scripted.ended == 0
    await held.__aexit__(None, None, None)
