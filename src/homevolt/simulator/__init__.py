"""A Homevolt anyone can run: `async with Simulator() as sim:` serves one on this machine."""

from homevolt.simulator.console.commandline import Command, CommandLineError
from homevolt.simulator.console.commands import parse_command, parse_commands
from homevolt.simulator.device.profiles import PROFILES, Profile
from homevolt.simulator.simulator import Simulator
from homevolt.simulator.web.faults import KINDS as FAULT_KINDS
from homevolt.simulator.web.faults import Fault, FaultError
from homevolt.simulator.web.journal import Journal, RequestRecord
from homevolt.simulator.world.clock import ManualClock, RealClock, SimClock

__all__ = [
    "FAULT_KINDS",
    "PROFILES",
    "Command",
    "CommandLineError",
    "Fault",
    "FaultError",
    "Journal",
    "ManualClock",
    "Profile",
    "RealClock",
    "RequestRecord",
    "SimClock",
    "Simulator",
    "parse_command",
    "parse_commands",
]
