"""The small public values that readings are made of."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

import msgspec

_NOT_SLUG = re.compile(r"[^0-9a-z]+")


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


class SensorInfo(msgspec.Struct, frozen=True):
    """What a sensor is; it stays the same while its value changes.

    Attributes:
        type: What kind of quantity it is.
        device_identifier: The key in `Device.device_metadata` of the part it belongs to.
        name: The key in `Device.sensors`, for people. It depends on what else the installation
            has: a second solar clamp may take the plain name.
        unit: UCUM-like: V, A, W, var, VA, Wh, kWh, Hz, Cel, dBm, s, 1 (a ratio or a count), None
            for text.
        part: The `key` of that part.
        reading: The key of the reading, such as `power_w`; it never changes.
    """

    type: SensorType
    device_identifier: str
    name: str = ""
    unit: str | None = None
    part: str = ""
    reading: str = ""

    @property
    def key(self) -> str:
        """The identifier for programs, made of the ids of the part and of the reading.

        It never refers to another thing later.
        """
        return f"{self.part}.{self.reading}"


class Sensor(msgspec.Struct, frozen=True, gc=False):
    """One reading; it has every attribute of its `SensorInfo` too.

    Attributes:
        value: The reading in `unit`, a text, or None if the device did not report it.
        info: What it is.
    """

    value: float | str | None
    info: SensorInfo

    @property
    def type(self) -> SensorType:
        """What kind of quantity it is."""
        return self.info.type

    @property
    def device_identifier(self) -> str:
        """The key in `Device.device_metadata` of the part it belongs to."""
        return self.info.device_identifier

    @property
    def name(self) -> str:
        """The key in `Device.sensors`, for people; see `SensorInfo`."""
        return self.info.name

    @property
    def unit(self) -> str | None:
        """The unit of the value, None for text."""
        return self.info.unit

    @property
    def key(self) -> str:
        """The identifier for programs; it never refers to another thing later."""
        return self.info.key

    @property
    def slug(self) -> str:
        """The name in snake_case; unlike `key`, it changes with the name."""
        return _slug(self.name)


class DeviceMetadata(msgspec.Struct, frozen=True):
    """What a part of the installation is.

    Attributes:
        name: Its name for people, such as `Homevolt Battery 0`.
        model: Its model as the device names it, or a general word where it names none.
        key: The identifier for programs. It is made of what never changes (the unit's id, the
            clamp's EUID, the number of the blade) and never refers to another part later.
        kind: `unit`, `blade`, `cluster`, `grid`, `solar`, `load`, `house`, or another function of
            a measuring point.
        parent: The `key` of the part that it belongs to, None for the unit that answers and for the
            sum over the units.
    """

    name: str
    model: str
    key: str = ""
    kind: str = ""
    parent: str | None = None


@lru_cache(maxsize=1024)
def _slug(name: str) -> str:
    return _NOT_SLUG.sub("_", name.lower()).strip("_")
