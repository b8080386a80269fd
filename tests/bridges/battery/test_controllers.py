"""evcc and batcontrol drive the battery over a real broker, as the files in contrib say."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from homevolt.bridges.battery.modes import MEANINGS
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

CONTRIB = Path(__file__).parents[3] / "contrib"
EVCC = ["normal", "hold", "charge", "holdcharge", "discharge"]
"""The battery modes of evcc from 1 on (`api/batterymode.go`)."""


@asynccontextmanager
async def on_broker(tmp_path: Path) -> AsyncIterator[tuple[BridgedBattery, Observer]]:
    async with (
        Mosquitto(tmp_path / "broker") as broker,
        observing(broker) as observer,
        bridged_battery() as battery,
        running_output(broker.config(), battery.feeds),
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
        answer = await observer.wait(battery.topic("result/battery"), since=since)
        assert (answer.json["outcome"], answer.json["id"]) == ("verified", "3")
        state = await observer.wait(
            battery.topic("battery/state"), lambda m: m.json["mode"] == "charge"
        )
        assert state.json["until"] == "2026-01-15T12:10:00Z"
        since = await observer.send(battery.topic("battery/mode"), "faster")
        answer = await observer.wait(battery.topic("result/battery"), since=since)
        assert answer.json["outcome"] == "refused"
        since = await observer.send(battery.topic("battery/mode"), "hold", retain=True)
        answer = await observer.wait(battery.topic("result/battery"), since=since)
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
            await observer.wait(battery.topic("result/battery"), since=since)
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
            ([("charge_rate", "0")], 7, {}),
            (
                [("mode", "limit_battery_charge"), ("limit_battery_charge_rate", "700")],
                5,
                {"setpoint": 0, "max_charge": 700},
            ),
            ([("mode", "allow_discharge")], 5, {"setpoint": 0}),
        ]
        for messages, mode, options in modes:
            for name, value in messages:
                since = await observer.send(f"{base}/command/{name}", value)
                answer = await observer.wait(battery.topic(f"result/{name}"), since=since)
                assert answer.json["outcome"] == "verified"
            assert battery.entries[0].type == mode
            assert dict(battery.entries[0].options) == options


@pytest.mark.parametrize(
    ("name", "value"),
    [("mode", "fly"), ("mode", ["idle"]), ("charge_rate", "much"), ("colour", "red")],
)
async def test_what_batcontrol_does_not_send_is_refused(
    tmp_path: Path, name: str, value: object
) -> None:
    async with on_broker(tmp_path) as (battery, observer):
        topic = battery.topic("batcontrol/command")
        await observer.send(f"{topic}/mode", "force_charge")
        await observer.wait(battery.topic("result/mode"))
        since = await observer.send(f"{topic}/{name}", value)
        answer = await observer.wait(battery.topic(f"result/{name}"), since=since)
        assert answer.json["outcome"] == "refused"
        assert battery.sim.journal.writes == []
