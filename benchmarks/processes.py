"""Programs in processes of their own, so that what they cost is counted apart, or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HOMEVOLT = (sys.executable, "-m", "homevolt")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def running(module: str) -> Iterator[str]:
    """Run a module that prints its port and serves, and give its address meanwhile."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def output(module: str, *arguments: str) -> str:
    """Return what a module prints, run to its end."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


@contextlib.contextmanager
def simulating(*options: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Run `homevolt simulate`; give what it says when every device serves, and its process id."""
    command = [*HOMEVOLT, "simulate", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = iter(process.stdout.readline, "}\n")
            yield json.loads("".join(lines) + "}"), process.pid
        finally:
            process.terminate()


@contextlib.contextmanager
def bridging(config: Path) -> Iterator[int]:
    """Run `homevolt run` with a configuration until it was told to end, and give its process id."""
    command = [*HOMEVOLT, "run", str(config)]
    own = {**os.environ, "XDG_STATE_HOME": str(config.parent)}  # nothing is noted elsewhere
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=own) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds, as the system counts it."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == "VmRSS":
            return int(rest.split()[0]) / 1024
    raise AssertionError(f"process {pid} has no VmRSS")


def cpu_s(pid: int) -> float:
    """Return the CPU time that a process has used, in its own code and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
