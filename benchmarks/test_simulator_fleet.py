"""What a fleet costs: 200 idle devices in a process of their own, in less than 300 MB."""

from __future__ import annotations

from benchmarks.processes import resident_mb, simulating

DEVICES = 200
MAY_WEIGH_MB = 300


def test_two_hundred_idle_devices_fit_into_300_mb() -> None:
    with simulating("--fleet", str(DEVICES)) as (ready, pid):
        weight_mb = resident_mb(pid)
    print(f"\n{DEVICES} idle devices in one process: {weight_mb:.0f} MB resident")
    assert len(ready["devices"]) == DEVICES
    assert weight_mb <= MAY_WEIGH_MB
