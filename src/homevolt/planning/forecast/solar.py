"""The forecast of solar production: Open-Meteo, without a key.

Facts (its documentation): `GET /v1/forecast?latitude=&longitude=&minutely_15=
global_tilted_irradiance&tilt=&azimuth=&timeformat=unixtime&timezone=GMT&start_date=&end_date=`.
Tilt is 0 (flat) to 90 degrees, azimuth 0 south, -90 east, 90 west, 180 north. `minutely_15` has
`time` and `global_tilted_irradiance` in W/m2, the mean of the 15 minutes BEFORE each time; days are
those of GMT, and a wrong argument is `{"error": true, "reason": ...}` with status 400.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from homevolt._common import SYSTEM_CLOCK, short_repr
from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.planning.files import read_json
from homevolt.planning.http import TIMEOUT_S, HttpFetcher
from homevolt.planning.series import QUARTER, Forecast, from_points, is_number, utc

from .load import empty_grid

if TYPE_CHECKING:
    import aiohttp

    from homevolt._common import Clock

BASE_URL = "https://api.open-meteo.com"
PERFORMANCE_RATIO = 0.85
"""What is left after inverter, wiring, heat and dirt: usual for roofs, not measured here."""
_STANDARD_W_PER_M2 = 1000.0
_VARIABLE = "global_tilted_irradiance"
_RANGES: dict[str, tuple[float, float, str]] = {
    "latitude": (-90, 90, "from -90 to 90 degrees"),
    "longitude": (-180, 180, "from -180 to 180 degrees"),
    "peak_kw": (0, 1e6, "0 kW or more"),
    "tilt": (0, 90, "from 0 (flat) to 90 degrees"),
    "azimuth": (-180, 180, "from -180 to 180 degrees: 0 is south, -90 east, 90 west"),
    "performance_ratio": (0, 1, "from 0 to 1"),
    "max_power_w": (0, 1e9, "0 W or more"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SolarPlant:
    """Panels of one orientation.

    Args:
        latitude: Where they are, in degrees north.
        longitude: Where they are, in degrees east.
        peak_kw: Their peak power in kW (kWp).
        tilt: 0 is flat, 90 upright, in degrees.
        azimuth: 0 is south, -90 east, 90 west, in degrees.
        performance_ratio: What is left after all losses, 0 to 1.
        max_power_w: What their inverter gives at most, in W; None does not limit it.

    Raises:
        HomevoltValueError: A number cannot be.
    """

    latitude: float
    longitude: float
    peak_kw: float
    tilt: float
    azimuth: float
    performance_ratio: float = PERFORMANCE_RATIO
    max_power_w: float | None = None

    def __post_init__(self) -> None:
        """Check what was given."""
        for name, (lowest, highest, says) in _RANGES.items():
            value = getattr(self, name)
            if name == "max_power_w" and value is None:
                continue
            if not is_number(value) or not lowest <= value <= highest:
                raise HomevoltValueError(f"{name} must be {says}, not {short_repr(value)}.")

    def power_w(self, irradiance_w_per_m2: float) -> float:
        """Return what the panels give in W at an irradiance on their plane in W/m2."""
        peak_w = self.peak_kw * 1000.0
        given = peak_w * irradiance_w_per_m2 / _STANDARD_W_PER_M2 * self.performance_ratio
        return given if self.max_power_w is None else min(given, self.max_power_w)


async def solar_forecast(
    plant: SolarPlant,
    start: datetime,
    end: datetime,
    *,
    session: aiohttp.ClientSession | None = None,
    base_url: str = BASE_URL,
    clock: Clock = SYSTEM_CLOCK,
    timeout_s: float = TIMEOUT_S,
) -> Forecast:
    """Fetch the weather and return what the panels will give; what it does not say is a gap.

    Args:
        plant: The panels.
        start: When the forecast begins, an aware datetime.
        end: When it ends, an aware datetime.
        session: A session whose connections are used; it is never closed.
        base_url: The address of the service.
        clock: The time to go by.
        timeout_s: Seconds for one attempt at an answer.

    Raises:
        HomevoltConnectionError: The service gave no usable answer.
        HomevoltDataError: Its answer is of another shape.
        HomevoltValueError: A datetime is naive.
    """
    # The 15 minutes before midnight are those that end at midnight, of the next day.
    last = utc("end", end) + QUARTER
    body = await HttpFetcher(session, clock, timeout_s).fetch(
        f"{base_url.rstrip('/')}/v1/forecast",
        params={
            "latitude": f"{plant.latitude:.4f}",
            "longitude": f"{plant.longitude:.4f}",
            "minutely_15": _VARIABLE,
            "tilt": f"{plant.tilt:g}",
            "azimuth": f"{plant.azimuth:g}",
            "timeformat": "unixtime",
            "timezone": "GMT",
            "start_date": f"{utc('start', start):%Y-%m-%d}",
            "end_date": f"{last:%Y-%m-%d}",
        },
    )
    times, values = _columns(read_json(body))
    points = [
        (_instant(time) - QUARTER, _power(plant, value))
        for time, value in zip(times, values, strict=True)
    ]
    grid = empty_grid(start, end)
    first, resolution, found = from_points(points, QUARTER)
    told = Forecast(start=first, resolution=resolution, values=found, basis="")
    fetched = datetime.fromtimestamp(clock.now(), UTC)
    return Forecast(
        start=grid.start,
        resolution=QUARTER,
        values=tuple(told.at(slot.start) for slot in grid.slots()),
        basis=(
            f"Open-Meteo of {fetched:%Y-%m-%d %H:%M} UTC for {plant.peak_kw:g} kWp, tilt "
            f"{plant.tilt:g}, azimuth {plant.azimuth:g}, performance "
            f"ratio {plant.performance_ratio * 100:.0f} %."
        ),
    )


def no_solar(start: datetime, end: datetime) -> Forecast:
    """Return the forecast of a house without panels: 0 W, which is known.

    Raises:
        HomevoltValueError: A datetime is naive.
    """
    grid = empty_grid(start, end)
    return Forecast(
        start=grid.start, resolution=QUARTER, values=(0.0,) * len(grid), basis="No panels."
    )


def _columns(document: Any) -> tuple[list[Any], list[Any]]:
    part = document.get("minutely_15") if isinstance(document, dict) else None
    times = part.get("time") if isinstance(part, dict) else None
    values = part.get(_VARIABLE) if isinstance(part, dict) else None
    if not isinstance(times, list) or not isinstance(values, list) or len(times) != len(values):
        raise HomevoltDataError(f"The answer has no `minutely_15` with `time` and `{_VARIABLE}`.")
    return times, values


def _instant(seconds: object) -> datetime:
    if is_number(seconds):
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            pass
    raise HomevoltDataError(f"This is not an instant: {short_repr(seconds)}")


def _power(plant: SolarPlant, irradiance: object) -> float | None:
    if irradiance is None:
        return None
    if not is_number(irradiance):
        raise HomevoltDataError(f"This is not an irradiance: {short_repr(irradiance)}")
    return plant.power_w(max(float(irradiance), 0.0))
