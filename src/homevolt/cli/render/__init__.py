"""What the shell shows; loaded when it is first used, because rich takes long to load."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.cli.render.devices import (
        progress,
        show_devices,
        show_sensors_of_all,
        show_status_of_all,
    )
    from homevolt.cli.render.display import (
        show_next_steps,
        show_sensors,
        show_status,
        watch_status,
    )

__all__ = [
    "progress",
    "show_devices",
    "show_next_steps",
    "show_sensors",
    "show_sensors_of_all",
    "show_status",
    "show_status_of_all",
    "watch_status",
]

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name
    _OF_DEVICES = {"progress", "show_devices", "show_sensors_of_all", "show_status_of_all"}

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "devices" if name in _OF_DEVICES else "display"
        return getattr(import_module(f"homevolt.cli.render.{module}"), name)
