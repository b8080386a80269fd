"""Load or solar production from a CSV or JSON file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from homevolt.exceptions import HomevoltDataError
from homevolt.planning.files import read_points
from homevolt.planning.series import HOUR, Forecast, from_points

if TYPE_CHECKING:
    from datetime import timedelta, tzinfo

_COLUMNS = ("power_w", "power_kw", "energy_wh", "energy_kwh", "value")
_UNIT = re.compile(r"(?:power|energy)_(k?wh?)", re.IGNORECASE)
_W_PER_UNIT = {"w": 1.0, "kw": 1000.0, "wh": 1.0, "kwh": 1000.0}


def forecast_from_file(text: str, zone: tzinfo, *, name: str = "the file") -> Forecast:
    """Read what is expected, or what was: mean power, or energy of each slot.

    Args:
        text: What the file holds; see `homevolt.planning.files.read_points`. The column of values
            is called `power_w`, `power_kw`, `energy_wh` or `energy_kwh`; `value` is in W.
        zone: The zone of instants without an offset.
        name: What the file is called, for error messages and for what the forecast rests on.

    Raises:
        HomevoltDataError: It cannot be read, an instant comes twice, or a value is negative.
    """
    found = read_points(text, name=name, columns=_COLUMNS, zone=zone)
    try:
        start, resolution, values = from_points(found.points)
    except HomevoltDataError as error:
        raise HomevoltDataError(f"{name}: {error}") from error
    factor = _factor(found.column, resolution)
    for n, value in enumerate(values):
        if value is not None and value < 0:
            raise HomevoltDataError(
                f"{name}: the value at {(start + n * resolution).isoformat()} is negative: "
                f"{value:g}"
            )
    return Forecast(
        start=start,
        resolution=resolution,
        values=tuple(None if value is None else value * factor for value in values),
        basis=f"The column {found.column} of {name}.",
    )


def _factor(column: str, resolution: timedelta) -> float:
    """Return the mean power in W of a slot whose value is 1."""
    match = _UNIT.match(column.strip())
    unit = match[1].lower() if match else "w"
    hours = resolution / HOUR if unit.endswith("h") else 1.0
    return _W_PER_UNIT[unit] / hours
