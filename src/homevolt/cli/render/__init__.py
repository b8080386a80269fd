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
    )
    from homevolt.cli.render.log_display import follow_logs, show_logs
    from homevolt.cli.render.picture.files import write_planned, write_prices
    from homevolt.cli.render.picture_display import show_explained, show_planned, show_prices
    from homevolt.cli.render.plan_view import show_diff, show_plan
    from homevolt.cli.render.report_display import (
        show_alarms,
        show_discovered,
        show_errors,
        show_history,
        show_info,
        show_nodes,
    )
    from homevolt.cli.render.watch_display import watch_status

__all__ = [
    "follow_logs",
    "progress",
    "show_alarms",
    "show_devices",
    "show_diff",
    "show_discovered",
    "show_errors",
    "show_explained",
    "show_history",
    "show_info",
    "show_logs",
    "show_next_steps",
    "show_nodes",
    "show_plan",
    "show_planned",
    "show_prices",
    "show_sensors",
    "show_sensors_of_all",
    "show_status",
    "show_status_of_all",
    "watch_status",
    "write_planned",
    "write_prices",
]

_MODULES = {
    "devices": ("progress", "show_devices", "show_sensors_of_all", "show_status_of_all"),
    "display": ("show_next_steps", "show_sensors", "show_status"),
    "log_display": ("follow_logs", "show_logs"),
    "picture.files": ("write_planned", "write_prices"),
    "picture_display": ("show_explained", "show_planned", "show_prices"),
    "plan_view": ("show_diff", "show_plan"),
    "report_display": (
        "show_alarms",
        "show_discovered",
        "show_errors",
        "show_history",
        "show_info",
        "show_nodes",
    ),
    "watch_display": ("watch_status",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
