"""What the words of the facade mean on the device: one row for each.

The tests prove each on a simulated battery, by the power of the meter and of the battery over an
hour of changing load and solar production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError
from homevolt.schedule.entry import BatteryMode, ScheduleEntry
from homevolt.schedule.options import BY_NAME, nearest, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping


class Meaning(NamedTuple):
    """What a word means.

    Attributes:
        about: What the battery does, for people.
        number: The number that evcc sends for it.
        mode: The mode of the device.
        options: The options that always go with it.
        power: The options that hold the power of a request, if it has one.
    """

    about: str
    number: int
    mode: BatteryMode
    options: Mapping[str, int]
    power: tuple[str, ...]


NORMAL = "normal"

MEANINGS: dict[str, Meaning] = {
    NORMAL: Meaning(
        "The plan goes on; where there is none, the battery holds the meter at zero.",
        1, BatteryMode.GRID_CHARGE_DISCHARGE, {"setpoint": 0}, ("max_charge", "max_discharge"),
    ),
    "hold": Meaning(
        "The battery is not discharged; it may take the solar surplus.",
        2, BatteryMode.SOLAR_CHARGE, {}, ("max_charge",),
    ),
    "charge": Meaning(
        "The battery is charged, from the grid too.",
        3, BatteryMode.INVERTER_CHARGE, {}, ("setpoint",),
    ),
    "holdcharge": Meaning(
        "The battery is not charged, or with the given power at most; it covers the house.",
        4, BatteryMode.GRID_CHARGE_DISCHARGE, {"setpoint": 0, "max_charge": 0}, ("max_charge",),
    ),
    "discharge": Meaning(
        "The battery is discharged, into the grid too.",
        5, BatteryMode.INVERTER_DISCHARGE, {}, ("setpoint",),
    ),
}  # fmt: skip
"""The words, as evcc calls its battery modes."""

_BY_NUMBER = {str(row.number): word for word, row in MEANINGS.items()}

DEFAULT_TTL_S = 900
SHORTEST_TTL_S, LONGEST_TTL_S = 10, 86_400


class Request(NamedTuple):
    """What a controller asks for.

    Attributes:
        mode: One of the words.
        power: In W, or None for what the battery is able to.
        ttl: For how long, in s.
    """

    mode: str
    power: int | None = None
    ttl: int = DEFAULT_TTL_S

    def entry(self) -> ScheduleEntry:
        """Return what the device is to do, without a window."""
        row = MEANINGS[self.mode]
        options: dict[str, Any] = dict(row.options)
        if self.power is not None:
            options |= dict.fromkeys(row.power, self.power)
        return ScheduleEntry(mode=row.mode, **options)


def request_of(given: object) -> Request:
    """Return a request that came from outside.

    Args:
        given: A word, the number that evcc sends for it, or a mapping with `mode`, `power` in W
            and `ttl` in s.

    Raises:
        HomevoltValueError: It is none of these.
    """
    fields = dict(given) if isinstance(given, dict) else {"mode": given}
    if unknown := [key for key in fields if key not in Request._fields]:
        raise HomevoltValueError(
            f"there is no {short_repr(unknown[0])}; a request has {', '.join(Request._fields)}"
        )
    power, ttl = fields.get("power"), fields.get("ttl")
    return Request(
        _word(fields.get("mode")),
        None if power is None else _whole("power", power, 0, BY_NAME["max_charge"].high, "W"),
        DEFAULT_TTL_S if ttl is None else _whole("ttl", ttl, SHORTEST_TTL_S, LONGEST_TTL_S, "s"),
    )


def _word(given: object) -> str:
    text = str(given).strip().lower() if isinstance(given, str | int) else ""
    word = _BY_NUMBER.get(text, text)
    if word not in MEANINGS or isinstance(given, bool):
        raise HomevoltValueError(
            f"mode is one of {', '.join(MEANINGS)}, or 1 to {len(MEANINGS)}, not "
            f"{short_repr(given)}{nearest(word, MEANINGS)}"
        )
    return word


def _whole(name: str, given: object, low: int, high: int, unit: str) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    number = whole_number(name, given, f" {unit}")
    if not low <= number <= high:
        raise HomevoltValueError(f"{name} must be {low} to {high} {unit}, not {number}")
    return number
