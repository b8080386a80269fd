"""A broker, a battery on it and somebody who listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.bridged import (
    BridgedBattery,
    Observer,
    bridged_battery,
    observing,
    running_output,
)
from tests.support.mosquitto import Mosquitto

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class OnBroker(NamedTuple):
    """A battery that is on a broker."""

    battery: BridgedBattery
    observer: Observer
    broker: Mosquitto


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Run a broker with a password."""
    async with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
async def on_broker(broker: Mosquitto) -> AsyncIterator[OnBroker]:
    """Put a battery on a broker, and wait until all of it is there."""
    async with (
        observing(broker) as observer,
        bridged_battery() as battery,
        running_output(broker.config(), battery.feeds),
    ):
        await observer.wait(battery.topic("availability"))
        await observer.wait(
            battery.topic("state"), lambda m: m.json["control.ledstrip_mode"] is not None
        )
        yield OnBroker(battery, observer, broker)
