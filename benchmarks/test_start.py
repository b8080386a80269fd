"""What it costs to start: import, help, completion and a status, against `import aiohttp`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.processes import running
from tests.support.kept_prices import keep_prices

ROUNDS = 15
IMPORT_MAY_COST = 1.15
HELP_MAY_COST = 0.6
STATUS_MAY_COST = 1.6
PLAN_MAY_COST = 2.0

IMPORT_AIOHTTP = [sys.executable, "-c", "import aiohttp"]
# By name, since the package loads a module only when one of its names is used.
IMPORT_HOMEVOLT = [sys.executable, "-c", "from homevolt import Homevolt"]
PROGRAM = str(Path(sys.executable).with_name("homevolt"))
COMPLETION = {
    "_HOMEVOLT_COMPLETE": "bash_complete",
    "COMP_WORDS": "homevolt status --",
    "COMP_CWORD": "2",
}
COMPLETION_OF_NAMES = COMPLETION | {"COMP_WORDS": "homevolt status --device ", "COMP_CWORD": "3"}


def cpu_seconds(command: list[str], variables: dict[str, str]) -> float:
    """Return the CPU time of one run, which a busy machine disturbs less than the clock's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=os.environ | variables)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(command: list[str], **variables: str) -> float:
    """Return the least cost of a command over that of `import aiohttp`, run in turns."""
    # As after an installation. Where bytecode is not written every run would compile the package.
    compiling = {**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, check=True, capture_output=True, env=compiling)
    floor = IMPORT_AIOHTTP
    pairs = [(cpu_seconds(command, variables), cpu_seconds(floor, {})) for _ in range(ROUNDS)]
    cost = min(own for own, _ in pairs)
    least = min(bare for _, bare in pairs)
    print(f"\n{cost * 1000:.0f} ms over {least * 1000:.0f} ms = {cost / least:.2f}")
    return cost / least


def test_the_import_costs_little_more_than_the_http_library() -> None:
    assert ratio(IMPORT_HOMEVOLT) <= IMPORT_MAY_COST


def test_the_help_costs_less_than_the_http_library() -> None:
    assert ratio([PROGRAM, "--help"]) <= HELP_MAY_COST


def test_the_completion_costs_less_than_the_http_library() -> None:
    assert ratio([PROGRAM], **COMPLETION) <= HELP_MAY_COST


def test_the_completion_of_device_names_costs_less_than_the_http_library() -> None:
    assert ratio([PROGRAM], **COMPLETION_OF_NAMES) <= HELP_MAY_COST


def test_a_plan_costs_twice_the_http_library_at_most(tmp_path: Path) -> None:
    keep_prices(tmp_path / "prices")
    own = {"HOMEVOLT_STATE": str(tmp_path), "HOMEVOLT_CONFIG": str(tmp_path / "config.toml")}
    with running("benchmarks.payload_server") as host:
        assert ratio([PROGRAM, "plan", "--host", host], **own) <= PLAN_MAY_COST


def test_a_status_costs_little_more_than_the_http_library() -> None:
    with running("benchmarks.payload_server") as host:
        assert ratio([PROGRAM, "status", "--host", host]) <= STATUS_MAY_COST
