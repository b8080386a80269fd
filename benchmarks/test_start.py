"""What it costs to start: the import and the help, against `import aiohttp` in the same run."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ROUNDS = 15
IMPORT_MAY_COST = 1.15
HELP_MAY_COST = 0.8

IMPORT_AIOHTTP = [sys.executable, "-c", "import aiohttp"]
# By name, since the package loads a room only when one of its names is used.
IMPORT_HOMEVOLT = [sys.executable, "-c", "from homevolt import Homevolt"]
HELP = [str(Path(sys.executable).with_name("homevolt")), "--help"]


def cpu_seconds(command: list[str]) -> float:
    """Return the CPU time of one run, which a busy machine disturbs less than the clock's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(command: list[str], floor: list[str]) -> float:
    """Return the least cost of a command over the least cost of its floor, run alternately."""
    # As after an installation. Where bytecode is not written every run would compile the package.
    compiling = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, check=True, capture_output=True, env=compiling)
    pairs = [(cpu_seconds(command), cpu_seconds(floor)) for _ in range(ROUNDS)]
    cost = min(own for own, _ in pairs)
    least = min(bare for _, bare in pairs)
    print(f"\n{cost * 1000:.0f} ms over {least * 1000:.0f} ms = {cost / least:.2f}")
    return cost / least


def test_the_import_costs_little_more_than_the_http_library() -> None:
    assert ratio(IMPORT_HOMEVOLT, IMPORT_AIOHTTP) <= IMPORT_MAY_COST


def test_the_help_costs_less_than_the_http_library() -> None:
    assert ratio(HELP, IMPORT_AIOHTTP) <= HELP_MAY_COST
