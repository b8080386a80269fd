"""What a device reports about itself besides its readings: typed views, and how to fetch them.

A view is loaded when it is first asked for: a program that only reads and controls does not wait
for any.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.reports.diagnostics import diagnostics
    from homevolt.reports.health import CheckView, LogLineView
    from homevolt.reports.metering import ClampFunctionView, ClampPhaseView, ClampView, MainsView
    from homevolt.reports.network import (
        CloudErrorView,
        CloudView,
        LteView,
        WifiNetworkView,
        WifiView,
    )
    from homevolt.reports.radio import (
        HubCountersView,
        HubUpdateView,
        HubView,
        NodeCountersView,
        NodeMetricsView,
        NodeView,
        PingView,
        RadioView,
    )
    from homevolt.reports.regulation import ControllerHistoryView, ControllersView, ControllerView
    from homevolt.reports.status import (
        BladeInfoView,
        EnergySystemView,
        FirmwareUpdatesView,
        FirmwareUpdateView,
        FirmwareView,
        HardwareView,
        InverterInfoView,
        StatusView,
    )

__all__ = [
    "BladeInfoView",
    "CheckView",
    "ClampFunctionView",
    "ClampPhaseView",
    "ClampView",
    "CloudErrorView",
    "CloudView",
    "ControllerHistoryView",
    "ControllerView",
    "ControllersView",
    "EnergySystemView",
    "FirmwareUpdateView",
    "FirmwareUpdatesView",
    "FirmwareView",
    "HardwareView",
    "HubCountersView",
    "HubUpdateView",
    "HubView",
    "InverterInfoView",
    "LogLineView",
    "LteView",
    "MainsView",
    "NodeCountersView",
    "NodeMetricsView",
    "NodeView",
    "PingView",
    "RadioView",
    "StatusView",
    "WifiNetworkView",
    "WifiView",
    "diagnostics",
]

_MODULES = {
    "health": ("CheckView", "LogLineView"),
    "metering": ("ClampFunctionView", "ClampPhaseView", "ClampView", "MainsView"),
    "network": ("CloudErrorView", "CloudView", "LteView", "WifiNetworkView", "WifiView"),
    "radio": (
        "HubCountersView",
        "HubUpdateView",
        "HubView",
        "NodeCountersView",
        "NodeMetricsView",
        "NodeView",
        "PingView",
        "RadioView",
    ),
    "regulation": ("ControllerHistoryView", "ControllerView", "ControllersView"),
    "status": (
        "BladeInfoView",
        "EnergySystemView",
        "FirmwareUpdateView",
        "FirmwareUpdatesView",
        "FirmwareView",
        "HardwareView",
        "InverterInfoView",
        "StatusView",
    ),
    "diagnostics": ("diagnostics",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
