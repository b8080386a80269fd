"""The parts of an installation, and the names and keys of their sensors."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from homevolt.readings.catalogue import (
    BLADE,
    CLOCK,
    HOUSE,
    METER,
    PHASE,
    RADIO,
    SCHEDULE,
    TOTAL,
    UNIT,
    Scope,
)
from homevolt.readings.models import DeviceMetadata, Sensor, SensorInfo

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from typing import Any

    from homevolt.readings.catalogue import Reading
    from homevolt.readings.identity import PointId

CLUSTER_ID = "total"
"""Identifier and tag of the sum over the units of a cluster."""
LOAD = "load"
_NOT_KEY = re.compile(r"[^0-9a-z]+")


class KnownUnit(NamedTuple):
    """A unit that was in an answer.

    Attributes:
        id: Its id in hexadecimal, with a number after it if another unit has the same.
        name: Its id as the device gives it.
        model: Its model, empty if it names none.
        blades: The model of each blade by its number.
        host: Its host as the device gave it last, empty for the unit that answers.
    """

    id: str
    name: str
    model: str
    blades: dict[int, str]
    host: str | None


class KnownPoint(NamedTuple):
    """A measuring point that was in an answer.

    Attributes:
        id: What it is.
        number: Distinguishes points of the same id, from 0.
        euid: Its EUID as the device gives it, for names.
        model: The device's word for what kind of sensor it is.
        node: The number of its radio node, None if it has none.
    """

    id: PointId
    number: int
    euid: str
    model: str
    node: int | None


class Part(NamedTuple):
    """A part of the installation.

    Attributes:
        scope: Which rows it has.
        start: Where its values begin among those of all parts.
        subject: The `KnownUnit`, the number of the blade or the `PointId`; else None.
    """

    scope: Scope
    start: int
    subject: Any = None


class Layout:
    """All parts that an installation is known to have, in order.

    The unit that answers owns the plain names; each further unit carries its id in the names of
    its sensors, and each further measuring point of a function its EUID.

    Args:
        units: The units, the one that answers first.
        points: The measuring points, in the order in which they own the plain names.

    Attributes:
        parts: The parts, in the order in which their values are read.
        units: Where the values of each unit begin.
        balance: Where the powers are that make up the balance of the house: those of the load
            points, those at the grid connection point, and those of solar production and all units.
        rows: The row of each sensor.
        metadata: What each part is, by the `device_identifier` of its sensors.
        metadata_by_key: The same by the part's key, the house included.
    """

    def __init__(self, units: Sequence[KnownUnit], points: Sequence[KnownPoint]) -> None:
        self.parts: list[Part] = []
        self._starts: defaultdict[Scope | str, list[int]] = defaultdict(list)
        self.rows: list[Reading[Any]] = []
        self._infos: dict[str, SensorInfo] = {}
        self.metadata: dict[str, DeviceMetadata] = {}
        self.metadata_by_key: dict[str, DeviceMetadata] = {}
        self._local = _key("ems", units[0].id)
        for unit in units:
            self._add_unit(unit)
        if len(units) > 1:
            about = DeviceMetadata(
                "Homevolt Cluster", "Sum of all units", f"{self._local}_total", "cluster"
            )
            self._add(Scope.TOTAL, CLUSTER_ID, about, _named(TOTAL, f" {CLUSTER_ID}"))
        for point in points:
            self._add_point(point)
        about = DeviceMetadata(
            "Homevolt Load", "calculated", f"{self._local}_house", "house", self._local
        )
        self._add(Scope.HOUSE, LOAD, about, _named(HOUSE))
        local = self.metadata[self._local]
        self._add(Scope.CLOCK, self._local, local, _named(CLOCK))
        self._add(Scope.SCHEDULE, self._local, local, _named(SCHEDULE))
        self.units = frozenset(self._starts[Scope.UNIT])
        # The power is the first reading of a unit and of a measuring point.
        self.balance = (
            self._starts["load"],
            self._starts["grid"],
            [*self._starts["solar"], *self._starts[Scope.UNIT]],
        )
        self._lists = [i for i, row in enumerate(self.rows) if row.quantity.is_list]
        self._no_sensors = dict.fromkeys(
            self._infos, Sensor(None, next(iter(self._infos.values())))
        )

    def sensors(self, values: Iterable[Any]) -> dict[str, Sensor]:
        """Return the sensors by name.

        Args:
            values: The value of each, in the order of `rows`.
        """
        values = [*values]
        for index in self._lists:
            texts = values[index]
            if texts is not None:
                values[index] = ", ".join(texts) if texts else ""
        sensors = self._no_sensors.copy()  # which has room for all and need not grow
        sensors.update(zip(self._infos, map(Sensor, values, self._infos.values()), strict=True))
        return sensors

    def _add_unit(self, unit: KnownUnit) -> None:
        is_local = not self.parts
        key = _key("ems", unit.id)
        tag = "" if is_local else f" {unit.name}"
        parent = None if is_local else self._local
        about = DeviceMetadata(
            f"Homevolt EMS {unit.name}", unit.model or "Homevolt", key, "unit", parent
        )
        self._add(Scope.UNIT, key, about, _named(UNIT, tag), subject=unit)
        for number, model in sorted(unit.blades.items()):
            identifier = f"battery_{number}" + ("" if is_local else f"_{unit.id}")
            about = DeviceMetadata(
                f"Homevolt Battery {number}{tag}", model, f"{key}_battery_{number}", "blade", key
            )
            named = _named(BLADE, tag, n=number)
            self._add(Scope.BLADE, identifier, about, named, subject=number)

    def _add_point(self, point: KnownPoint) -> None:
        function, *_ = point.id
        identifier = function
        if function in self.metadata:
            identifier = _unique(f"{function}_{point.euid}", self.metadata)
        tag = identifier.replace(f"{function}_", f"{function} ", 1)
        name = f"Homevolt {tag[:1].upper()}{tag[1:]} Sensor"
        about = DeviceMetadata(name, point.model, self._point_key(point), function, self._local)
        named = [
            *_named(METER, f" {tag}"),
            *(
                row
                for phase in ("L1", "L2", "L3")
                for row in _named(PHASE, f" {tag}", f"{phase.lower()}_", phase=phase)
            ),
            *_named(RADIO, f" {tag}"),
        ]
        self._starts[function].append(len(self.rows))
        self._add(Scope.METER, identifier, about, named, subject=point.id)

    def _point_key(self, point: KnownPoint) -> str:
        function, _, euid, sensor_type = point.id
        words = (function, euid) if euid else (self._local, function, sensor_type)
        return _key(*words, str(point.number + 1) if point.number else "")

    def _add(
        self,
        scope: Scope,
        identifier: str,
        about: DeviceMetadata,
        named: Sequence[tuple[Reading[Any], str, str]],
        *,
        subject: object = None,
    ) -> None:
        self.metadata.setdefault(identifier, about)
        self.metadata_by_key.setdefault(about.key, about)
        self.parts.append(Part(scope, len(self.rows), subject))
        self._starts[scope].append(len(self.rows))
        for row, wanted, reading in named:
            self.rows.append(row)
            name = _unique(wanted, self._infos)
            kind, unit, *_ = row.quantity
            self._infos[name] = SensorInfo(kind, identifier, name, unit, about.key, reading)


def _key(*words: str) -> str:
    """Return words as a key of digits, lower-case letters and underscores."""
    return _NOT_KEY.sub("_", "_".join(filter(None, words)).lower()).strip("_")


def _named(
    rows: Iterable[Reading[Any]], tag: str = "", prefix: str = "", **numbers: object
) -> list[tuple[Reading[Any], str, str]]:
    """Return each row with the name of its sensor and the key of its reading."""
    return [(row, row.name.format(**numbers) + tag, prefix + row.key) for row in rows]


def _unique(name: str, taken: Container[str]) -> str:
    """Return a name that is not taken yet, with a number after it if need be."""
    candidate, n = name, 2
    while candidate in taken:
        candidate, n = f"{name}_{n}", n + 1
    return candidate
