"""The values of every part of an installation, read in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from homevolt.protocol.ems import NO_POINT, NO_UNIT, EmsData, MeterPhase
from homevolt.readings.catalogue import (
    BLADE,
    CLOCK,
    HOUSE,
    METER,
    PHASE,
    RADIO,
    TOTAL,
    UNIT,
)
from homevolt.readings.derived import DeviceClock, house
from homevolt.readings.identity import NO_EUID
from homevolt.readings.reader import compile_reader

if TYPE_CHECKING:
    from homevolt.protocol.ems import EmsDocument, MeasuringPoint, Unit
    from homevolt.readings.catalogue import Value
    from homevolt.readings.inventory import Arrangement
    from homevolt.readings.layout import Layout

_read_unit = compile_reader(unit=UNIT)
_read_total = compile_reader(total=TOTAL)
_read_blade = compile_reader(blade=BLADE)
_read_meter = compile_reader(meter=METER, l1=PHASE, l2=PHASE, l3=PHASE, radio=RADIO)
_read_house = compile_reader(house=HOUSE)
_read_clock = compile_reader(clock=CLOCK)

_NO_PHASES = (MeterPhase(), MeterPhase(), MeterPhase())
_NO_TOTAL = _read_total(NO_UNIT)
_NO_BLADE: tuple[Value, ...] = (None,) * len(BLADE)
_NO_METER = _read_meter(NO_POINT, *_NO_PHASES, NO_POINT)
_POWER = 0
"""The place of the power among the values of a unit, and of a measuring point."""


class Walk(NamedTuple):
    """Every value of one answer.

    Attributes:
        layout: The known parts.
        values: The value of each sensor, in the order of `layout.rows`.
        absent: Where in `values` those parts begin that the device did not give.
    """

    layout: Layout
    values: list[Value]
    absent: set[int]


def walk(
    document: EmsDocument,
    arrangement: Arrangement,
    offset_s: float | None,
    schedule: tuple[Value, ...],
) -> Walk:
    """Read every part once.

    Args:
        document: `/ems.json`.
        arrangement: Where it holds the known parts.
        offset_s: How far the device's clock is ahead, in s, None if unknown.
        schedule: The values of the schedule.
    """
    values: list[Value] = []
    absent: set[int] = set()
    units_w: list[Any] = []
    for index, blades in arrangement.units:
        unit = NO_UNIT if index is None else document.ems[index]
        data = unit.bms_data
        if unit is NO_UNIT or (unit.ems_data.frequency == 0 and _is_starting(unit)):
            absent.add(len(values))
            unit, data = _texts_of(unit), ()
        of_unit = _read_unit(unit)
        units_w.append(of_unit[_POWER])
        values += of_unit
        for blade in blades:
            if blade is None or not data:
                absent.add(len(values))
                values += _NO_BLADE
            else:
                values += _read_blade(data[blade])
    is_whole = not any(start in absent for start in arrangement.layout.units)
    if len(arrangement.units) > 1:
        values += _read_total(document.aggregated) if is_whole else _NO_TOTAL
    powers_w: dict[str, list[Any]] = {"load": [], "grid": [], "solar": []}
    for function, index in arrangement.points:
        of_point = _NO_METER
        if index is not None:
            of_point = _read_point(document.sensors[index], is_whole=is_whole)
        if of_point is _NO_METER:
            absent.add(len(values))
        if function in powers_w:
            powers_w[function].append(of_point[_POWER])
        values += of_point
    balance = house(powers_w["load"], powers_w["grid"], [*powers_w["solar"], *units_w])
    values += _read_house(balance)
    values += _read_clock(DeviceClock(offset_s))
    values += schedule
    return Walk(arrangement.layout, values, absent)


def _read_point(point: MeasuringPoint, *, is_whole: bool) -> tuple[Value, ...]:
    """Return the values of a measuring point.

    One without a signal gives its last figures, or zeros. A sum that the device calculates misses
    a unit that the device cannot reach.
    """
    is_virtual = point.sensor_type == "virtual" or point.euid == NO_EUID
    if (
        point.available is False
        or (is_virtual and not is_whole)
        or (point.frequency == 0 and _is_silent(point))
    ):
        return _NO_METER
    phases = point.phase
    if len(phases) != len(_NO_PHASES):
        phases = (*phases, *_NO_PHASES)[: len(_NO_PHASES)]
    return _read_meter(point, *phases, NO_POINT if is_virtual else point)


def _is_starting(unit: Unit) -> bool:
    """Tell whether a unit has measured nothing yet: it then gives zeros everywhere."""
    voltage, data, counters = unit.ems_voltage, unit.ems_data, unit.ems_aggregate
    return not any(
        (
            *(voltage.l1, voltage.l2, voltage.l3, data.energy_produced, data.energy_consumed),
            *(counters.imported_kwh, counters.exported_kwh),
        )
    )


def _is_silent(point: MeasuringPoint) -> bool:
    """Tell whether a measuring point has measured nothing yet."""
    voltages_v = [phase.voltage for phase in point.phase]
    return not any((point.total_power, point.energy_imported, point.energy_exported, *voltages_v))


def _texts_of(unit: Unit) -> Unit:
    """Return what a unit says besides its measurements."""
    data = unit.ems_data
    texts = EmsData(
        state_str=data.state_str, alarm_str=data.alarm_str, warning_str=data.warning_str
    )
    return msgspec.structs.replace(
        NO_UNIT,
        ecu_id=unit.ecu_id,
        op_state_str=unit.op_state_str,
        error_str=unit.error_str,
        ems_info=unit.ems_info,
        ems_data=texts,
    )
