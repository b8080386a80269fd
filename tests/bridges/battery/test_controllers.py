"""evcc and batcontrol drive the battery over a real broker, as the files in contrib say."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from homevolt._common import SYSTEM_CLOCK
from homevolt.bridges.battery.modes import MEANINGS
from homevolt.bridges.mqtt.bridge import MqttOutput
from tests.bridges.support import SteppedClock, until
from tests.support.bridged import (
    BridgedBattery,
    Observer,
    bridged_battery,
    observing,
    running_output,
)
from tests.support.mosquitto import Mosquitto

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homevolt._common import Clock

CONTRIB = Path(__file__).parents[3] / "contrib"
EVCC = ["normal", "hold", "charge", "holdcharge", "discharge"]
"""The battery modes of evcc from 1 on (`api/batterymode.go`)."""


@asynccontextmanager
async def on_broker(
    tmp_path: Path, clock: Clock = SYSTEM_CLOCK
) -> AsyncIterator[tuple[BridgedBattery, Observer]]:
    async with (
        Mosquitto(tmp_path / "broker") as broker,
        observing(broker) as observer,
        bridged_battery() as battery,
        running_output(
            broker.config(), battery.feeds, output=MqttOutput(broker.config(), clock=clock)
        ),
    ):
        await observer.wait(battery.topic("availability"))
        yield battery, observer


def configuration(name: str, battery: BridgedBattery) -> Any:
    text = (CONTRIB / name / "homevolt.yaml").read_text()
    return import_module("yaml").safe_load(text.replace("ECU_ID", battery.ecu_id))


async def test_the_facade_answers_on_the_topic_of_results(tmp_path: Path) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        request = {"mode": "charge", "power": 2000, "ttl": 600, "id": 3}
        since = await observer.send(battery.topic("battery/mode"), request)
        answer = await observer.wait(battery.topic("battery/result"), since=since)
        assert (answer.json["outcome"], answer.json["id"]) == ("verified", "3")
        state = await observer.wait(
            battery.topic("battery/state"), lambda m: m.json["mode"] == "charge"
        )
        assert state.json["until"] == "2026-01-15T12:10:00Z"
        since = await observer.send(battery.topic("battery/mode"), "faster")
        answer = await observer.wait(battery.topic("battery/result"), since=since)
        assert answer.json["outcome"] == "refused"
        since = await observer.send(battery.topic("battery/mode"), "hold", retain=True)
        answer = await observer.wait(battery.topic("battery/result"), since=since)
        assert "retained" in answer.json["message"]


async def test_evcc_reads_its_meters_and_drives_the_battery(tmp_path: Path) -> None:
    assert list(MEANINGS) == EVCC
    async with on_broker(tmp_path) as (battery, observer):
        meters = {meter["name"]: meter for meter in configuration("evcc", battery)["meters"]}
        snapshot = battery.feed.snapshot
        assert snapshot is not None
        assert snapshot.grid is not None
        assert snapshot.solar is not None
        read = {
            (name, key): observer.latest[plugin["topic"]].json[plugin["jq"].removeprefix(".")]
            for name, meter in meters.items()
            for key, plugin in meter.items()
            if key in {"power", "soc"}
        }
        assert read == {
            ("homevolt_battery", "power"): snapshot.unit.power_w,
            ("homevolt_battery", "soc"): 60,
            ("homevolt_grid", "power"): snapshot.grid.power_w,
            ("homevolt_solar", "power"): snapshot.solar.power_w,
        }
        control = meters["homevolt_battery"]["batterymode"]
        assert EVCC[control["reset"] - 1] == "normal"
        for number, word in enumerate(EVCC, 1):
            since = await observer.send(control["set"]["topic"], str(number))
            await observer.wait(battery.topic("battery/result"), since=since)
            assert observer.latest[battery.topic("battery/state")].json["mode"] == word
            assert battery.entries[0].type == MEANINGS[word].mode
        await battery.clock.sleep(901)  # evcc is gone
        await battery.read()
        await observer.wait(
            battery.topic("battery/state"), lambda m: m.json["mode"] == "normal", since=since
        )


async def test_batcontrol_knows_the_battery_and_drives_it(tmp_path: Path) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        base = configuration("batcontrol", battery)["inverter"]["base_topic"]
        status = {
            name: float(observer.latest[f"{base}/status/{name}"].payload)
            for name in ("soc", "capacity", "max_charge_rate")
        }
        snapshot = battery.feed.snapshot
        assert snapshot is not None
        capacity_wh = snapshot.unit.available_capacity_wh
        assert status == {"soc": 60, "capacity": capacity_wh, "max_charge_rate": 6000}
        modes: list[tuple[list[tuple[str, str]], int, dict[str, int]]] = [
            ([("mode", "force_charge"), ("charge_rate", "2500.4")], 1, {"setpoint": 2500}),
            ([("charge_rate", "1000")], 1, {"setpoint": 1000}),
            ([("mode", "avoid_discharge")], 7, {}),
            (
                [("mode", "limit_battery_charge"), ("limit_battery_charge_rate", "700")],
                5,
                {"setpoint": 0, "max_charge": 700},
            ),
            ([("mode", "allow_discharge")], 5, {"setpoint": 0}),
        ]
        for messages, mode, options in modes:
            since = len(observer.messages)
            for name, value in messages:
                await observer.send(f"{base}/command/{name}", value)
            for name, _ in messages:
                answer = await observer.wait(f"{base}/result/{name}", since=since)
                assert (answer.json["outcome"], answer.json["message"]) == ("verified", "")
            assert battery.entries[0].type == mode
            assert dict(battery.entries[0].options) == options


async def test_a_mode_of_batcontrol_is_answered_once_its_power_was_read_back(
    tmp_path: Path,
) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        command = battery.topic("batcontrol/command")
        since = await observer.send(f"{command}/mode", "force_charge")
        await observer.send(f"{command}/charge_rate", "much")  # which does not end the wait
        await observer.wait(battery.topic("batcontrol/result/charge_rate"), since=since)
        assert battery.entries == []
        results = battery.topic("batcontrol/result/")
        answered = [m.topic.removeprefix(results) for m in observer.messages[since:]]
        assert "mode" not in answered
        await observer.send(f"{command}/charge_rate", "2000")
        answer = await observer.wait(f"{results}mode", since=since)
        assert (answer.json["outcome"], answer.json["value"]) == ("verified", "force_charge")
        assert battery.entries[0].options["setpoint"] == 2000


async def test_a_mode_of_batcontrol_whose_power_does_not_come_is_refused_and_forgotten(
    tmp_path: Path,
) -> None:
    clock = SteppedClock()
    async with on_broker(tmp_path, clock) as (battery, observer):
        command, result = (battery.topic(f"batcontrol/{name}") for name in ("command", "result"))
        since = await observer.send(f"{command}/mode", "force_charge")
        await until(lambda: clock.waiting == 1)
        await clock.pass_time(10)
        answer = await observer.wait(f"{result}/mode", since=since)
        assert answer.json["outcome"] == "refused"
        assert answer.json["message"] == (
            "no power came for this mode within 10 s; nothing was sent"
        )
        await observer.send(f"{command}/charge_rate", "2000")
        answer = await observer.wait(f"{result}/charge_rate", since=since)
        assert answer.json["outcome"] == "refused"
        assert answer.json["message"] == (
            "charge_rate goes with the mode force_charge, and the mode is not set; nothing was sent"
        )
        assert battery.sim.journal.writes == []


async def test_a_mode_of_batcontrol_that_another_one_follows_is_refused(tmp_path: Path) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        command, result = (battery.topic(f"batcontrol/{name}") for name in ("command", "result"))
        since = await observer.send(f"{command}/mode", "force_charge")
        await observer.send(f"{command}/mode", "limit_battery_charge")
        first = await observer.wait(f"{result}/mode", since=since)
        assert (first.json["value"], first.json["outcome"]) == ("force_charge", "refused")
        await observer.send(f"{command}/charge_rate", "2000")
        wrong = await observer.wait(f"{result}/charge_rate", since=since)
        assert wrong.json["outcome"] == "refused"
        await observer.send(f"{command}/limit_battery_charge_rate", "500")
        await observer.wait(
            f"{result}/mode", lambda m: m.json["outcome"] == "verified", since=since
        )
        assert battery.entries[0].options["max_charge"] == 500


async def test_a_mode_of_batcontrol_that_waits_is_answered_when_the_bridge_ends(
    tmp_path: Path,
) -> None:
    async with (
        Mosquitto(tmp_path / "broker") as broker,
        observing(broker) as observer,
        bridged_battery() as battery,
    ):
        async with running_output(broker.config(), battery.feeds):
            await observer.wait(battery.topic("availability"))
            mode = battery.topic("batcontrol/command/mode")
            since = await observer.send(mode, "force_charge")
            await observer.send(battery.topic("set/duration"), "5")
            await observer.wait(battery.topic("result/duration"), since=since)
        answer = await observer.wait(battery.topic("batcontrol/result/mode"), since=since)
        assert answer.json["outcome"] == "refused"
        assert "lost the broker or ends" in answer.json["message"]


async def test_nobody_reads_the_answers_or_the_ids_of_another_one(tmp_path: Path) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        parties = {
            "set/mode": ("result/mode", "idle", 0),
            "batcontrol/command/mode": ("batcontrol/result/mode", "avoid_discharge", 7),
            "battery/mode": ("battery/result", "normal", 5),
            "set/battery": ("result/battery", "charge", 5),
        }
        for topic, (result, value, mode) in parties.items():
            since = await observer.send(battery.topic(topic), {"value": value, "id": "one"})
            answer = await observer.wait(battery.topic(result), since=since)
            assert (answer.json["value"], answer.json["id"]) == (value, "one")
            outcome = "refused" if topic == "set/battery" else "verified"
            assert answer.json["outcome"] == outcome
            assert battery.entries[0].type == mode
        results = [m.topic for m in observer.messages if "result" in m.topic.split("/")]
        assert results == [battery.topic(result) for result, _, _ in parties.values()]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "fly"),
        ("mode", ["idle"]),
        ("charge_rate", "much"),
        ("limit_battery_charge_rate", "100"),
        ("colour", "red"),
    ],
)
async def test_what_batcontrol_does_not_send_is_refused(
    tmp_path: Path, name: str, value: object
) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        topic = battery.topic("batcontrol/command")
        await observer.send(f"{topic}/mode", "force_charge")
        since = await observer.send(f"{topic}/{name}", value)
        answer = await observer.wait(battery.topic(f"batcontrol/result/{name}"), since=since)
        assert answer.json["outcome"] == "refused"
        assert battery.sim.journal.writes == []
