"""The small public values that readings are made of."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec


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
