"""Read, control and simulate a Homevolt home battery over the local network.

A public name is loaded when it is first asked for: a program that only needs a version, an error or
the help of the shell does not wait for the HTTP library.
"""

from __future__ import annotations

# As in the module `typing`, which is not imported: that would take longer than this whole module,
# and a shell that is interrupted meanwhile could not say so in one line.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.connection import Homevolt
    from homevolt.control.capabilities import Capabilities
    from homevolt.control.overlay import overlay_plan
    from homevolt.control.plan_replacement import ScheduleDiff
    from homevolt.device import Device
    from homevolt.discovery import DiscoveredDevice, discover
    from homevolt.exceptions import (
        HomevoltAuthenticationError,
        HomevoltCertificateError,
        HomevoltCommandError,
        HomevoltCommandOutcomeUnknownError,
        HomevoltCommandRejectedError,
        HomevoltCommandVerificationError,
        HomevoltConnectionError,
        HomevoltDataError,
        HomevoltDiscoveryError,
        HomevoltError,
        HomevoltLocalModeError,
        HomevoltNotReadyError,
        HomevoltNotSupportedError,
        HomevoltPricesError,
        HomevoltPricesNotPublishedError,
        HomevoltPriceUnitError,
        HomevoltRateLimitError,
        HomevoltRedirectError,
        HomevoltResponseError,
        HomevoltTimeoutError,
        HomevoltValueError,
    )
    from homevolt.protocol.console import ConsoleReply
    from homevolt.protocol.parameter import Parameter
    from homevolt.readings.models import DeviceMetadata, Sensor, SensorInfo, SensorType
    from homevolt.readings.snapshot import Snapshot, Update
    from homevolt.readings.views import BladeView, HouseView, MeterView, PhaseView, UnitView
    from homevolt.reports import diagnostics
    from homevolt.schedule.entry import BatteryMode, Schedule, ScheduleEntry
    from homevolt.schedule.keywords import EntryOptions, PowerOptions, WindowedOptions
    from homevolt.transport.session import SslOption

    __version__: str

__all__ = [
    "BatteryMode",
    "BladeView",
    "Capabilities",
    "Clock",
    "ConsoleReply",
    "Device",
    "DeviceMetadata",
    "DiscoveredDevice",
    "EntryOptions",
    "Homevolt",
    "HomevoltAuthenticationError",
    "HomevoltCertificateError",
    "HomevoltCommandError",
    "HomevoltCommandOutcomeUnknownError",
    "HomevoltCommandRejectedError",
    "HomevoltCommandVerificationError",
    "HomevoltConnectionError",
    "HomevoltDataError",
    "HomevoltDiscoveryError",
    "HomevoltError",
    "HomevoltLocalModeError",
    "HomevoltNotReadyError",
    "HomevoltNotSupportedError",
    "HomevoltPriceUnitError",
    "HomevoltPricesError",
    "HomevoltPricesNotPublishedError",
    "HomevoltRateLimitError",
    "HomevoltRedirectError",
    "HomevoltResponseError",
    "HomevoltTimeoutError",
    "HomevoltValueError",
    "HouseView",
    "MeterView",
    "Parameter",
    "PhaseView",
    "PowerOptions",
    "Schedule",
    "ScheduleDiff",
    "ScheduleEntry",
    "Sensor",
    "SensorInfo",
    "SensorType",
    "Snapshot",
    "SslOption",
    "UnitView",
    "Update",
    "WindowedOptions",
    "__version__",
    "diagnostics",
    "discover",
    "overlay_plan",
]

# The module of each public name; every other name is an error, in `exceptions`.
_MODULES = {
    "_common": ("Clock",),
    "connection": ("Homevolt",),
    "control.capabilities": ("Capabilities",),
    "control.overlay": ("overlay_plan",),
    "control.plan_replacement": ("ScheduleDiff",),
    "device": ("Device",),
    "discovery": ("DiscoveredDevice", "discover"),
    "protocol.console": ("ConsoleReply",),
    "protocol.parameter": ("Parameter",),
    "readings.models": ("DeviceMetadata", "Sensor", "SensorInfo", "SensorType"),
    "reports": ("diagnostics",),
    "schedule.entry": ("BatteryMode", "Schedule", "ScheduleEntry"),
    "schedule.keywords": ("EntryOptions", "PowerOptions", "WindowedOptions"),
    "readings.snapshot": ("Snapshot", "Update"),
    "readings.views": ("BladeView", "HouseView", "MeterView", "PhaseView", "UnitView"),
    "transport.session": ("SslOption",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - see above

        if name == "__version__":
            value = import_module("importlib.metadata").version(__name__)
        else:
            module = _MODULE_OF.get(name, "exceptions")
            value = getattr(import_module(f"{__name__}.{module}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
