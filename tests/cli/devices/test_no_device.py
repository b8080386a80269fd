"""A command that writes needs a device: it goes to the simulated one only if that is asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from homevolt.cli.output import DEVICE_VARIABLE, HOST_VARIABLE
from homevolt.cli.session import NO_DEVICE
from homevolt.simulator import Simulator
from tests.support.command_tree import commands

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

LINES = {
    "charge": "3000 --for 2h",
    "discharge": "--for 2h",
    "idle": "--until 07:00",
    "self-consumption": "--for 2h",
    "solar": "--for 2h",
    "export": "--forever",
    "mode": "5 --setpoint -300 --for 2h",
    "restore": "",
    "local": "on",
    "schedule add": "idle --for 2h",
    "schedule delete": "0",
    "schedule clear": "",
    "schedule replace": "plan.csv",
    "schedule edit": "",
    "param set": "ledstrip_bright_max 40",
    "param reset": "ledstrip_bright_max",
    "param import": "settings.toml",
    "console": "sched_clear",
    "reboot": "",
    "plan": "--apply --prices spot.csv",
}
"""What follows the name of each command that writes."""


@pytest.fixture(autouse=True)
def _files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Provide the files of the command lines."""
    (tmp_path / "plan.csv").write_text("mode,from_time\nidle,2099-01-01T00:00Z\n", "utf-8")
    (tmp_path / "settings.toml").write_text("[parameters]\nledstrip_bright_max = 41\n", "utf-8")
    (tmp_path / "spot.csv").write_text("start_utc,eur_per_mwh\n", "utf-8")
    monkeypatch.chdir(tmp_path)


def test_every_command_that_asks_before_it_writes_is_here() -> None:
    asking = {
        path
        for path, command in commands().items()
        if any("--yes" in parameter.opts for parameter in command.params)
    }
    assert asking == LINES.keys()


@pytest.mark.parametrize("command", LINES)
async def test_without_a_device_a_write_is_a_usage_error_that_says_how_to_add_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    if command == "schedule edit":  # it needs a terminal
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    line = f"{command} {LINES[command]}".split()
    for more in ((), ("--yes",)):
        outcome = await shell(*line, *more)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.line == f"homevolt: {NO_DEVICE}"
    assert "Add one with 'homevolt device add NAME ADDRESS'." in NO_DEVICE


@pytest.mark.parametrize("variable", [DEVICE_VARIABLE, HOST_VARIABLE])
async def test_the_device_of_a_variable_is_written_to(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    async with Simulator(None, cloud=False) as house, Simulator(None, cloud=False) as barn:
        for name, battery in (("house", house), ("barn", barn)):
            await shell("device", "add", name, battery.host, "--no-password")
            battery.journal.clear()
        monkeypatch.setenv(variable, "barn" if variable == DEVICE_VARIABLE else barn.host)
        outcome = await shell("local", "on", "--yes", "--json")
        assert (outcome.code, outcome.document["url"]) == (0, barn.url)
        assert (len(barn.journal.writes), len(house.journal)) == (1, 0)


async def test_what_only_reads_shows_a_simulated_device_and_says_so(shell: Shell) -> None:
    outcome = await shell("local", "status", "--json")
    assert (outcome.code, outcome.document["simulated"]) == (0, True)
    assert "this is a simulated Homevolt" in outcome.line
