"""What numbers on the wire measure, and which of them are possible.

One rule for each quantity. The decoder checks the usual part of it while it reads a document;
a number outside that part becomes None, unless `Possible.holds` accepts it after all.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypeAlias

from msgspec import Meta

_SENTINELS_16 = (2**15 - 1, -(2**15), 2**16 - 1)
_SENTINELS_32 = (2**31 - 1, -(2**31), 2**32 - 1)


class Possible(NamedTuple):
    """The rule of a quantity.

    Attributes:
        low: The smallest possible value, in its natural unit.
        high: The largest possible value.
        sentinels: Numbers within that range by which firmware says "unknown", as on the wire.
    """

    low: float
    high: float
    sentinels: tuple[int, ...] = ()

    def holds(self, wire: float, divisor: int = 1) -> bool:
        """Tell whether a number on the wire is possible.

        Args:
            wire: The number.
            divisor: What it is divided by to get the natural unit.
        """
        low, high = self.low * divisor, self.high * divisor  # a huge number cannot be divided
        return low <= wire <= high and wire not in self.sentinels


VOLTAGE_V = Possible(0, 1500, _SENTINELS_16)
CURRENT_A = Possible(-2000, 2000)
POWER_W = Possible(-1e6, 1e6, _SENTINELS_16)
COUNTER_WH = Possible(0, 1e11, _SENTINELS_32)
COUNTER_KWH = Possible(0, 1e8)
ENERGY_WH = Possible(0, 1e7, _SENTINELS_16)
FREQUENCY_HZ = Possible(40, 65)
TEMPERATURE_C = Possible(-60, 150)
RATIO = Possible(0, 1)
SIGNAL_DBM = Possible(-127, 20)
COUNT = Possible(0, 1e6, _SENTINELS_16)
POWER_FACTOR = Possible(-1, 1)
ANGLE_DEG = Possible(-360, 360)
LINK_QUALITY = Possible(0, 255)


def _wire(possible: Possible, divisor: int = 1) -> Meta:
    """Return what the decoder checks: the part of the range that holds no sentinel."""
    low, high = possible.low * divisor, possible.high * divisor
    above = [each for each in possible.sentinels if each < 0]
    below = [each for each in possible.sentinels if each > 0]
    return Meta(
        ge=max([low, *(each + 1 for each in above)]),
        le=min([high, *(each - 1 for each in below)]),
        extra={"possible": possible, "divisor": divisor},
    )


DeciVolt: TypeAlias = Annotated[float, _wire(VOLTAGE_V, 10)]
CentiVolt: TypeAlias = Annotated[float, _wire(VOLTAGE_V, 100)]
Volt: TypeAlias = Annotated[float, _wire(VOLTAGE_V)]
Ampere: TypeAlias = Annotated[float, _wire(CURRENT_A)]
Watt: TypeAlias = Annotated[float, _wire(POWER_W)]
WattHourCounter: TypeAlias = Annotated[float, _wire(COUNTER_WH)]
KilowattHourCounter: TypeAlias = Annotated[float, _wire(COUNTER_KWH)]
WattHour: TypeAlias = Annotated[float, _wire(ENERGY_WH)]
MilliHertz: TypeAlias = Annotated[float, _wire(FREQUENCY_HZ, 1000)]
Hertz: TypeAlias = Annotated[float, _wire(FREQUENCY_HZ)]
DeciCelsius: TypeAlias = Annotated[float, _wire(TEMPERATURE_C, 10)]
CentiPercent: TypeAlias = Annotated[float, _wire(RATIO, 10_000)]
Percent: TypeAlias = Annotated[float, _wire(RATIO, 100)]
DecibelMilliwatt: TypeAlias = Annotated[float, _wire(SIGNAL_DBM)]
Count: TypeAlias = Annotated[float, _wire(COUNT)]
Celsius: TypeAlias = Annotated[float, _wire(TEMPERATURE_C)]
PowerFactor: TypeAlias = Annotated[float, _wire(POWER_FACTOR)]
Degree: TypeAlias = Annotated[float, _wire(ANGLE_DEG)]
LinkQuality: TypeAlias = Annotated[float, _wire(LINK_QUALITY)]
Switch: TypeAlias = Annotated[float, Meta(ge=0, le=1, multiple_of=1)]
"""A flag as a number."""
