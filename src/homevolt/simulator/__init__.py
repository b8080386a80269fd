"""A Homevolt that anyone can run: `async with Simulator() as simulator:` serves one.

A public name is loaded when it is first used, so that the help of the command line, which needs the
options alone, does not wait for the HTTP library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.simulator.console.commandline import Command, CommandLineError
    from homevolt.simulator.console.commands import parse_command, parse_commands
    from homevolt.simulator.device.profiles import PROFILES, Profile
    from homevolt.simulator.fleet import Fleet
    from homevolt.simulator.options import SimulatorOptions
    from homevolt.simulator.simulator import Simulator
    from homevolt.simulator.web.fault_kinds import FAULT_KINDS, FaultKind
    from homevolt.simulator.web.faults import Fault, FaultError
    from homevolt.simulator.web.journal import Journal, RequestRecord
    from homevolt.simulator.world.clock import ManualClock, RealClock, SimClock
    from homevolt.simulator.world.ems.plan import Entry, Mode

__all__ = [
    "FAULT_KINDS",
    "PROFILES",
    "Command",
    "CommandLineError",
    "Entry",
    "Fault",
    "FaultError",
    "FaultKind",
    "Fleet",
    "Journal",
    "ManualClock",
    "Mode",
    "Profile",
    "RealClock",
    "RequestRecord",
    "SimClock",
    "Simulator",
    "SimulatorOptions",
    "parse_command",
    "parse_commands",
]

_MODULES = {
    "console.commandline": ("Command", "CommandLineError"),
    "console.commands": ("parse_command", "parse_commands"),
    "device.profiles": ("PROFILES", "Profile"),
    "fleet": ("Fleet",),
    "options": ("SimulatorOptions",),
    "simulator": ("Simulator",),
    "web.fault_kinds": ("FAULT_KINDS", "FaultKind"),
    "web.faults": ("Fault", "FaultError"),
    "web.journal": ("Journal", "RequestRecord"),
    "world.clock": ("ManualClock", "RealClock", "SimClock"),
    "world.ems.plan": ("Entry", "Mode"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
