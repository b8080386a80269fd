"""The metrics of the readings: their names, units and types follow from the rows of the catalogue.

Prometheus wants base units, and everything that is summed or compared under one name: so a phase,
a unit or a blade is a label, and `l1_voltage_v` of a unit and of a measuring point become
`homevolt_unit_phase_voltage_volts` and `homevolt_meter_phase_voltage_volts`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.readings.catalogue import CATALOGUE, TOTAL, Scope
from homevolt.readings.models import SensorType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.readings.catalogue import Quantity, Reading

PREFIX = "homevolt"
INFO_READING = "firmware_version"
"""The reading of a unit that is a label of `homevolt_info`."""


class BaseUnit(NamedTuple):
    """A unit of Prometheus.

    Attributes:
        name: Its name at the end of a metric, empty for none.
        factor: What a reading is multiplied by.
    """

    name: str
    factor: float = 1.0


BASE_UNITS: dict[str | None, BaseUnit] = {
    "W": BaseUnit("watts"),
    "VA": BaseUnit("voltamperes"),
    "var": BaseUnit("vars"),
    "V": BaseUnit("volts"),
    "A": BaseUnit("amperes"),
    "Wh": BaseUnit("joules", 3600.0),
    "kWh": BaseUnit("joules", 3.6e6),
    "Hz": BaseUnit("hertz"),
    "Cel": BaseUnit("celsius"),
    "dBm": BaseUnit("dbm"),
    "s": BaseUnit("seconds"),
}
"""The base unit of each unit of the catalogue; `1` is a ratio or a count, by the type."""
RATIO, NO_UNIT = BaseUnit("ratio"), BaseUnit("")

_PHASE = re.compile(r"(l\d(?:_l\d)?)_")
_PHASES = ("l1", "l2", "l3")
_NAMED_PHASES = (
    (re.compile(r"\bL\d to L\d\b"), "Phase to phase"),
    (re.compile(r"\bPhase L\d\b"), "Phase"),
    (re.compile(r"\bphase L\d\b"), "the phase"),
)
"""A phase in a description, and what stands for it where the phase is a label."""
_WORDS = {
    Scope.UNIT: "unit",
    Scope.TOTAL: "cluster",
    Scope.BLADE: "blade",
    Scope.METER: "meter",
    Scope.PHASE: "meter",
    Scope.RADIO: "meter",
    Scope.HOUSE: "house",
}
"""How the names of a scope begin; those of the clock and the schedule say it themselves."""
_LABELS = {Scope.UNIT: ("unit",), Scope.BLADE: ("unit", "blade")} | dict.fromkeys(
    (Scope.METER, Scope.PHASE, Scope.RADIO), ("function", "point")
)
"""The labels of a scope besides `device`."""


class Metric(NamedTuple):
    """A metric.

    Attributes:
        name: Its name, without `_total`.
        type: `counter` or `gauge`.
        description: What it means.
        labels: The names of its labels.
    """

    name: str
    type: str
    description: str
    labels: tuple[str, ...]

    @property
    def sample_name(self) -> str:
        """The name as it is scraped."""
        return f"{self.name}_total" if self.type == "counter" else self.name


class Exported(NamedTuple):
    """How one reading is exported.

    Attributes:
        metric: Its metric; of a text the one whose value is always 1.
        factor: What the value is multiplied by.
        phase: Its label `phase`, None for none.
        text_label: The label that holds the text, None for a number.
        counted: Of a list of texts, the metric that counts them.
    """

    metric: Metric
    factor: float = 1.0
    phase: str | None = None
    text_label: str | None = None
    counted: Metric | None = None


def exported(kind: str, reading: str) -> Exported | None:
    """Return how a reading is exported, None if it is a label of `homevolt_info` only.

    Args:
        kind: The kind of its part, as in `DeviceMetadata.kind`.
        reading: Its key in that part.
    """
    return EXPORTED.get((kind if kind in _KINDS else "meter", reading))


def _exported() -> Iterator[tuple[tuple[str, str], Exported]]:
    for scope, rows in {**CATALOGUE, Scope.TOTAL: TOTAL}.items():
        for row in rows:
            if scope is Scope.UNIT and row.key == INFO_READING:
                continue
            if scope is Scope.PHASE:
                for phase in _PHASES:
                    key = f"{phase}_{row.key}"
                    yield ("meter", key), _export(scope, row, key)
            else:
                yield (_kind(scope), row.key), _export(scope, row, row.key)


def _kind(scope: Scope) -> str:
    """Return the kind of the parts that have the rows of a scope."""
    unit = {Scope.CLOCK: "unit", Scope.SCHEDULE: "unit"}
    return unit.get(scope) or _WORDS[scope]


def _export(scope: Scope, row: Reading[Any], key: str) -> Exported:
    stem, phase = _without_phase(key.removesuffix(_suffix(row.quantity.unit)))
    labels = ("device", *_LABELS.get(scope, ()), *(("phase",) if phase else ()))
    name = "_".join(filter(None, (PREFIX, _WORDS.get(scope), stem)))
    if row.quantity.unit is None:
        return _export_text(name, stem, row, labels)
    unit = _base_unit(row.quantity)
    stem_of_ratio = name.removesuffix("_ratio") if unit is RATIO else name
    kind = "counter" if row.quantity.type is SensorType.ENERGY_INCREASING else "gauge"
    name = f"{stem_of_ratio}_{unit.name}" if unit.name else name
    description = row.description
    for pattern, words in _NAMED_PHASES if phase else ():
        description = pattern.sub(words, description)
    return Exported(Metric(name, kind, description, labels), unit.factor, phase)


def _export_text(name: str, stem: str, row: Reading[Any], labels: tuple[str, ...]) -> Exported:
    """Return a text as a label of a metric that is 1, and a list of texts with its count too."""
    counted = None
    label = stem
    if row.quantity.is_list:
        label = stem.removesuffix("s")
        counted = Metric(name, "gauge", f"{row.description}; here how many there are", labels)
        name = name.removesuffix("s")
    info = Metric(f"{name}_info", "gauge", f"{row.description}; 1", (*labels, label))
    return Exported(info, text_label=label, counted=counted)


def _suffix(unit: str | None) -> str:
    """Return how the key of a reading ends for its unit."""
    return f"_{ {'Cel': 'c'}.get(unit, unit.lower()) }" if unit else ""


def _without_phase(stem: str) -> tuple[str, str | None]:
    """Return a stem without the phase it begins with, and that phase."""
    found = _PHASE.match(stem)
    if found is None:
        return stem, None
    kind = "line" if "_" in found[1] else "phase"
    return f"{kind}_{stem[found.end() :]}", found[1]


def _base_unit(quantity: Quantity) -> BaseUnit:
    if quantity.unit == "1":
        return RATIO if quantity.type is SensorType.PERCENTAGE else NO_UNIT
    return BASE_UNITS[quantity.unit]


_KINDS = {"unit", "blade", "cluster", "house"}
EXPORTED: dict[tuple[str, str], Exported] = dict(_exported())
"""How each reading is exported, by the kind of its part (`meter` for measuring points) and key."""
METRICS: dict[str, Metric] = {
    metric.name: metric
    for each in EXPORTED.values()
    for metric in (each.metric, each.counted)
    if metric is not None
}
"""The metrics of the readings, by name."""
