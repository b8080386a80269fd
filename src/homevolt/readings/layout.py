"""From the wire to sensors: the catalogue laid out over what an installation consists of.

What an installation consists of hardly ever changes, so the names, types and units of its sensors
are laid out once; an update only brings new values.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.protocol.ems import NO_POINT, MeterPhase
from homevolt.readings.catalogue import BLADE, HOUSE, METER, PHASE, RADIO, SCHEDULE, TOTAL, UNIT
from homevolt.readings.models import DeviceMetadata, Sensor, SensorType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from homevolt.protocol.ems import EmsDocument, MeasuringPoint, Unit
    from homevolt.readings.catalogue import Reading
    from homevolt.schedule.entry import Schedule, ScheduleEntry

Value = float | str | None
TOTAL_ID = "total"
"""Identifier and tag of the sum over the units of a cluster."""
UNKNOWN = "unknown"
NO_EUID = "0000000000000000"
_NO_EUIDS = (None, "", NO_EUID)


class ScheduleNow(NamedTuple):
    """The schedule with its entry that is active."""

    schedule: Schedule
    entry: ScheduleEntry | None


class ScopeReader:
    """Reads the rows of one scope from the scope's object."""

    def __init__(self, rows: Sequence[Reading]) -> None:
        self.rows = rows
        self._get = attrgetter(*(row.source for row in rows))
        self._divisors = [(i, row.divisor) for i, row in enumerate(rows) if row.divisor != 1]
        self._converts = [(i, row.convert) for i, row in enumerate(rows) if row.convert]

    def values(self, source: Any) -> Sequence[Value]:
        """Return the value of each row, in natural units; what is missing is None."""
        raw: tuple[Any, ...] = self._get(source)
        if not self._divisors and not self._converts:
            return raw
        values = list(raw)
        for index, divisor in self._divisors:
            if values[index] is not None:
                values[index] /= divisor
        for index, convert in self._converts:
            if values[index] is not None:
                values[index] = convert(values[index])
        return values


UNIT_READINGS = ScopeReader(UNIT)
TOTAL_READINGS = ScopeReader(TOTAL)
BLADE_READINGS = ScopeReader(BLADE)
METER_READINGS = ScopeReader(METER)
PHASE_READINGS = ScopeReader(PHASE)
RADIO_READINGS = ScopeReader(RADIO)
_OF_SCHEDULE = ScopeReader([row for row in SCHEDULE if row.source.startswith("schedule.")])
_OF_ENTRY = ScopeReader([row for row in SCHEDULE if row.source.startswith("entry.")])
_SCHEDULE_ROWS = (*_OF_SCHEDULE.rows, *_OF_ENTRY.rows)


class Installation:
    """A decoded `/ems.json` in an order that does not depend on the device's.

    Attributes:
        units: The unit that answers first, then the others by id.
        points: The measuring points by function and euid, without those that repeat a unit.
        functions: What each of them measures.
        total: The sum over the units, or None for a single unit.
    """

    def __init__(self, document: EmsDocument) -> None:
        self.units = sorted(document.ems, key=_unit_order)
        # Real clamps stand before virtual sums, so that a clamp owns the plain name.
        order = sorted(
            (
                *(function_of(point), point.euid in _NO_EUIDS, point.euid or ""),
                *(point.sensor_type or "", point.node_id or 0, index),
            )
            for index, point in enumerate(document.sensors)
            if point.sensor_type != "ems"  # which only repeats a unit's own figures
        )
        self.points = [document.sensors[index] for *_, index in order]
        self.functions = [function for function, *_ in order]
        self.total = document.aggregated if len(self.units) > 1 else None

    def shape(self) -> tuple[Any, ...]:
        """Return what the names of the sensors depend on."""
        return (
            tuple((unit_id(u), u.ems_info.model, u.bms_info, len(u.bms_data)) for u in self.units),
            tuple((p.euid, p.sensor_type) for p in self.points),
            tuple(self.functions),
        )

    def values(self) -> list[Value]:
        """Return every value, in the order in which `Layout` names them."""
        values: list[Value] = []
        for unit in self.units:
            values += UNIT_READINGS.values(unit)
            for blade in unit.bms_data:
                values += BLADE_READINGS.values(blade)
        if self.total is not None:
            values += TOTAL_READINGS.values(self.total)
        for point in self.points:
            heard = point if is_available(point) else NO_POINT
            values += METER_READINGS.values(heard)
            for phase in phases_of(heard):
                values += PHASE_READINGS.values(phase)
            values += RADIO_READINGS.values(NO_POINT if is_virtual(point) else heard)
        values.append(self.house_consumption_w())
        return values

    def house_consumption_w(self) -> float | None:
        """Return what the house consumes in W, or None if a part of it is not known.

        By the load's measuring point, which is negative when consuming; where there is none, by
        grid + solar + battery, for which the house needs a measuring point at the grid.
        """
        load = self._power_w("load")
        if load is not None:
            return -load if load else 0.0
        if "grid" not in self.functions:
            return None
        battery = [unit.ems_data.power for unit in self.units]
        return _sum([self._power_w("grid"), self._power_w("solar", none=0.0), *battery])

    def _power_w(self, function: str, none: float | None = None) -> float | None:
        """Return the power of all points of a function; `none` where there is no such point."""
        powers = [
            point.total_power if is_available(point) else None
            for point, of in zip(self.points, self.functions, strict=True)
            if of == function
        ]
        return _sum(powers) if powers else none


class Layout:
    """What an installation consists of, and the sensors that it has.

    Attributes:
        shape: The shape of the installation it was made for.
        device_id: The id of the unit that answers.
        metadata: What each part is, by device identifier.
    """

    def __init__(self, installation: Installation) -> None:
        self.shape = installation.shape()
        self.device_id = unit_id(installation.units[0])
        self.metadata: dict[str, DeviceMetadata] = {}
        self._rows: list[tuple[Reading, str, str]] = []  # with the sensor's name and identifier
        for unit in installation.units:
            self._add_unit(unit)
        if installation.total is not None:
            self.metadata[TOTAL_ID] = DeviceMetadata("Homevolt Cluster", "Sum of all units")
            self._add(TOTAL, TOTAL_ID, f" {TOTAL_ID}")
        for point in installation.points:
            self._add_point(point)
        self._add(HOUSE, "load", "")
        self.metadata.setdefault("load", DeviceMetadata("Homevolt Load", "calculated"))
        self._add(_SCHEDULE_ROWS, f"ems_{self.device_id}", "")
        self._names, *self._columns = zip(*map(_column_values, self._rows), strict=True)
        self._no_sensors = dict.fromkeys(self._names, Sensor(None, SensorType.TEXT, ""))

    def sensors(self, values: Iterable[Value]) -> dict[str, Sensor]:
        """Return the sensors by name.

        Args:
            values: Those of `Installation.values()`, then those of `schedule_values()`.
        """
        sensors = self._no_sensors.copy()  # which has room for all and need not grow
        sensors.update(zip(self._names, map(Sensor, values, *self._columns), strict=True))
        return sensors

    def _add_unit(self, unit: Unit) -> None:
        """Add a unit and its blades; the first one, which answers, owns the plain names."""
        identifier = _unique(f"ems_{unit_id(unit)}", self.metadata)
        ecu_id = identifier.removeprefix("ems_")
        tag = f" {ecu_id}" if self.metadata else ""
        model = unit.ems_info.model or "Homevolt"
        self.metadata[identifier] = DeviceMetadata(f"Homevolt EMS {ecu_id}", model)
        self._add(UNIT, identifier, tag)
        for n in range(1, len(unit.bms_data) + 1):
            identifier = f"battery_{n}" + tag.replace(" ", "_")
            self.metadata[identifier] = DeviceMetadata(
                f"Homevolt Battery {n}{tag}", _blade_model(unit, n - 1)
            )
            self._add(BLADE, identifier, tag, n=n)

    def _add_point(self, point: MeasuringPoint) -> None:
        """Add a measuring point; the second one of a function carries its euid in its name."""
        function = function_of(point)
        identifier = function
        if function in self.metadata:
            identifier = _unique(f"{function}_{point.euid or UNKNOWN}", self.metadata)
        tag = identifier.replace(f"{function}_", f"{function} ", 1)
        self.metadata[identifier] = DeviceMetadata(
            f"Homevolt {tag[:1].upper()}{tag[1:]} Sensor", point.sensor_type or "measuring point"
        )
        self._add(METER, identifier, f" {tag}")
        for phase in ("L1", "L2", "L3"):
            self._add(PHASE, identifier, f" {tag}", phase=phase)
        self._add(RADIO, identifier, f" {tag}")

    def _add(self, rows: Sequence[Reading], identifier: str, tag: str, **numbers: object) -> None:
        self._rows += ((row, row.name.format(**numbers) + tag, identifier) for row in rows)


def schedule_values(schedule: Schedule, entry: ScheduleEntry | None) -> list[Value]:
    """Return the values of a schedule and its active entry, as `Layout` wants them."""
    now = ScheduleNow(schedule, entry)
    none = [None] * len(_OF_ENTRY.rows)
    return [*_OF_SCHEDULE.values(now), *(none if entry is None else _OF_ENTRY.values(now))]


def unit_id(unit: Unit) -> str:
    """Return a unit's id as text; old firmware has an integer."""
    return UNKNOWN if unit.ecu_id in (None, "") else str(unit.ecu_id)


def function_of(point: MeasuringPoint) -> str:
    """Return what a measuring point measures; old firmware says it in `type`."""
    return (point.function or point.type or UNKNOWN).lower()


def is_available(point: MeasuringPoint) -> bool:
    """Return False if the device says that the point is not heard; old firmware says nothing."""
    return point.available is not False


def is_virtual(point: MeasuringPoint) -> bool:
    """Tell whether a point is calculated; the zeros of its radio are no readings."""
    return point.sensor_type == "virtual" or point.euid == NO_EUID


def phases_of(point: MeasuringPoint) -> Sequence[MeterPhase]:
    """Return three phases; those that the device does not give are empty."""
    is_complete = len(point.phase) == len(_NO_PHASES)
    return point.phase if is_complete else (*point.phase, *_NO_PHASES)[: len(_NO_PHASES)]


_NO_PHASES = (MeterPhase(), MeterPhase(), MeterPhase())


def _blade_model(unit: Unit, index: int) -> str:
    info = unit.bms_info[index] if index < len(unit.bms_info) else None
    return (info and info.battery_type_str) or "Homevolt battery"


def _unit_order(unit: Unit) -> tuple[bool, str]:
    return (bool(unit.ecu_host), unit_id(unit))


def _sum(values: Sequence[float | None]) -> float | None:
    return None if None in values else sum(value for value in values if value is not None)


def _unique(name: str, taken: Iterable[str]) -> str:
    """Return a name that is not taken yet, with a number behind it if need be."""
    names = set(taken)
    candidate, n = name, 2
    while candidate in names:
        candidate, n = f"{name}_{n}", n + 1
    return candidate


def _column_values(row: tuple[Reading, str, str]) -> tuple[Any, ...]:
    """Return a sensor's name, then what `Sensor` takes after its value."""
    reading, name, identifier = row
    quantity = reading.quantity
    return name, quantity.type, identifier, name, quantity.unit
