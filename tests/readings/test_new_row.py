"""A reading is one row of the catalogue: sensor, typed view, key and watch follow from it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from homevolt.readings.catalogue import Quantity, Reading
from homevolt.readings.models import SensorType
from homevolt.readings.reader import compile_reader

PROGRAM = """
import asyncio
from homevolt.readings import catalogue
from homevolt.readings.catalogue import Quantity, Reading
from homevolt.readings.models import SensorType

row = Reading(
    "protocol_version", "Protocol Version", lambda unit: unit.ems_info.protocol_version,
    Quantity(SensorType.COUNT, "1"), "The version",
)
catalogue.UNIT += (row,)

from homevolt import Homevolt
from homevolt.simulator import Simulator

async def main():
    async with (
        Simulator(password=None, units=2) as simulator,
        Homevolt(simulator.host) as connection,
    ):
        await connection.update_info()
        device = connection.get_device()
        local, *peers = (n for n in device.sensors if n.startswith("Protocol Version"))
        assert local == "Protocol Version" and len(peers) == 1
        sensor = device.sensors[local]
        assert sensor.value is not None and sensor.key.endswith(".protocol_version")
        async for snapshot in device.watch():
            assert [unit.protocol_version for unit in snapshot.units] == [sensor.value] * 2
            break

asyncio.run(main())
"""


def test_a_reading_is_added_by_one_row() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_source_that_is_not_a_chain_of_attributes_is_noticed_at_once() -> None:
    row: Reading[object] = Reading(
        "answer", "Answer", lambda _: 42, Quantity(SensorType.COUNT, "1"), "It is constant"
    )
    with pytest.raises(TypeError, match="'answer'"):
        compile_reader(unit=[row])
