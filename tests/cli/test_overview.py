"""What is shown of a whole installation."""

from __future__ import annotations

from homevolt import MeterView, Schedule, Snapshot, UnitView
from homevolt.cli.render.overview import Power, overview
from tests.cli.samples import NOON, PEER, UNIT, cluster, house, silence


def units(*views: UnitView, total: UnitView | None = None) -> Snapshot:
    return Snapshot(ems_at=NOON, at=NOON, units=views, total=total)


def meters(*views: MeterView) -> Snapshot:
    return Snapshot(ems_at=NOON, at=NOON, units=(UnitView(),), meters=views)


def test_a_single_unit_stands_for_the_whole() -> None:
    glance = overview(house())
    assert glance.state_of_charge_ratio == UNIT.state_of_charge_ratio
    assert glance.available_energy_wh == UNIT.available_discharge_energy_wh
    assert glance.battery == Power(-2100.0)


def test_the_device_s_own_sums_come_first() -> None:
    glance = overview(units(UNIT, PEER, total=UnitView(power_w=7.0, state_of_charge_ratio=0.3)))
    assert glance.battery == Power(7.0)
    assert glance.state_of_charge_ratio == 0.3


def test_what_the_device_does_not_sum_up_is_the_sum_over_its_units() -> None:
    glance = overview(units(UNIT, PEER, total=UnitView()))
    assert glance.battery == Power(-1200.0)
    assert glance.capacity_wh == 24000.0
    assert glance.rated_power_w == 12000.0


def test_a_cluster_s_charge_is_weighted_by_capacity() -> None:
    ratio = overview(units(UNIT, PEER, total=UnitView())).state_of_charge_ratio
    assert ratio == (0.625 * 13200 + 0.0068 * 10800) / 24000


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    glance = overview(units(UNIT, UnitView(), total=UnitView()))
    assert glance.battery == Power(None)
    assert glance.capacity_wh is None
    assert glance.state_of_charge_ratio is None


def test_a_charge_without_capacity_is_unknown() -> None:
    empty = UnitView(state_of_charge_ratio=0.5, available_capacity_wh=0.0)
    assert overview(units(empty, empty, total=UnitView())).state_of_charge_ratio is None


def test_a_meter_that_is_absent_differs_from_one_without_a_signal() -> None:
    assert overview(meters()).grid == Power(None, "no measuring point")
    silent = MeterView(function="grid", available=False)
    assert overview(meters(silent)).grid == Power(None, "no signal")
    mute = MeterView(function="grid")
    assert overview(meters(mute)).grid == Power(None, "unknown")


def test_two_solar_plants_are_one_production() -> None:
    plants = (MeterView(function="solar", power_w=1.0), MeterView(function="solar", power_w=2.0))
    assert overview(meters(*plants)).solar == Power(3.0)


def test_alarms_and_warnings_name_the_part() -> None:
    glance = overview(cluster())
    assert glance.alarms == (
        "68b6b3c3f46b: battery 0: BMS_ALARM_CELL_OVER_TEMPERATURE",
        "68b6b3c3f46b: Fan failure",
    )
    assert glance.warnings == (
        "68b6b3c3f46b: EMS_WARNING_UNDER_SOC_MIN_WARNING",
        "68b6b3c3f46b: EMS_WARNING_FAN",
    )


def test_no_alarms_differ_from_unknown_alarms() -> None:
    assert overview(house()).alarms == ()
    assert overview(silence()).alarms is None
    assert overview(silence()).warnings is None


def test_the_next_entry_is_the_one_that_starts_first() -> None:
    following = overview(house()).next_entry
    assert following is not None
    assert following.id == 3
    nothing = Snapshot(ems_at=NOON, at=NOON, units=(UNIT,), schedule=Schedule())
    assert overview(nothing).next_entry is None
