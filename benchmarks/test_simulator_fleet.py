"""What a fleet costs: 200 idle devices in a process of their own, in less than 300 MB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEVICES = 200
MAY_WEIGH_MB = 300
COMMAND = [sys.executable, "-m", "homevolt", "simulate", "--fleet", str(DEVICES), "--json"]


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds, as the system counts it."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        name, _, rest = line.partition(":")
        if name == "VmRSS":
            return int(rest.split()[0]) / 1024
    raise AssertionError(f"process {pid} has no VmRSS")


def test_two_hundred_idle_devices_fit_into_300_mb() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            greeting = process.stdout.read(1)
            weight_mb = resident_mb(process.pid)
        finally:
            process.terminate()
    print(f"\n{DEVICES} idle devices in one process: {weight_mb:.0f} MB resident")
    assert greeting == "{"
    assert weight_mb <= MAY_WEIGH_MB
