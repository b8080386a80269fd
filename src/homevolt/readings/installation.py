"""The values of every part of an installation, read in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from homevolt.protocol.ems import NO_POINT, NO_UNIT, MeterPhase
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
_read_calculated = compile_reader(house=HOUSE, clock=CLOCK)

_NO_PHASES = (MeterPhase(), MeterPhase(), MeterPhase())
_NO_BLADE: tuple[Value, ...] = (None,) * len(BLADE)
_TEXTS = [row.quantity.unit is None for row in UNIT]
_NO_METER = _read_meter(NO_POINT, *_NO_PHASES, NO_POINT)


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
    for index, blades in arrangement.units:
        unit = NO_UNIT if index is None else document.ems[index]
        data = unit.bms_data
        if unit is NO_UNIT or (unit.ems_data.frequency is None and _is_starting(unit)):
            absent.add(len(values))
            read = zip(_read_unit(unit), _TEXTS, strict=True)
            values += [value if is_text else None for value, is_text in read]
            data = ()
        else:
            values += _read_unit(unit)
        for blade in blades:
            if blade is None or not data:
                absent.add(len(values))
                values += _NO_BLADE
            else:
                values += _read_blade(data[blade])
    layout = arrangement.layout
    is_whole = absent.isdisjoint(layout.units)
    if len(arrangement.units) > 1:
        if not is_whole:
            absent.add(len(values))
        values += _read_total(document.aggregated if is_whole else NO_UNIT)
    for index in arrangement.points:
        point = NO_POINT if index is None else document.sensors[index]
        if point is NO_POINT or _is_absent(point, is_whole=is_whole):
            absent.add(len(values))
            values += _NO_METER
        else:
            values += _read_point(point)
    values += _read_calculated(house(values, *layout.balance), DeviceClock(offset_s))
    values += schedule
    return Walk(layout, values, absent)


def _is_absent(point: MeasuringPoint, *, is_whole: bool) -> bool:
    """Tell whether the figures of a measuring point are not readings.

    One without a signal gives its last figures, or zeros. A sum that the device calculates misses
    a unit that the device cannot reach.
    """
    return (
        point.available is False
        or (not is_whole and _is_virtual(point))
        or (point.frequency is None and _is_silent(point))
    )


def _is_virtual(point: MeasuringPoint) -> bool:
    """Tell whether a measuring point is calculated; then its radio gives zeros, not readings."""
    return point.sensor_type == "virtual" or point.euid == NO_EUID


def _read_point(point: MeasuringPoint) -> tuple[Value, ...]:
    phases = point.phase
    if len(phases) != len(_NO_PHASES):
        phases = (*phases, *_NO_PHASES)[: len(_NO_PHASES)]
    return _read_meter(point, *phases, NO_POINT if _is_virtual(point) else point)


def _is_starting(unit: Unit) -> bool:
    """Tell whether a unit without a frequency has measured nothing yet, and gives zeros."""
    voltage, data, counters = unit.ems_voltage, unit.ems_data, unit.ems_aggregate
    return _are_zeros(
        *(voltage.l1, voltage.l2, voltage.l3, data.energy_produced, data.energy_consumed),
        *(counters.imported_kwh, counters.exported_kwh),
    )


def _is_silent(point: MeasuringPoint) -> bool:
    """Tell whether a measuring point without a frequency has measured nothing yet."""
    voltages_v = [phase.voltage for phase in point.phase]
    return not point.total_power and _are_zeros(
        point.energy_imported, point.energy_exported, *voltages_v
    )


def _are_zeros(*figures: float | None) -> bool:
    """Tell whether some figures are given and all of them are 0."""
    given = [figure for figure in figures if figure is not None]
    return bool(given) and not any(given)
