"""The parameters of a device that can be set over MQTT: those of the light strip and the fuses."""

from __future__ import annotations

from typing import Any, NamedTuple


class SettableParameter(NamedTuple):
    """A parameter that can be set.

    Attributes:
        name: Its name for people.
        unit: Its unit.
        low: The smallest value.
        high: The largest value.
        options: Its values if it is a choice.
    """

    name: str
    unit: str = ""
    low: int = 0
    high: int = 100
    options: tuple[str, ...] = ()

    def shown(self, value: Any) -> int | float | str | None:
        """Return a value of the device, None if it is not one that an entity can show."""
        if self.options:
            return value if value in self.options else None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number and self.low <= value <= self.high else None


PARAMETERS: dict[str, SettableParameter] = {
    "ledstrip_mode": SettableParameter("Light strip", options=("off", "on", "soc", "dem", "ser")),
    "ledstrip_bright_max": SettableParameter("Light strip brightness by day", "%"),
    "ledstrip_bright_min": SettableParameter("Light strip brightness by night", "%"),
    "ledstrip_mode_on_hue": SettableParameter("Light strip hue", "°", high=360),
    "ledstrip_mode_on_saturation": SettableParameter("Light strip saturation", "%"),
    "ecu_main_fuse_size_a": SettableParameter("Main fuse", "A", low=1, high=125),
    "ecu_group_fuse_size_a": SettableParameter("Group fuse", "A", low=1, high=125),
}
"""By the name that the device gives it (`/params.json`)."""
