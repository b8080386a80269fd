"""Sunshine and temperature by time of day and season.

Not facts about the device: the place is in Sweden, 59.3 degrees north.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.simulator.world.noise import Noise

LATITUDE = math.radians(59.3)
LONGITUDE_DEG = 18.1
EARTH_TILT = math.radians(23.44)

SECONDS_PER_DAY = 86_400
SECONDS_PER_YEAR = 365.2422 * SECONDS_PER_DAY
SOLSTICE = 1_766_329_380
"""2025-12-21 15:03 UTC, the winter solstice."""

AIR_MASS_EXPONENT = 1.15
"""Exponent on the height of the sun: light of a low sun passes through more air."""
CLOUD_LOSS = 0.85
"""Share of the sunshine that a complete cloud cover blocks."""

AMBIENT_MEAN_C = 19.0
AMBIENT_SEASON_K = 4.0
AMBIENT_DAY_K = 2.0
"""A utility room: milder than outdoors."""

_CLOUD_DAY, _CLOUD, _AMBIENT = 30, 31, 32


def season(time_s: float) -> float:
    """Return -1 at the winter solstice, 1 at the summer solstice, for epoch seconds."""
    return -math.cos(math.tau * (time_s - SOLSTICE) / SECONDS_PER_YEAR)


def local_hour(time_s: float) -> float:
    """Return the hour of the local solar day, 0 <= h < 24, for epoch seconds."""
    return (time_s / 3600 + LONGITUDE_DEG / 15) % 24


def sun_height(time_s: float) -> float:
    """Return the sine of the sun's elevation, negative at night, for epoch seconds."""
    declination = EARTH_TILT * season(time_s)
    hour_angle = math.tau * (local_hour(time_s) - 12) / 24
    return math.sin(LATITUDE) * math.sin(declination) + math.cos(LATITUDE) * math.cos(
        declination
    ) * math.cos(hour_angle)


def sunshine(noise: Noise, time_s: float) -> float:
    """Return the output of a solar plant as a share of its peak power, 0 to 1.

    Args:
        noise: Determines the clouds.
        time_s: Epoch seconds.

    Returns:
        0 at night; by day the height of the sun, less what clouds block.
    """
    height = sun_height(time_s)
    if height <= 0:
        return 0.0
    day = noise.uniform(_CLOUD_DAY, int(time_s // SECONDS_PER_DAY))
    cover = min(1.0, max(0.0, day + 0.35 * noise.smooth(_CLOUD, time_s, 1500)))
    return min(1.0, math.pow(height, AIR_MASS_EXPONENT) * 1.2) * (1.0 - CLOUD_LOSS * cover)


def ambient_c(noise: Noise, time_s: float) -> float:
    """Return the temperature around the battery in degrees Celsius."""
    by_day = math.cos(math.tau * (local_hour(time_s) - 15) / 24)
    wander = noise.smooth(_AMBIENT, time_s, 2 * SECONDS_PER_DAY)
    return (
        AMBIENT_MEAN_C + AMBIENT_SEASON_K * season(time_s) + AMBIENT_DAY_K * by_day + 1.5 * wander
    )
