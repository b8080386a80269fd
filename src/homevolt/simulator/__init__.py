"""A Homevolt anyone can run: `async with Simulator() as sim:` serves one on this machine."""

from homevolt.simulator.clock import ManualClock, RealClock, SimClock
from homevolt.simulator.commandline import Command, CommandLineError
from homevolt.simulator.console import parse_command, parse_commands
from homevolt.simulator.faults import KINDS as FAULT_KINDS
from homevolt.simulator.faults import Fault, FaultError
from homevolt.simulator.journal import Journal, RequestRecord
from homevolt.simulator.profiles import PROFILES, Profile
from homevolt.simulator.simulator import Simulator

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
