"""The clock of this machine is set by hours while a bridge works: what lasts, lasts as long."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.bridges.battery.facade import battery_document, drive
from homevolt.bridges.battery.modes import Request
from homevolt.bridges.mqtt.bridge import MqttOutput
from homevolt.simulator.world.clock import WINTER_NOON
from tests.support.bridged import (
    BridgedBattery,
    Observer,
    bridged_battery,
    observing,
    restarted,
    running_output,
)
from tests.support.served import served_battery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.mosquitto import Mosquitto

NOW = int(WINTER_NOON)
JUMPS_S = [-7 * 3600, -61, 61, 7 * 3600, 30 * 86_400]


@asynccontextmanager
async def on_broker(
    broker: Mosquitto, battery: BridgedBattery
) -> AsyncIterator[tuple[BridgedBattery, Observer]]:
    """Put a battery on a broker, with one clock for the bridge and its connection."""
    output = MqttOutput(broker.config(), clock=battery.clock)
    async with (
        observing(broker) as observer,
        running_output(broker.config(), battery.feeds, output=output),
    ):
        await observer.wait(battery.topic("availability"))
        yield battery, observer


async def ask(battery: BridgedBattery, observer: Observer, thing: str, payload: Any) -> Any:
    since = await observer.send(battery.topic(f"set/{thing}"), payload)
    return (await observer.wait(battery.topic(f"result/{thing}"), since=since)).json


def window(battery: BridgedBattery) -> tuple[int, int, int]:
    """Return mode, start and end of the first entry, in seconds from the beginning."""
    entry = battery.entries[0]
    return entry.type, entry.from_time - NOW, entry.to_time - NOW


def iso(battery: BridgedBattery, offset_s: float = 0.0) -> str:
    """Return the time of day of the bridge's machine, as a sender stamps a command."""
    moment = datetime.fromtimestamp(battery.clock.now() + offset_s, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("jump_s", JUMPS_S)
async def test_a_window_that_begins_after_a_jump_has_the_time_of_the_device(
    broker: Mosquitto, jump_s: int
) -> None:
    async with bridged_battery() as made, on_broker(broker, made) as (battery, observer):
        await battery.clock.sleep(30)
        battery.clock.start += jump_s
        answer = await ask(battery, observer, "mode", {"mode": "idle", "duration": 10})
        assert answer["outcome"] == "verified"
        assert window(battery) == (0, 30, 630)
        since = await observer.send(battery.topic("battery/mode"), {"mode": "hold", "ttl": 60})
        await observer.wait(battery.topic("battery/result"), since=since)
        assert window(battery) == (7, 30, 90)


@pytest.mark.parametrize("jump_s", JUMPS_S)
async def test_a_ttl_lasts_as_long_though_the_clock_jumps_while_it_runs(
    tmp_path: Path, jump_s: int
) -> None:
    async with bridged_battery(state_folder=tmp_path) as battery:
        await drive(battery.feed, Request("charge", ttl=900))
        battery.clock.start += jump_s
        await battery.clock.sleep(300)
        await drive(battery.feed, Request("charge", ttl=900))
        assert window(battery) == (1, 0, 1200)
        await battery.read()
        document = battery_document(battery.feed)
        assert (document["mode"], document["until"]) == ("charge", "2026-01-15T12:20:00Z")
        battery.clock.start -= 2 * jump_s
        async with restarted(battery) as again, served_battery(again) as served:
            assert (await served.get())["until"] == "2026-01-15T12:20:00Z"
            await battery.clock.sleep(899)
            await again.read()
            assert (await served.get())["mode"] == "charge"
            await battery.clock.sleep(1)
            await again.read()
            assert (await served.get())["mode"] == "normal"
            status, _ = await served.put("normal")
            assert status == 200
            assert again.commands == []


async def test_a_machine_that_was_suspended_asks_the_device_for_its_time() -> None:
    async with bridged_battery() as battery:
        battery.clock.start += 3600  # the clock of the day went on, and so did the device
        battery.sim.advance(3600)
        await drive(battery.feed, Request("charge", ttl=600))
        assert window(battery) == (1, 3600, 4200)


@pytest.mark.parametrize("jump_s", JUMPS_S)
async def test_a_command_is_older_than_the_connection_by_how_long_that_has_lasted(
    broker: Mosquitto, jump_s: int
) -> None:
    async with bridged_battery() as made, on_broker(broker, made) as (battery, observer):
        await battery.clock.sleep(120)
        battery.clock.start += jump_s
        older = {"value": "5", "at": iso(battery, -130)}
        assert (
            "older than the connection"
            in (await ask(battery, observer, "duration", older))["message"]
        )
        for offset_s in (-110, 0, 20):
            newer = {"value": "5", "at": iso(battery, offset_s)}
            answer = await ask(battery, observer, "duration", newer)
            assert (answer["outcome"], answer["at"]) == ("verified", iso(battery))


@pytest.mark.parametrize("jump_s", [-7 * 3600, -61])
async def test_readings_grow_old_though_the_clock_is_set_back(
    broker: Mosquitto, jump_s: int
) -> None:
    async with bridged_battery() as made, on_broker(broker, made) as (battery, observer):
        battery.clock.start += jump_s
        for passed_s in (25, 25):  # the device is away, and something else is published
            battery.clock.advance(passed_s)
            await ask(battery, observer, "duration", "5")
        assert battery.feed.age_s == pytest.approx(50)
        assert observer.latest[battery.topic("availability")].payload == b"online"
        battery.clock.advance(10)
        await ask(battery, observer, "duration", "6")
        await observer.wait(battery.topic("availability"), lambda m: m.payload == b"offline")
        since = len(observer.messages)
        await battery.read()
        await observer.wait(
            battery.topic("availability"), lambda m: m.payload == b"online", since=since
        )
        assert battery.feed.age_s == pytest.approx(0)


async def test_after_the_clock_was_set_forwards_readings_are_new_with_the_next_read(
    broker: Mosquitto,
) -> None:
    async with bridged_battery() as made, on_broker(broker, made) as (battery, observer):
        battery.clock.start += 7 * 3600  # as after a suspension, in which they would be old
        assert battery.feed.snapshot is None
        since = len(observer.messages)
        await battery.read()
        await observer.wait(battery.topic("state"), since=since)
        assert observer.latest[battery.topic("availability")].payload == b"online"
        assert battery.feed.age_s == pytest.approx(0)
        await ask(battery, observer, "duration", "5")
        assert battery.feed.age_s == pytest.approx(0)
