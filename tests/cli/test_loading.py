"""What the shell loads, measured in a fresh interpreter: nothing that a command never uses."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from homevolt.cli.commands import COMMANDS
from homevolt.cli.commands.device import COMMANDS as DEVICE_COMMANDS
from homevolt.simulator import Simulator

SLOW = {
    *("aiohttp", "rich", "msgspec", "tomlkit", "keyring"),
    "homevolt.connection",
    "homevolt.simulator.simulator",
}
RUN = """
import sys
from homevolt.cli import main
sys.argv[0] = "homevolt"
try:
    main()
except SystemExit as end:
    assert not end.code, end
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""


def loaded_by(*arguments: str, **variables: str) -> set[str]:
    """Return the names of all modules that the program holds at its end."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | variables,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [(), ("--version",), ("help", "exit-codes")])
def test_the_help_loads_neither_the_http_library_nor_the_views(arguments: tuple[str, ...]) -> None:
    loaded = loaded_by(*arguments)
    assert loaded & (SLOW | {"asyncio"}) == set()
    assert "click.core" in loaded


@pytest.mark.parametrize(
    "name",
    [
        *COMMANDS,
        *(f"device {name}" for name in DEVICE_COMMANDS),
        *("schedule add", "schedule replace", "param set", "param list"),
    ],
)
def test_nor_does_the_help_of_a_command(name: str) -> None:
    assert loaded_by(*name.split(), "--help") & SLOW == set()


@pytest.mark.parametrize(
    "words",
    [
        "homevolt ",
        "homevolt status --",
        "homevolt status --device ",
        "homevolt device test ",
        "homevolt simulate --",
    ],
)
def test_nor_does_the_completion(words: str) -> None:
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert loaded_by(_HOMEVOLT_COMPLETE="bash_complete", **variables) & SLOW == set()


async def test_a_command_for_a_real_device_does_without_the_simulator() -> None:
    async with Simulator(None) as simulator:
        loaded = await asyncio.to_thread(loaded_by, "status", HOMEVOLT_HOST=simulator.host)
    assert "homevolt.connection" in loaded
    assert {name for name in loaded if name.startswith("homevolt.simulator")} == set()
    assert "rich.live" not in loaded
