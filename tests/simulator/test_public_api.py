"""The public names of the simulator: a change here is a change for everybody's tests."""

from __future__ import annotations

import pytest

import homevolt.simulator

PUBLIC_NAMES = [
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


def test_the_public_names_are_these_and_can_be_loaded() -> None:
    assert homevolt.simulator.__all__ == PUBLIC_NAMES
    for name in PUBLIC_NAMES:
        assert getattr(homevolt.simulator, name)
    assert set(PUBLIC_NAMES) <= set(dir(homevolt.simulator))
    with pytest.raises(AttributeError, match="has no attribute 'Simulater'"):
        _ = homevolt.simulator.Simulater  # type: ignore[attr-defined] # a typo
