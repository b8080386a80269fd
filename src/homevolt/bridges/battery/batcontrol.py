"""The topics of batcontrol's inverter driver for MQTT: its commands, and what it wants to know.

Source: the driver `mqtt` of batcontrol, whose `base_topic` can be chosen. A mode that takes a power
is followed by the power in a message of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt._common import short_repr
from homevolt.bridges.battery.facade import figures
from homevolt.bridges.battery.modes import NORMAL, Request, request_of
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homevolt.readings.snapshot import Snapshot

MODES: Mapping[str, tuple[str, str | None]] = {
    "allow_discharge": (NORMAL, None),
    "avoid_discharge": ("hold", None),
    "force_charge": ("charge", "charge_rate"),
    "limit_battery_charge": ("holdcharge", "limit_battery_charge_rate"),
}
"""For each of its modes the word of the facade, and the topic that brings the power."""
_RATES = frozenset(rate for _, rate in MODES.values() if rate is not None)


class BatcontrolCommands:
    """The commands of one batcontrol, in the order in which they come."""

    def __init__(self) -> None:
        self._mode = ""

    def request(self, name: str, value: object) -> Request | None:
        """Return what a message asks for, None while its power is still to come.

        Args:
            name: The last level of its topic.
            value: Its payload.

        Raises:
            HomevoltValueError: It is no command of batcontrol, or a power of another mode.
        """
        if name in _RATES:
            word, rate = MODES.get(self._mode, ("", None))
            if rate != name:
                goes_with = next(mode for mode, row in MODES.items() if row[1] == name)
                raise HomevoltValueError(
                    f"{name} goes with the mode {goes_with}, and the mode is "
                    f"{self._mode or 'not set'}; nothing was sent"
                )
            return request_of({"mode": word, "power": _watts(value)})
        if name != "mode" or not isinstance(value, str) or value not in MODES:
            raise HomevoltValueError(
                f"batcontrol sends mode ({', '.join(MODES)}) and {', '.join(sorted(_RATES))}, not "
                f"{short_repr(name)} {short_repr(value)}"
            )
        self._mode = value
        word, rate = MODES[self._mode]
        return Request(word) if rate is None else None

    def forget(self) -> None:
        """Forget the mode: a power that comes without one is for none."""
        self._mode = ""


def batcontrol_status(snapshot: Snapshot) -> dict[str, float | None]:
    """Return what batcontrol wants to know, by the last level of its topic."""
    battery = figures(snapshot)
    return {
        "soc": battery["state_of_charge_percent"],
        "capacity": battery["capacity_wh"],
        "max_charge_rate": battery["max_power_w"],
    }


def _watts(value: object) -> int:
    try:
        return round(float(str(value)))
    except (ValueError, OverflowError) as error:
        raise HomevoltValueError(
            f"a charge rate is a number of W, not {short_repr(value)}"
        ) from error
