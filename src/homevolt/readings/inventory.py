"""Which parts an installation is known to have, and where an answer holds them.

A part that was seen once stays known while the device leaves it out: a peer that cannot be
reached, a blade that was removed, a clamp without a signal.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.readings.identity import (
    UNKNOWN,
    PointId,
    blade_numbers,
    local_unit,
    point_id,
    unit_id,
)
from homevolt.readings.layout import KnownPoint, KnownUnit, Layout

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from homevolt.protocol.ems import EmsDocument, MeasuringPoint, Unit

_MOST_ARRANGEMENTS = 16


class Arrangement(NamedTuple):
    """Where the answers of one structure hold the known parts; None for what they leave out.

    Attributes:
        layout: The known parts.
        units: Of each known unit its index in `ems`, and of each of its blades the index in
            `bms_data`.
        points: Of each known measuring point its index in `sensors`.
        device_id: The id of the unit that answers, as the device gives it.
    """

    layout: Layout
    units: tuple[tuple[int | None, tuple[int | None, ...]], ...]
    points: tuple[int | None, ...]
    device_id: str


class Inventory:
    """The parts that one device has shown so far."""

    def __init__(self) -> None:
        self._local = ""
        self._last: tuple[EmsDocument, Arrangement] | None = None
        self._structure: tuple[Any, ...] = ()
        self._forget()

    def arrange(self, document: EmsDocument) -> Arrangement:
        """Return where an answer holds the known parts; a part that is new becomes known.

        Raises:
            HomevoltDataError: The unit that answers is not known yet, and cannot be derived from
                this answer.
        """
        last = self._last
        if last is not None and last[0] is document:
            return last[1]
        structure = (
            *[
                (u.ecu_id, u.ecu_host, u.ems_info.model, u.bms_info, len(u.bms_data))
                for u in document.ems
            ],
            *[(p.function, p.type, p.sensor_type, p.euid, p.node_id) for p in document.sensors],
        )
        if last is not None and structure == self._structure:
            arrangement = last[1]  # as nearly always; comparing costs half of hashing
        else:
            arrangement = self._arrangements.get(structure) or self._arranged(document)
            self._arrangements[structure] = arrangement
        self._last, self._structure = (document, arrangement), structure
        return arrangement

    def _forget(self) -> None:
        self._units: dict[tuple[str, int], KnownUnit] = {}
        self._points: dict[tuple[PointId, int], KnownPoint] = {}
        self._counts: Counter[Hashable] = Counter()
        self._layout: Layout | None = None
        self._arrangements: dict[tuple[Any, ...], Arrangement] = {}

    def _arranged(self, document: EmsDocument) -> Arrangement:
        ids = self._unit_ids(document.ems)
        local = local_unit(document.ems, ids, self._local)
        if local is not None and ids[local] != self._local:
            self._forget()  # nothing is known yet, or another device answers at this address
            self._local = ids[local]
        known = (dict(self._units), dict(self._points))
        units = self._see_units(document.ems, ids)
        points = self._see_points(document.sensors)
        if self._layout is None or known != (self._units, self._points):
            local_first = ((each != (self._local, 0), each) for each in self._units)
            self._units = {each: self._units[each] for _, each in sorted(local_first)}
            self._points = dict(sorted(self._points.items()))
            self._layout = Layout([*self._units.values()], [*self._points.values()])
            self._arrangements.clear()  # the others know fewer parts
        elif len(self._arrangements) >= _MOST_ARRANGEMENTS:
            self._arrangements.clear()
        found: list[tuple[int | None, dict[int, int]]] = [
            units.get(each, (None, {})) for each in self._units
        ]
        return Arrangement(
            self._layout,
            tuple(
                (index, tuple(map(blades.get, sorted(unit.blades))))
                for (index, blades), unit in zip(found, self._units.values(), strict=True)
            ),
            tuple(map(points.get, self._points)),
            self._units[self._local, 0].name,
        )

    def _unit_ids(self, units: Sequence[Unit]) -> list[str]:
        """Return the id of each unit; one that gives none is known by its host."""
        ids = [unit_id(unit) for unit in units]
        by_host = {unit.host: each for (each, _), unit in self._units.items()} | {None: UNKNOWN}
        for index, unit in enumerate(units):
            known = by_host.get(unit.ecu_host, UNKNOWN)
            if ids[index] == UNKNOWN and known not in ids:
                ids[index] = known
        return ids

    def _point_ids(self, points: Sequence[MeasuringPoint]) -> list[PointId]:
        """Return the identity of each point; a clamp that gives no EUID is known by its node."""
        ids = [point_id(point) for point in points]
        by_node: dict[tuple[str, int | None], PointId] = {
            (p.id.function, p.node): p.id for p in self._points.values() if p.node
        }
        for index, point in enumerate(points):
            known = by_node.get((ids[index].function, point.node_id), ids[index])
            if not ids[index].euid and known not in ids:
                ids[index] = known
        return ids

    def _see_units(
        self, units: Sequence[Unit], ids: Sequence[str]
    ) -> dict[tuple[str, int], tuple[int, dict[int, int]]]:
        """Record the units and blades of an answer; return the index of each."""
        found = {}
        order = sorted(range(len(units)), key=lambda i: (bool(units[i].ecu_host), i))
        for index, number in self._numbered([(ids[i], i) for i in order]):
            unit, each = units[index], (ids[index], number)
            before = self._units.get(each) or KnownUnit("", "", "", {}, None)
            numbers = enumerate(blade_numbers(unit, before.blades))
            blades = {n: i for i, n in numbers if n is not None}
            suffix = f"_{number + 1}" if number else ""
            name = before.name if unit_id(unit) == UNKNOWN else f"{unit.ecu_id}{suffix}"
            self._units[each] = KnownUnit(
                f"{ids[index]}{suffix}",
                name or f"{UNKNOWN}{suffix}",
                unit.ems_info.model or before.model,
                before.blades | {n: _blade_model(unit, i, before, n) for n, i in blades.items()},
                before.host if unit.ecu_host is None else unit.ecu_host,
            )
            found[each] = (index, blades)
        return found

    def _see_points(self, points: Sequence[MeasuringPoint]) -> dict[tuple[PointId, int], int]:
        """Record the measuring points of an answer; return the index of each.

        A point that only repeats a unit's own figures is left out.
        """
        found = {}
        ids = self._point_ids(points)
        order = sorted(
            (ids[index], point.node_id or 0, index)
            for index, point in enumerate(points)
            if point.sensor_type != "ems"
        )
        for index, number in self._numbered([(each, index) for each, _, index in order]):
            point, each = points[index], (ids[index], number)
            if each[0] == point_id(point):
                model = point.sensor_type or "measuring point"
                self._points[each] = KnownPoint(
                    each[0], number, point.euid or UNKNOWN, model, point.node_id
                )
            found[each] = index
        return found

    def _numbered(self, things: Sequence[tuple[Hashable, int]]) -> list[tuple[int, int]]:
        """Number things of the same identity by their order.

        Where there are fewer of them than were known, their order proves nothing, and none of them
        is returned.

        Args:
            things: Each with its identity and its index in the answer.

        Returns:
            The index of each, and its number among those of the same identity, from 0.
        """
        counts = Counter(identity for identity, _ in things)
        given: Counter[Hashable] = Counter()
        numbered = []
        for identity, index in things:
            if counts[identity] >= self._counts[identity]:
                numbered.append((index, given[identity]))
                given[identity] += 1
        self._counts |= counts  # the larger of the two
        return numbered


def _blade_model(unit: Unit, index: int, before: KnownUnit, number: int) -> str:
    info = unit.bms_info[index] if index < len(unit.bms_info) else None
    named = None if info is None else info.battery_type_str
    return named or before.blades.get(number, "Homevolt battery")
