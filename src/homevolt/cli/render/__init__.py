"""What the shell shows; loaded when it is first used, because rich takes long to load."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.cli.render.chart.files import write_planned, write_prices
    from homevolt.cli.render.chart_display import show_explained, show_planned, show_prices
    from homevolt.cli.render.devices import show_devices
    from homevolt.cli.render.display import sensors, show_status, status
    from homevolt.cli.render.log_display import follow_logs, logs
    from homevolt.cli.render.plan_view import show_diff, show_plan
    from homevolt.cli.render.report_display import (
        alarms,
        errors,
        history,
        info,
        nodes,
        show_discovered,
    )
    from homevolt.cli.render.several import progress, show_all, show_sheets
    from homevolt.cli.render.terminal import show_folded, show_next_steps
    from homevolt.cli.render.watch_display import watch_status

__all__ = [
    "alarms",
    "errors",
    "follow_logs",
    "history",
    "info",
    "logs",
    "nodes",
    "progress",
    "sensors",
    "show_all",
    "show_devices",
    "show_diff",
    "show_discovered",
    "show_explained",
    "show_folded",
    "show_next_steps",
    "show_plan",
    "show_planned",
    "show_prices",
    "show_sheets",
    "show_status",
    "status",
    "watch_status",
    "write_planned",
    "write_prices",
]

_MODULES = {
    "devices": ("show_devices",),
    "display": ("sensors", "show_status", "status"),
    "log_display": ("follow_logs", "logs"),
    "chart.files": ("write_planned", "write_prices"),
    "chart_display": ("show_explained", "show_planned", "show_prices"),
    "plan_view": ("show_diff", "show_plan"),
    "report_display": ("alarms", "errors", "history", "info", "nodes", "show_discovered"),
    "several": ("progress", "show_all", "show_sheets"),
    "terminal": ("show_folded", "show_next_steps"),
    "watch_display": ("watch_status",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
