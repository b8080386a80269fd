"""`--wait`: the power has followed, or the readings say why it has not."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from homevolt import BatteryMode, ScheduleEntry
from homevolt._common import SystemClock
from homevolt.cli.output import HOST_VARIABLE
from homevolt.cli.writing import following
from homevolt.cli.writing.shortfall import KINDS, can_follow, reason_of
from homevolt.readings.views import BladeView, MeterView, UnitView
from homevolt.simulator import Simulator
from homevolt.simulator.world.clock import ManualClock
from tests.cli.samples import house
from tests.support.processes import PROGRAM, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.conftest import Shell

ABLE: dict[str, Any] = {"available_charging_power_w": 6000.0, "available_discharge_power_w": 6000.0}


class Passing(SystemClock):
    """A clock for which waiting takes no time, and simulated time passes instead."""

    def __init__(self, battery: Simulator) -> None:
        self.battery = battery
        self.passed_s = 0.0

    def monotonic(self) -> float:
        """Return for how long was waited."""
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        """Let simulated time pass."""
        assert seconds > 0
        self.passed_s += seconds
        self.battery.advance(seconds)


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Simulator]:
    """Serve a battery whose time passes while the shell waits for it."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    async with Simulator(None, cloud=False, local_mode=True, clock=ManualClock()) as simulator:
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        monkeypatch.setattr(following, "SYSTEM_CLOCK", Passing(simulator))
        yield simulator


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("charge 3000", "the battery is charging at 3.0 kW"),
        ("charge", "the battery is charging at "),
        ("discharge 1500", "the battery is discharging at 1.5 kW"),
        ("idle", "the battery is idle"),
        ("self-consumption", "the grid connection point imports "),
        ("solar", "the battery is idle"),
        ("export", "the battery is idle"),
        ("mode grid_charge --setpoint 5000", "the battery is charging at "),
        ("mode solar_charge_discharge", "the grid connection point "),
    ],
)
@pytest.mark.usefixtures("battery")
async def test_it_stays_until_the_power_has_followed_and_says_so(
    shell: Shell, line: str, state: str
) -> None:
    outcome = await shell(*line.split(), "--for", "2h", "--wait")
    assert outcome.code == 0, outcome.err
    doing, followed = outcome.out.splitlines()
    assert " until " in doing
    assert followed.startswith("Followed after ")
    assert state in followed
    assert outcome.err.endswith("Waiting until the power has followed, 2 min at most.\n")


def set_charge(battery: Simulator, ratio: float) -> None:
    for unit in battery.installation.units:
        for blade in unit.blades:
            blade.state_of_charge = ratio


def heat(battery: Simulator, temperature_c: float) -> None:
    for unit in battery.installation.units:
        for blade in unit.blades:
            blade.temperature_c = temperature_c


@pytest.mark.parametrize(
    ("line", "ratio", "why"),
    [
        ("charge 3000 --until-soc 60", 0.6, "full: it is at 60 %, and it charges up to 60 %."),
        ("charge", 1.0, "full: it is at 100 %."),
        ("discharge 900 --until-soc 20", 0.2, "empty: it is at 20 %, and it discharges down to "),
        ("discharge 900", 0.0, "empty: it is at 0 %."),
        ("discharge 9000", 0.6, "limited: the battery can discharge at 6.0 kW at most."),
        ("mode 3 --setpoint 100", 0.5, "house: without the battery the house imports "),
    ],
)
async def test_it_says_why_not_as_soon_as_two_reads_show_it(
    shell: Shell, battery: Simulator, line: str, ratio: float, why: str
) -> None:
    reason, _, text = why.partition(": ")
    set_charge(battery, ratio)
    outcome = await shell(*line.split(), "--for", "2h", "--wait")
    assert outcome.code == 14
    sentence = outcome.err.splitlines()[-1]
    assert sentence.startswith("homevolt: After 2 s the power has not followed: ")
    assert text in sentence
    document = (await shell(*line.split(), "--for", "2h", "--wait", "--json")).document
    assert document["wait"]["reason"] == reason
    assert battery.installation.plan.entries  # what was written stays


async def test_hot_cells_that_limit_the_power_are_named(shell: Shell, battery: Simulator) -> None:
    heat(battery, 52.0)
    outcome = await shell("charge", "5000", "--for", "2h", "--wait", "--json")
    assert outcome.code == 14
    wait = outcome.document["wait"]
    assert wait["reason"] == "hot"
    assert "the battery can charge at " in wait["text"]
    assert "warmest cell has 5" in wait["text"]


@pytest.mark.usefixtures("battery")
async def test_the_limit_ends_a_wait_for_a_reason_that_no_reading_shows(shell: Shell) -> None:
    line = "mode inverter_charge --setpoint 5000 --charge-ramp-up 1 --for 2h --wait"
    outcome = await shell(*line.split(), "--wait-limit", "9s", "--json")
    assert outcome.code == 14
    wait = outcome.document["wait"]
    assert list(wait) == [
        *("followed", "waited_s", "reason", "text", "battery_power_w", "grid_power_w")
    ]
    assert (wait["followed"], wait["waited_s"]) == (False, 9.0)
    assert wait["reason"] in ("unknown", "reference")
    assert "no reading says why" in wait["text"]
    assert outcome.err.count("\n") == 1


async def test_a_device_that_fails_meanwhile_is_read_again(
    shell: Shell, battery: Simulator
) -> None:
    failing = {"kind": "status", "path": "/ems.json", "status": 503, "nth": 2, "count": 3}
    battery.faults.add_settings(failing)
    outcome = await shell("idle", "--for", "2h", "--wait")
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[-1].startswith("Followed after 2 s: ")


async def test_ctrl_c_ends_the_wait_and_what_was_written_stays(battery: Simulator) -> None:
    line = "mode inverter_charge --setpoint 5000 --charge-ramp-up 1 --for 2h --wait"
    async with started(PROGRAM, *line.split()) as process:
        assert process.stderr is not None
        while not (await process.stderr.readline()).startswith(b"Waiting until"):
            assert process.returncode is None
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130
    assert [entry.type for entry in battery.installation.plan.entries] == [1]


async def test_for_programs_a_wait_is_a_part_of_the_one_document(
    shell: Shell, battery: Simulator
) -> None:
    outcome = await shell("charge", "2000", "--for", "2h", "--wait", "--json")
    assert outcome.code == 0
    wait = outcome.document["wait"]
    assert (wait["followed"], wait["reason"]) == (True, None)
    assert wait["battery_power_w"] == pytest.approx(-2000, abs=100)
    assert (await shell("idle", "--for", "2h", "--json")).document["wait"] is None
    assert battery.journal.writes


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("mode frequency_reserve --wait", "there is no power to wait for"),
        ("idle --wait --dry-run", "--wait and --dry-run exclude each other"),
        ("idle --wait-limit 2min", "--wait-limit goes with --wait"),
        ("idle --wait --wait-limit soon", "'soon' is not a duration"),
    ],
)
async def test_what_cannot_be_waited_for_sends_nothing(
    shell: Shell, battery: Simulator, line: str, problem: str
) -> None:
    outcome = await shell(*line.split(), "--for", "1h")
    assert outcome.code == 2
    assert problem in outcome.line
    assert not battery.journal


def seen(
    mode: BatteryMode, power_w: float | None, grid_w: float | None, given: dict[str, Any]
) -> tuple[str | None, str]:
    """Return the reason for an entry in a house with one unit and these readings."""
    options = {name: given[name] for name in ("setpoint", "max_soc", "max_charge") if name in given}
    entry = ScheduleEntry(mode=mode, **options)
    values = {name: given[name] for name in given if name not in options and name != "active"}
    blades = values.pop("blades", ())
    unit = UnitView(**{**ABLE, "power_w": power_w, "state_of_charge_ratio": 0.5, **values})
    snapshot = msgspec.structs.replace(
        house(),
        units=(msgspec.structs.replace(unit, blades=blades),),
        meters=() if grid_w is None else (MeterView(function="grid", power_w=grid_w),),
        active_entry=given.get("active", entry),
    )
    reason = reason_of(entry, snapshot)
    return (None, "") if reason is None else (reason.kind, reason.text)


OTHER = ScheduleEntry(mode=BatteryMode.IDLE)
COLD = (BladeView(tmin_c=2.0, tmax_c=4.0),)


@pytest.mark.parametrize(
    ("mode", "power_w", "grid_w", "given", "kind"),
    [
        (1, -2950.0, 0.0, {"setpoint": 3000}, None),
        (1, -2500.0, 0.0, {"setpoint": 3000}, "unknown"),
        (1, -1000.0, 0.0, {"setpoint": 3000, "max_charge": 1000}, None),
        (1, 0.0, 0.0, {"setpoint": 80}, "unknown"),
        (1, -900.0, 0.0, {}, None),
        (1, 0.0, 0.0, {}, "unknown"),
        (1, None, 0.0, {"setpoint": 3000}, "unreadable"),
        (1, None, 0.0, {}, "unreadable"),
        (1, -400.0, 0.0, {"setpoint": 3000, "alarms": ("FAN",)}, "alarm"),
        (1, -400.0, 0.0, {"setpoint": 3000, "warnings": ("FAN",)}, "warning"),
        (1, -400.0, 0.0, {"setpoint": 3000, "power_reference_w": -400.0}, "reference"),
        (1, -400.0, 0.0, {"setpoint": 3000, "active": OTHER}, "replaced"),
        (1, -400.0, 0.0, {"setpoint": 3000, "active": None}, "replaced"),
        (1, 0.0, 0.0, {"setpoint": 900, "available_charging_power_w": 0.0}, "limited"),
        (
            1,
            0.0,
            0.0,
            {"setpoint": 900, "available_charging_power_w": 0.0, "blades": COLD},
            "cold",
        ),
        (2, 0.0, 0.0, {"setpoint": 900, "available_charging_power_w": 0.0}, "unknown"),
        (2, 900.0, 0.0, {"setpoint": 900}, None),
        (0, 30.0, 0.0, {}, None),
        (0, 800.0, 0.0, {"state_of_charge_ratio": 0.0}, "unknown"),
        (0, None, 0.0, {}, "unreadable"),
        (3, -500.0, 2000.0, {"setpoint": 2000}, None),
        (3, 0.0, 4000.0, {"setpoint": 2000}, "house"),
        (3, -500.0, 4000.0, {"setpoint": 2000}, "unknown"),
        (4, 0.0, -4000.0, {"setpoint": 2000}, "house"),
        (4, 0.0, 0.0, {"setpoint": 2000, "available_discharge_power_w": 300.0}, "limited"),
        (5, 700.0, -480.0, {"setpoint": -500}, None),
        (5, 700.0, None, {"setpoint": -500}, "unreadable"),
        (7, -900.0, 0.0, {}, None),
        (7, 0.0, 700.0, {}, None),
        (7, -900.0, 700.0, {}, "unknown"),
        (7, 300.0, 0.0, {}, "unknown"),
        (7, -900.0, -2000.0, {}, "unknown"),
        (7, -900.0, -2000.0, {"max_charge": 900}, None),
        (7, -900.0, -2000.0, {"max_soc": 50}, "full"),
        (7, -900.0, None, {}, "unreadable"),
        (8, 300.0, 40.0, {}, None),
        (9, 0.0, -4000.0, {}, None),
        (9, -900.0, -4000.0, {}, "unknown"),
        (9, None, -4000.0, {}, "unreadable"),
    ],
)
def test_the_reason_is_what_the_readings_show(
    mode: int, power_w: float | None, grid_w: float | None, given: dict[str, Any], kind: str | None
) -> None:
    assert seen(BatteryMode(mode), power_w, grid_w, given)[0] == kind
    assert kind is None or kind in KINDS


def test_a_missing_reading_is_named() -> None:
    _, text = seen(BatteryMode.GRID_CHARGE, 0.0, None, {"setpoint": 500})
    assert text == "there is no power of the grid connection point (no measuring point)"


def test_of_a_cluster_the_available_power_is_that_of_all_units() -> None:
    entry = ScheduleEntry(mode=BatteryMode.INVERTER_CHARGE, setpoint=9000)
    unit = UnitView(**ABLE, power_w=-4500.0, state_of_charge_ratio=0.5)
    two = msgspec.structs.replace(house(), units=(unit, unit), active_entry=entry)
    assert reason_of(entry, two) is None
    total = UnitView(power_w=-4000.0, available_charging_power_w=4000.0)
    limited = reason_of(entry, msgspec.structs.replace(two, total=total))
    assert limited is not None
    assert limited.text == "the battery can charge at 4.0 kW at most"


def test_every_mode_but_the_frequency_reserve_can_be_followed() -> None:
    assert [mode for mode in BatteryMode if not can_follow(mode)] == [BatteryMode.FREQUENCY_RESERVE]
