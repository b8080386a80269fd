"""The views, compared whole."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.screen import Screen

from homevolt import (
    BatteryMode,
    Schedule,
    ScheduleEntry,
    Sensor,
    SensorInfo,
    SensorType,
    Snapshot,
    UnitView,
)
from homevolt.cli.render.status_view import Outage, StatusView
from homevolt.cli.render.tables import SensorTable, StepTable, matching
from tests.cli.samples import NOON, PEER, STOCKHOLM, UNIT, URL, cluster, drawn, house, silence


def status(snapshot: Snapshot, **options: Any) -> StatusView:
    return StatusView(snapshot, url=URL, zone=STOCKHOLM, **options)


HOUSE_80 = """\
Homevolt B6  68b6b34f57e2, firmware v31.4, http://192.168.1.100

Charge    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────  62 %  8.2 of 13.2 kWh

Battery   charging       2.1 kW  ━━━━━━━━━━━━━━━━
Grid      exporting      1.5 kW  ━━━━━━━━━━━━
Solar     producing      4.0 kW  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
House     consuming       400 W  ━━━

Control   you (local mode on), plan written locally
Now       hold the meter at 1.5 kW of export, until 20:00
          up to 90 %
Next      discharge at 2.5 kW, from tomorrow 00:00

Alarms    none
Warnings  none
Read      14:00:00"""

HOUSE_40 = """\
Homevolt B6  68b6b34f57e2, firmware
v31.4, http://192.168.1.100

Charge    ━━━━━━━━━━━━━━─────────  62 %
          8.2 of 13.2 kWh

Battery   charging       2.1 kW
Grid      exporting      1.5 kW
Solar     producing      4.0 kW
House     consuming       400 W

Control   you (local mode on), plan
          written locally
Now       hold the meter at 1.5 kW of
          export, until 20:00
          up to 90 %
Next      discharge at 2.5 kW, from
          tomorrow 00:00

Alarms    none
Warnings  none
Read      14:00:00"""

CLUSTER_80 = """\
Homevolt B6  2 units, 68b6b34f57e2, firmware v31.4, http://192.168.1.100

Charge    ━━━━━━━━━━━━━━━━──────────────────────────────  35 %  8.3 of 24.0 kWh
Units     68b6b34f57e2   62 %  8.2 of 13.2 kWh    charging 2.1 kW
          68b6b3c3f46b  0.7 %  0.1 of 10.8 kWh    discharging 900 W

Battery   charging       1.2 kW  ━━━━━
Grid      — no signal
Solar     — no measuring point
House     — unknown

Control   the cloud (local mode off), plan written by the cloud
Now       nothing planned until tomorrow 00:00
Next      discharge at 2.5 kW, from tomorrow 00:00

Alarms    68b6b3c3f46b: battery 0: BMS_ALARM_CELL_OVER_TEMPERATURE
          68b6b3c3f46b: Fan failure
Warnings  68b6b3c3f46b: EMS_WARNING_UNDER_SOC_MIN_WARNING
          68b6b3c3f46b: EMS_WARNING_FAN
Read      14:00:00"""

SILENCE_80 = """\
Homevolt  —, firmware —, http://192.168.1.100

Charge    — unknown

Battery   — unknown
Grid      — no measuring point
Solar     — no measuring point
House     — unknown

Control   — unknown
Now       — unknown
Next      — unknown

Alarms    — unknown
Warnings  — unknown
Read      14:00:00
Note      $.schedule is not a list"""


def test_a_house_at_a_glance() -> None:
    assert drawn(status(house())) == HOUSE_80


def test_a_narrow_terminal_gets_the_same_without_the_bars_of_the_flows() -> None:
    assert drawn(status(house()), 40) == HOUSE_40


def test_a_wide_terminal_gets_no_longer_bars() -> None:
    assert drawn(status(house()), 200) == HOUSE_80


def test_a_cluster_shows_its_units_and_their_sum() -> None:
    assert drawn(status(cluster())) == CLUSTER_80


def test_a_unit_that_is_gone_stays_without_figures_and_without_sums() -> None:
    gone = UnitView(ecu_id=PEER.ecu_id, model="B6", available=False)
    shown = drawn(status(msgspec.structs.replace(cluster(), units=(UNIT, gone), total=UnitView())))
    assert "          68b6b3c3f46b  — no signal\n" in shown
    assert "Battery   — unknown" in shown


def test_what_is_missing_is_never_a_zero() -> None:
    shown = drawn(status(silence(), problems={"schedule": "$.schedule is not a list"}))
    assert shown == SILENCE_80


@pytest.mark.parametrize("sample", [house, cluster, silence])
@pytest.mark.parametrize("width", [30, 40, 59, 60, 69, 70, 79, 80, 81])
def test_no_line_is_wider_than_the_terminal(sample: object, width: int) -> None:
    assert callable(sample)
    lines = drawn(status(sample()), width).splitlines()
    assert max(map(cell_len, lines)) <= width


@given(st.floats(-1e6, 1e6), st.floats(0, 1))
def test_any_figures_fit(power_w: float, ratio: float) -> None:
    unit = msgspec.structs.replace(UNIT, power_w=power_w, state_of_charge_ratio=ratio)
    lines = drawn(status(msgspec.structs.replace(house(), units=(unit,)))).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert lines[2].count("━") + lines[2].count("─") == 46


def test_a_small_flow_has_a_bar_and_none_has_none() -> None:
    def bar(power_w: float) -> str:
        unit = msgspec.structs.replace(UNIT, power_w=power_w)
        shown = drawn(status(msgspec.structs.replace(house(), units=(unit,))))
        return shown.splitlines()[4].partition("W")[2].strip()

    assert (bar(0.0), bar(1.0), bar(-1.0)) == ("", "━", "━")


def test_a_low_charge_is_set_off_by_colour() -> None:
    def colours(ratio: float) -> str:
        unit = msgspec.structs.replace(UNIT, state_of_charge_ratio=ratio)
        console = Console(
            file=io.StringIO(), width=80, force_terminal=True, color_system="standard"
        )
        with console.capture() as captured:
            console.print(status(msgspec.structs.replace(house(), units=(unit,))))
        return captured.get().splitlines()[2]

    assert "\x1b[33m━" in colours(0.05)
    assert "\x1b[32m━" in colours(0.5)


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [
        (Schedule(), "Control   — unknown"),
        (Schedule(local_mode=True), "Control   you (local mode on)"),
        (Schedule(local_mode=False), "Control   the cloud (local mode off)"),
    ],
)
def test_control_says_no_more_than_is_known(schedule: Schedule, shown: str) -> None:
    snapshot = msgspec.structs.replace(house(), schedule=schedule, active_entry=None)
    lines = drawn(status(snapshot)).splitlines()
    assert lines[9:12] == [shown, "Now       nothing planned", "Next      nothing planned"]


def test_an_entry_without_an_end_says_none_and_one_to_come_says_both() -> None:
    now = ScheduleEntry(mode=BatteryMode.IDLE, from_time=NOON)
    then = ScheduleEntry(
        mode=BatteryMode.SOLAR_CHARGE,
        from_time=NOON + timedelta(hours=1),
        to_time=NOON + timedelta(hours=2),
    )
    snapshot = msgspec.structs.replace(
        house(), schedule=Schedule(entries=(now, then)), active_entry=now
    )
    lines = drawn(status(snapshot)).splitlines()
    assert lines[10:12] == [
        "Now       idle",
        "Next      charge from solar only, from 15:00 until 16:00",
    ]


@pytest.mark.parametrize("schedule", [None, Schedule(entries=())])
def test_a_plan_that_was_not_read_as_a_whole_is_unknown_and_not_empty(
    schedule: Schedule | None,
) -> None:
    snapshot = msgspec.structs.replace(house(), schedule=schedule, active_entry=None)
    shown = drawn(status(snapshot, problems={"schedule": "An entry cannot be read."}))
    assert "Now       — unknown\nNext      — unknown" in shown
    assert "Note      An entry cannot be read." in shown
    assert "nothing planned" not in shown


def test_an_active_entry_is_shown_though_another_cannot_be_read() -> None:
    shown = drawn(status(house(), problems={"schedule": "An entry cannot be read."}))
    assert "Now       hold the meter at 1.5 kW of export, until 20:00" in shown
    assert "Next      — unknown" in shown


@pytest.mark.parametrize(
    ("offset_s", "until", "note"),
    [
        (None, "20:00", ""),
        (0.0, "20:00", ""),
        (29.0, "20:00", ""),
        (59.9, "19:59", ""),
        (60.0, "19:59", "1 min ahead of"),
        (7203.5, "18:00", "2 h ahead of"),
        (-90.0, "20:02", "1 min 30 s behind"),
    ],
)
def test_times_are_those_of_the_person_s_own_clock(
    offset_s: float | None, until: str, note: str
) -> None:
    shown = drawn(status(msgspec.structs.replace(house(), clock_offset_s=offset_s)))
    assert f"until {until}\n" in shown
    assert shown.count("Note ") == bool(note)
    assert note in " ".join(shown.split())


def test_an_outage_shows_how_old_the_readings_are() -> None:
    shown = drawn(status(house(), interval_s=10.0, outage=Outage("No answer.", 35.0)))
    assert shown.startswith(HOUSE_80.removesuffix("14:00:00"))
    assert shown.endswith(
        "Read      14:00:00, 35 s ago\nNote      No answer.\n          Trying again."
    )


@pytest.mark.parametrize("height", [30, 19, 18, 8, 4])
def test_on_a_low_screen_readings_give_way_and_the_outage_stays(height: int) -> None:
    view = status(house(), interval_s=10.0, outage=Outage("No answer.", 35.0))
    console = Console(file=io.StringIO(), width=80, height=height, color_system=None)
    with console.capture() as captured:
        console.print(Screen(view))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    assert len(lines) <= height
    assert lines[0].startswith("Homevolt B6")
    shown = [line.split()[0] for line in lines if line]
    assert shown[-3:] == ["Read", "Note", "Trying"]
    assert ("" in lines[: len(shown)]) == (height >= 19)


def test_readings_that_are_too_old_are_not_shown() -> None:
    outage = Outage("No answer.", 125.0, is_too_old=True)
    assert (
        drawn(status(house(), interval_s=10.0, outage=outage))
        == """\
Homevolt B6  68b6b34f57e2, firmware v31.4, http://192.168.1.100

Read      14:00:00, 2 min 5 s ago, too old to be shown
Note      No answer.
          Trying again."""
    )


SENSORS = [
    Sensor(1822.0, SensorInfo(SensorType.POWER, "ems_1", "Power", "W")),
    Sensor(0.6, SensorInfo(SensorType.PERCENTAGE, "ems_1", "Battery State of Charge", "1")),
    Sensor(None, SensorInfo(SensorType.TEMPERATURE, "battery_1", "Homevolt battery 1 tmin", "Cel")),
    Sensor(
        213.0, SensorInfo(SensorType.COUNT, "battery_1", "Homevolt battery 1 charge cycles", "1")
    ),
    Sensor(
        8508.51, SensorInfo(SensorType.ENERGY_INCREASING, "grid", "Energy imported grid", "kWh")
    ),
    Sensor("", SensorInfo(SensorType.TEXT, "ems_1", "Alarms", None)),
    Sensor("discharging", SensorInfo(SensorType.TEXT, "ems_1", "Operating State", None)),
    Sensor(
        "grid_charge_discharge",
        SensorInfo(SensorType.SCHEDULE_TYPE, "ems_1", "Schedule Type", None),
    ),
]


def test_a_table_has_name_value_unit_and_part() -> None:
    shown = """\
Reading                                        Value  Unit  Part
Power                                           1822  W     ems_1
Battery State of Charge                           60  %     ems_1
Homevolt battery 1 tmin                            —  °C    battery_1
Homevolt battery 1 charge cycles                 213        battery_1
Energy imported grid                         8508.51  kWh   grid
Alarms                                          none        ems_1
Operating State                          discharging        ems_1
Schedule Type                            grid charge        ems_1
                                           discharge"""
    assert drawn(SensorTable(SENSORS)) == shown


def test_a_narrow_table_goes_without_the_part() -> None:
    shown = drawn(SensorTable(SENSORS[:2]), 40)
    assert (
        shown
        == """\
Reading                  Value  Unit
Power                     1822  W
Battery State of Charge     60  %"""
    )


def test_steps_stand_beside_what_they_do_or_above_it() -> None:
    steps = StepTable([("homevolt sensors", "all of them"), ("homevolt demo", "this")])
    assert drawn(steps) == "  homevolt sensors  all of them\n  homevolt demo     this"
    assert drawn(steps, 33) == drawn(steps)
    assert drawn(steps, 32) == (
        "  homevolt sensors\n      all of them\n  homevolt demo\n      this"
    )


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ((), [sensor.name for sensor in SENSORS]),
        (("BATTERY", "c"), [SENSORS[1].name, SENSORS[3].name]),
        (("grid",), ["Energy imported grid"]),
        (("state_of_charge",), ["Battery State of Charge"]),
        (("nothing",), []),
    ],
)
def test_a_filter_requires_all_its_words(words: tuple[str, ...], names: list[str]) -> None:
    assert [sensor.name for sensor in matching(SENSORS, words)] == names
