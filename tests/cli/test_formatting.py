"""Quantities, times and modes as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.cli.render import formatting
from homevolt.schedule.entry import BatteryMode, ScheduleEntry

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("power_w", "text"),
    [
        (None, "—"),
        (0.0, "0 W"),
        (-0.4, "0 W"),
        (198.0, "198 W"),
        (-198.0, "198 W"),
        (999.4, "999 W"),
        (999.6, "1.0 kW"),
        (-2100.0, "2.1 kW"),
        (12345.0, "12.3 kW"),
    ],
)
def test_a_power_is_shown_without_its_sign(power_w: float | None, text: str) -> None:
    assert formatting.power(power_w) == text


@given(st.floats(-1e5, 1e5))
def test_only_a_power_that_rounds_to_zero_has_no_direction(power_w: float) -> None:
    none = formatting.power(power_w) == "0 W"
    assert (formatting.BATTERY.of(power_w) == "idle") == none
    assert (formatting.GRID.of(power_w) == "importing") == (power_w > 0 and not none)
    assert (formatting.GRID.of(power_w) == "exporting") == (power_w < 0 and not none)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (None, "—"),
        (0.0, "0 %"),
        (0.0068, "0.7 %"),
        (0.01, "1 %"),
        (0.6, "60 %"),
        (0.994, "99.4 %"),
        (0.99999, "99.9 %"),
        (0.00001, "0.1 %"),
        (1.0, "100 %"),
    ],
)
def test_a_battery_is_empty_or_full_only_if_it_is(ratio: float | None, text: str) -> None:
    assert formatting.percent(ratio) == text


@pytest.mark.parametrize(
    ("available_wh", "capacity_wh", "text"),
    [
        (None, None, "—"),
        (0.0, None, "0.0 of — kWh"),
        (None, 13200.0, "— of 13.2 kWh"),
        (7931.0, 13219.0, "7.9 of 13.2 kWh"),
    ],
)
def test_missing_energy_is_a_dash(
    available_wh: float | None, capacity_wh: float | None, text: str
) -> None:
    assert formatting.stored(available_wh, capacity_wh) == text


@pytest.mark.parametrize(
    ("later", "text"),
    [
        (timedelta(0), "14:00"),
        (timedelta(seconds=29), "14:00"),
        (timedelta(seconds=-30), "14:00"),
        (timedelta(hours=9, minutes=59, seconds=59), "tomorrow 00:00"),
        (timedelta(hours=9, minutes=59), "23:59"),
        (timedelta(hours=10), "tomorrow 00:00"),
        (timedelta(hours=-15), "yesterday 23:00"),
        (timedelta(days=2), "Wed 14:00"),
        (timedelta(days=6), "Sun 14:00"),
        (timedelta(days=7), "2026-06-08 14:00"),
        (timedelta(days=-2), "2026-05-30 14:00"),
    ],
)
def test_a_moment_is_shown_in_local_time_to_the_nearest_minute(later: timedelta, text: str) -> None:
    assert formatting.clock(NOW + later, NOW, STOCKHOLM) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.1, "0 s"),
        (0.4, "0 s"),
        (35.0, "35 s"),
        (60.0, "1 min"),
        (125.0, "2 min 5 s"),
        (3605.0, "1 h"),
        (93784.0, "1 d 2 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert formatting.duration(seconds) == text


@pytest.mark.parametrize(
    ("mode", "setpoint", "text"),
    [
        (BatteryMode.IDLE, None, "idle"),
        (BatteryMode.INVERTER_CHARGE, 3000, "charge at 3.0 kW"),
        (BatteryMode.INVERTER_CHARGE, None, "charge"),
        (BatteryMode.INVERTER_DISCHARGE, 500, "discharge at 500 W"),
        (BatteryMode.GRID_CHARGE, 3000, "charge from the grid at 3.0 kW"),
        (BatteryMode.GRID_DISCHARGE, 3000, "discharge to the grid at 3.0 kW"),
        (BatteryMode.GRID_CHARGE_DISCHARGE, 200, "hold the meter at 200 W of import"),
        (BatteryMode.GRID_CHARGE_DISCHARGE, 0, "hold the meter at 0 W"),
        (BatteryMode.GRID_CHARGE_DISCHARGE, -3000, "hold the meter at 3.0 kW of export"),
        (BatteryMode.FREQUENCY_RESERVE, None, "frequency reserve"),
        (BatteryMode.SOLAR_CHARGE, 0, "charge from solar only"),
        (BatteryMode.SOLAR_CHARGE_DISCHARGE, None, "charge and discharge by solar"),
        (BatteryMode.FULL_SOLAR_EXPORT, None, "export all solar"),
        (42, 100, "unknown mode 42"),
    ],
)
def test_a_mode_shows_what_the_battery_does(
    mode: BatteryMode | int, setpoint: int | None, text: str
) -> None:
    assert formatting.plan(ScheduleEntry(mode=mode, setpoint=setpoint)) == text


def test_every_mode_has_a_text() -> None:
    assert set(formatting.MODES) == {mode.slug for mode in BatteryMode}


def test_the_limits_of_an_entry_are_shown_in_full() -> None:
    entry = ScheduleEntry(
        mode=BatteryMode.IDLE,
        offline=True,
        min_soc=0,
        max_soc=90,
        max_charge=0,
        max_discharge=2500,
    )
    assert formatting.plan(entry) == "idle, offline"
    assert formatting.limits(entry) == (
        "charging at most 0 W",
        "discharging at most 2.5 kW",
        "up to 90 %",
        "down to 0 %",
    )
