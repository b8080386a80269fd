"""The small public values that readings are made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any

import msgspec

Convert = Callable[[Any], float | str | None]
"""From a value of the wire to the value of a reading."""


class SensorType(StrEnum):
    """What kind of quantity a sensor reads."""

    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER = "power"
    ENERGY_INCREASING = "energy_increasing"
    ENERGY_TOTAL = "energy_total"
    FREQUENCY = "frequency"
    TEMPERATURE = "temperature"
    PERCENTAGE = "percentage"
    SIGNAL_STRENGTH = "signal_strength"
    COUNT = "count"
    TEXT = "text"
    SCHEDULE_TYPE = "schedule_type"


class Sensor(msgspec.Struct, frozen=True, gc=False):
    """One reading.

    Attributes:
        value: The reading in `unit`, a text, or None if the device did not give it.
        type: What kind of quantity it is.
        device_identifier: The key in `Device.device_metadata` of the part it belongs to.
        name: The key in `Device.sensors`.
        unit: UCUM-like: V, A, W, var, VA, Wh, kWh, Hz, Cel, dBm, 1 (a ratio or a count), None for
            text.
    """

    value: float | str | None
    type: SensorType
    device_identifier: str
    name: str = ""
    unit: str | None = None

    @property
    def slug(self) -> str:
        """The name in snake_case; it never changes."""
        return re.sub(r"[^0-9a-z]+", "_", self.name.lower()).strip("_")


class DeviceMetadata(msgspec.Struct, frozen=True):
    """What a part of the installation is.

    Attributes:
        name: What to call it, such as `Homevolt Battery 1`.
        model: Its model as the device names it, or a general word where it names none.
    """

    name: str
    model: str


class Scope(Enum):
    """What a row of the catalogue is read once for."""

    UNIT = "unit"
    BLADE = "blade"
    METER = "measuring point"
    PHASE = "phase of a measuring point"
    RADIO = "radio of a measuring point"
    HOUSE = "house"
    SCHEDULE = "schedule"


class Quantity(msgspec.Struct, frozen=True):
    """A quantity and its unit."""

    type: SensorType
    unit: str | None


class Reading(msgspec.Struct, frozen=True):
    """One row of the catalogue.

    Attributes:
        name: The sensor's name, without the tag of a measuring point or a further unit; `{n}`
            stands for the number of a blade, from 1, `{phase}` for L1, L2 or L3.
        attribute: The field of the typed view, with its unit; None for the schedule, which is
            typed already.
        source: The field on the wire, below the scope's object.
        quantity: What it measures, and in which unit.
        description: What it means, with its sign.
        divisor: What the wire's number is divided by.
        convert: From the wire's value to the reading's where that is no division.
    """

    name: str
    attribute: str | None
    source: str
    quantity: Quantity
    description: str
    divisor: int = 1
    convert: Convert | None = None
