"""What the README shows is what happens."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import subprocess

import pytest

from homevolt.simulator import Simulator
from tests.support.running import run, run_python
from tools.docs_tables import ROOT

README = ROOT / "README.md"


def code_blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    block = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return block.findall(README.read_text("utf-8"))


PYTHON = code_blocks("python")
SHELL = [line for block in code_blocks("sh") for line in block.splitlines()]
COMMANDS = [line for line in SHELL if line.startswith("homevolt ")]
TARGETS = [line for line in SHELL if line.startswith("make ")]
INSTALLS = [line for line in SHELL if line.startswith("pip install ")]


@pytest.mark.parametrize("code", PYTHON)
async def test_a_python_example_runs(code: str) -> None:
    async with Simulator(password="secret", local_mode=True) as simulator:
        outcome = await run_python(code, simulator)
        own_simulator = "Simulator(" in code
        assert (outcome.status, outcome.err) == (0, "")
        assert own_simulator or (outcome.out and len(simulator.journal))


@pytest.mark.parametrize("line", COMMANDS)
async def test_a_command_runs(line: str) -> None:
    async with Simulator(password="secret") as simulator:
        outcome = await run(*shlex.split(line), simulator=simulator)
        assert (outcome.status, outcome.err) == (0, "")
        assert outcome.out
        assert len(simulator.journal)


@pytest.mark.parametrize("line", TARGETS)
def test_a_make_target_exists(line: str) -> None:
    command = [*shlex.split(line), "--dry-run"]
    done = subprocess.run(command, cwd=README.parent, capture_output=True, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("line", INSTALLS)
def test_what_is_to_be_installed_is_this_distribution(line: str) -> None:
    wanted = re.fullmatch(r"pip install '?homevolt(?:\[(\w+)\])?'? +#.*", line)
    assert wanted is not None
    extras = importlib.metadata.metadata("homevolt").get_all("Provides-Extra")
    assert wanted[1] is None or wanted[1] in (extras or [])


def test_no_line_of_the_shell_goes_untested() -> None:
    assert sorted(SHELL) == sorted([*COMMANDS, *TARGETS, *INSTALLS])


async def test_the_picture_has_the_lines_of_the_demo() -> None:
    async with Simulator() as simulator:
        outcome = await run("homevolt", "demo", simulator=simulator)
    picture, *_ = code_blocks("text")
    shown = [line.split()[0] for line in picture.splitlines() if line[:1].isalpha()]
    printed = [line.split()[0] for line in outcome.out.splitlines() if line[:1].isalpha()]
    assert printed[: len(shown)] == shown
