"""The simulator's options are defined once: keywords, fleet and command line follow from there."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace
from typing import Any, assert_type

import click
import pytest

from homevolt.cli.commands.simulate import command
from homevolt.simulator import Fleet, ManualClock, Simulator, SimulatorOptions
from homevolt.simulator.device.device_options import option_infos

INFOS = option_infos(SimulatorOptions)


def test_the_keywords_of_a_simulator_are_its_options() -> None:
    keywords = inspect.signature(Simulator).parameters
    assert list(keywords) == [field.name for field in fields(SimulatorOptions)]
    assert {name: keyword.default for name, keyword in keywords.items()} == vars(SimulatorOptions())
    simulator = Simulator("other", units=2, clock=ManualClock())
    assert_type(simulator, Simulator)
    assert simulator.options == SimulatorOptions("other", units=2, clock=simulator.options.clock)


def test_the_docstring_has_every_option_with_its_meaning() -> None:
    for name, info in INFOS.items():
        assert f"{name}: {info.about}" in str(SimulatorOptions.__doc__)


def test_unknown_keywords_and_wrong_types_are_refused_by_python_and_by_type_checkers() -> None:
    with pytest.raises(TypeError):
        Simulator(unit=2)  # type: ignore[call-arg] # what mypy must refuse
    with pytest.raises(TypeError):
        Simulator(units="2")  # type: ignore[arg-type] # what mypy must refuse
    with pytest.raises(TypeError):
        Simulator("secret", 1)  # type: ignore[call-arg] # what mypy must refuse


@pytest.mark.parametrize("name", [name for name, info in INFOS.items() if info.values])
def test_a_number_out_of_its_range_is_refused_by_name(name: str) -> None:
    info = INFOS[name]
    for wrong in (info.low - 1, info.high + 1, float("nan")):
        settings: dict[str, Any] = {name: wrong}
        with pytest.raises(ValueError, match=f"^{name} is {info.values}, not "):
            SimulatorOptions(**settings)


def test_a_fleet_numbers_seeds_and_ports_and_shares_the_rest() -> None:
    options = SimulatorOptions(seed=5, port=4000, soc=20)
    first, second = Fleet(2, options)
    assert first.options.clock is second.options.clock is not None
    assert second.options == replace(first.options, seed=6, port=4001)
    assert [sim.options.port for sim in Fleet(2)] == [0, 0]


def test_every_option_with_a_flag_is_on_the_command_line_with_its_default_and_meaning() -> None:
    options = {each.name: each for each in command.params if isinstance(each, click.Option)}
    defaults = vars(SimulatorOptions())
    for name, info in INFOS.items():
        if info.flag:
            assert options[name].opts == [info.flag]
            assert (options[name].help or "").startswith(info.about)
            assert options[name].to_info_dict()["default"] == defaults[name]
