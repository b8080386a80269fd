"""What Prometheus scrapes: every reading in base units, nothing old, and no proxy for others."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families

from homevolt.bridges.config import DeviceConfig, PrometheusConfig
from homevolt.bridges.prometheus.collector import ALL
from homevolt.bridges.prometheus.metrics import BASE_UNITS, EXPORTED, METRICS
from homevolt.bridges.prometheus.samples import DeviceSamples
from homevolt.bridges.service import Service
from homevolt.connection import Homevolt
from homevolt.readings.catalogue import CATALOGUE, Scope
from homevolt.readings.models import SensorType
from homevolt.simulator import ManualClock, Simulator
from tests.bridges.support import (
    SteppedClock,
    device_config,
    metrics_config,
    running,
    until,
    url_of,
)
from tests.support.fakes import PayloadServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from prometheus_client.samples import Sample

PROMTOOL = shutil.which("promtool")
NOWHERE = DeviceConfig("gone", "127.0.0.1:9")


async def fetch(service: Service, path: str, **headers: str) -> tuple[int, str, str]:
    """Return status, content type and text of an answer."""
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{url_of(service)}{path}", headers=headers) as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


async def scrape(service: Service, path: str = "/metrics") -> list[Sample]:
    """Return every sample."""
    status, _, text = await fetch(service, path)
    assert status == 200
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def value(samples: list[Sample], name: str, **labels: str) -> float | None:
    """Return the value of the one sample with a name and labels, None if there is none."""
    found = [
        sample.value
        for sample in samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.fixture
def stepped() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(clock=ManualClock(), units=2) as sim:
        yield sim


@pytest.fixture
async def service(sim: Simulator, stepped: SteppedClock) -> AsyncIterator[Service]:
    """Return a service that reads a device, `home`."""
    config = metrics_config(device_config("home", sim), NOWHERE)
    async with running(Service(config, clock=stepped)) as service:
        await until(lambda: service.feeds["home"].reads, stepped)
        await until(lambda: service.feeds["gone"].error, stepped)
        await until(lambda: stepped.waiting == len(service.feeds))  # neither is being read
        yield service


def test_every_row_of_the_catalogue_has_a_metric_with_its_base_unit() -> None:
    units = {unit.name for unit in BASE_UNITS.values()} | {"ratio"}
    for scope, rows in CATALOGUE.items():
        kind = {Scope.CLOCK: "unit", Scope.SCHEDULE: "unit", Scope.UNIT: "unit"}.get(
            scope, {"blade": "blade", "house": "house"}.get(scope.value, "meter")
        )
        for row in rows:
            key = f"l2_{row.key}" if scope is Scope.PHASE else row.key
            if (kind, key) == ("unit", "firmware_version"):
                continue
            metric = EXPORTED[kind, key].metric
            if row.quantity.unit is None:
                assert metric.name.endswith("_info")
            elif row.quantity.type is not SensorType.COUNT or row.quantity.unit != "1":
                assert metric.name.rpartition("_")[2] in units
            assert metric.sample_name.endswith("_total") == (
                row.quantity.type is SensorType.ENERGY_INCREASING
            )


def test_rows_that_share_a_metric_mean_the_same() -> None:
    by_name = {each.metric.name: each.metric for each in EXPORTED.values()}
    for each in EXPORTED.values():
        assert each.metric == by_name[each.metric.name]
        assert (each.phase is None) == ("phase" not in each.metric.labels)
    series = [(each.metric.name, each.phase, kind) for (kind, _), each in EXPORTED.items()]
    assert len(series) == len(set(series)), "no two readings are one series"
    assert METRICS["homevolt_unit_line_voltage_volts"].description == (
        "Phase to phase at the inverter"
    )


async def test_every_known_reading_is_exported_in_base_units(service: Service) -> None:
    snapshot = service.feeds["home"].snapshot
    assert snapshot is not None
    samples = await scrape(service)
    unit = {"device": "home", "unit": str(snapshot.unit.ecu_id)}
    blade = {**unit, "blade": "1"}
    grid = {"device": "home", "function": "grid"}
    assert snapshot.grid is not None
    expected = [
        ("homevolt_unit_power_watts", unit, snapshot.unit.power_w, 1),
        ("homevolt_unit_state_of_charge_ratio", unit, snapshot.unit.state_of_charge_ratio, 1),
        (
            "homevolt_unit_discharged_energy_joules_total",
            unit,
            snapshot.unit.discharged_energy_wh,
            3600,
        ),
        (
            "homevolt_unit_imported_energy_joules_total",
            unit,
            snapshot.unit.imported_energy_kwh,
            3.6e6,
        ),
        ("homevolt_unit_frequency_hertz", unit, snapshot.unit.frequency_hz, 1),
        (
            "homevolt_unit_phase_voltage_volts",
            {**unit, "phase": "l2"},
            snapshot.unit.l2_voltage_v,
            1,
        ),
        (
            "homevolt_unit_line_voltage_volts",
            {**unit, "phase": "l3_l1"},
            snapshot.unit.l3_l1_voltage_v,
            1,
        ),
        ("homevolt_unit_system_temperature_celsius", unit, snapshot.unit.system_temperature_c, 1),
        ("homevolt_blade_tmax_celsius", blade, snapshot.unit.blades[1].tmax_c, 1),
        ("homevolt_blade_charge_cycles", blade, snapshot.unit.blades[1].charge_cycles, 1),
        ("homevolt_meter_power_watts", grid, snapshot.grid.power_w, 1),
        (
            "homevolt_meter_phase_current_amperes",
            {**grid, "phase": "l3"},
            snapshot.grid.l3.current_a,
            1,
        ),
        ("homevolt_house_consumption_watts", {"device": "home"}, snapshot.house_consumption_w, 1),
        ("homevolt_clock_offset_seconds", {"device": "home"}, snapshot.clock_offset_s, 1),
        ("homevolt_unit_alarms", unit, 0.0, 1),
    ]
    for name, labels, reading, factor in expected:
        assert reading is not None
        assert value(samples, name, **labels) == pytest.approx(reading * factor), name
    assert snapshot.total is not None
    assert value(samples, "homevolt_cluster_power_watts", device="home") == snapshot.total.power_w
    known = {each.name for each in snapshot.sensors.values() if each.value not in (None, "")} - {
        name for name in snapshot.sensors if "Firmware" in name
    }
    readings = [each for each in samples if each.name.removesuffix("_total") in METRICS]
    counts = [each for each in readings if each.name.endswith(("_alarms", "_warnings"))]
    assert len(readings) - len(counts) == len(known)


async def test_texts_are_labels_of_metrics_that_are_one(service: Service) -> None:
    samples = await scrape(service)
    feed = service.feeds["home"]
    assert feed.snapshot is not None
    for unit in feed.snapshot.units:
        labels = {"device": "home", "unit": str(unit.ecu_id)}
        assert value(samples, "homevolt_unit_state_info", **labels, state=str(unit.state)) == 1
        info = [
            s for s in samples if s.name == "homevolt_info" and labels.items() <= s.labels.items()
        ]
        assert [s.labels["firmware_version"] for s in info] == [unit.firmware_version]
    assert value(samples, "homevolt_local_mode_info", device="home") == 1


async def test_alarms_are_counted_and_named() -> None:
    async with PayloadServer() as server, Homevolt(server.host) as connection:
        await connection.update_info()
        made = DeviceSamples("home").of(connection.get_device().snapshot)
    samples = [sample for _, sample in made]
    assert value(samples, "homevolt_unit_warnings", unit="aa00000000a1") == 2
    named = {s.labels["warning"] for s in samples if s.name == "homevolt_unit_warning_info"}
    assert named == {"FAN_SLOW", "HOT"}


async def test_a_device_that_is_away_has_its_errors_by_kind_and_no_readings(
    service: Service,
) -> None:
    samples = await scrape(service)
    assert value(samples, "homevolt_up", device="home") == 1
    assert value(samples, "homevolt_up", device="gone") == 0
    assert value(samples, "homevolt_reads_total", device="home") == service.feeds["home"].reads
    errors = service.feeds["gone"].errors["connection"]
    assert errors >= 1
    name = "homevolt_read_errors_total"
    assert value(samples, name, device="gone", kind="connection") == errors
    assert value(samples, name, device="home", kind="timeout") == 0
    names = {sample.name for sample in samples if sample.labels.get("device") == "gone"}
    assert names == {"homevolt_up", "homevolt_reads_total", name}


async def test_a_value_that_is_old_is_absent_and_never_repeated(
    service: Service, stepped: SteppedClock
) -> None:
    samples = await scrape(service)
    age_s = value(samples, "homevolt_age_seconds", device="home", document="ems")
    assert age_s is not None
    assert age_s < 10
    assert value(samples, "homevolt_age_seconds", device="home", document="schedule") is not None
    stepped.elapsed += 50.0  # nobody is woken: as if a read hung
    samples = await scrape(service)
    shown_s = value(samples, "homevolt_age_seconds", device="home", document="ems")
    assert shown_s is not None
    assert shown_s == pytest.approx(age_s + 50)
    assert value(samples, "homevolt_house_consumption_watts", device="home") is not None
    stepped.elapsed += 60.0 - shown_s
    samples = await scrape(service)
    assert {s.name for s in samples if s.labels.get("device") == "home"} == {
        "homevolt_up",
        "homevolt_reads_total",
        "homevolt_read_errors_total",
    }
    assert value(samples, "homevolt_up", device="home") == 0


async def test_a_schedule_that_cannot_be_read_costs_only_what_it_says(
    service: Service, sim: Simulator, stepped: SteppedClock
) -> None:
    sim.faults.add("status:path=/schedule.json,status=500")
    reads = service.feeds["home"].reads
    await until(lambda: service.feeds["home"].reads > reads + 1, stepped)
    samples = await scrape(service)
    assert value(samples, "homevolt_age_seconds", device="home", document="schedule") is None
    assert value(samples, "homevolt_local_mode_info", device="home") is None
    assert value(samples, "homevolt_house_consumption_watts", device="home") is not None


async def test_a_probe_answers_for_one_device_of_the_configuration(service: Service) -> None:
    samples = await scrape(service, "/probe?target=home")
    assert {s.labels.get("device", "home") for s in samples} == {"home"}
    assert value(samples, "homevolt_scrape_seconds") is not None
    whole = {s.name for s in await scrape(service)}
    assert {s.name for s in samples} == whole


@pytest.mark.parametrize(
    ("path", "status", "answer"),
    [
        ("/probe", 400, "No target was given. Known: home, gone."),
        ("/probe?target=", 400, "No target was given."),
        ("/probe?target=x", 404, "There is no device 'x'. Known: home, gone."),
        ("/probe?target=127.0.0.1:9", 404, "There is no device '127.0.0.1:9'."),
        ("/probe?target=http://169.254.169.254/", 404, "There is no device"),
    ],
)
async def test_only_what_is_configured_can_be_probed(
    service: Service, sim: Simulator, path: str, status: int, answer: str
) -> None:
    sim.journal.clear()
    actual, _, text = await fetch(service, path)
    assert (actual, text[: len(answer)]) == (status, answer)
    actual, *_ = await fetch(service, f"/probe?target={sim.host}")
    assert actual == 404
    assert len(sim.journal) == 0


async def test_a_scrape_does_not_ask_the_device(service: Service, sim: Simulator) -> None:
    sim.journal.clear()
    for _ in range(3):
        await scrape(service)
        await scrape(service, "/probe?target=home")
    assert len(sim.journal) == 0


async def test_who_asks_for_openmetrics_gets_it(service: Service) -> None:
    _, plain, _ = await fetch(service, "/metrics")
    assert plain.startswith("text/plain; version=")
    accept = "application/openmetrics-text; version=1.0.0"
    _, kind, text = await fetch(service, "/metrics", Accept=accept)
    assert kind.startswith("application/openmetrics-text")
    assert "homevolt_up" in {family.name for family in parse_openmetrics(text)}  # type: ignore[no-untyped-call] # as the package has it


async def test_what_is_exported_is_what_is_declared(service: Service) -> None:
    declared = {metric.sample_name: set(metric.labels) for metric in ALL.values()}
    for sample in await scrape(service):
        assert set(sample.labels) == declared[sample.name]
        assert math.isfinite(sample.value)


async def test_a_new_server_after_a_reload_leaves_no_listener_behind(
    sim: Simulator, stepped: SteppedClock
) -> None:
    config = metrics_config(device_config("home", sim))
    without = replace(config, prometheus=PrometheusConfig(probe=False))
    async with running(Service(config, lambda: without, clock=stepped)) as service:
        await until(lambda: service.feeds["home"].snapshot)
        before = service.outputs["http"]
        service.reload()
        await until(lambda: service.outputs.get("http") not in (None, before))
        await until(lambda: service.outputs["http"].is_up)
        assert len(service.feeds._listeners) == 1
        assert (await fetch(service, "/probe?target=home"))[0] == 404
        assert value(await scrape(service), "homevolt_up") == 1
    assert len(service.feeds._listeners) == 0


@pytest.mark.skipif(
    PROMTOOL is None and "CI" not in os.environ,
    reason="promtool is not here: Debian's package prometheus",
)
async def test_promtool_finds_nothing_wrong(service: Service) -> None:
    _, _, text = await fetch(service, "/metrics")
    assert PROMTOOL is not None, "CI installs it; the test skips on other machines alone"
    process = await asyncio.create_subprocess_exec(
        PROMTOOL,
        *("check", "metrics"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate(text.encode())
    assert (process.returncode, out.decode()) == (0, "")
