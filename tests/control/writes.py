"""Every kind of write, each with how to see on the simulated device that it took effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt import Device
    from tests.support.connected_device import ConnectedDevice

Write = tuple["Callable[[Device], Awaitable[object]]", "Callable[[ConnectedDevice], bool]"]


def _modes(running: ConnectedDevice) -> list[int]:
    return [entry.type for entry in running.sim.installation.plan.entries]


def _parameter(running: ConnectedDevice, name: str) -> object:
    return running.sim.installation.parameters[name]


# Each write with how to see on the device itself that it took effect; before it, the plan holds
# one entry of mode 6.
WRITES: dict[str, Write] = {
    "mode": (lambda device: device.charge_battery(max_power=3000), lambda r: _modes(r) == [1]),
    "add": (lambda device: device.add_schedule(1), lambda r: _modes(r) == [6, 1]),
    "delete": (lambda device: device.delete_schedule(1), lambda r: _modes(r) == []),
    "clear": (lambda device: device.clear_all_schedules(), lambda r: _modes(r) == []),
    "local mode": (
        lambda device: device.disable_local_mode(),
        lambda r: _parameter(r, "settings_local") is False,
    ),
    "parameter": (
        lambda device: device.set_parameter("ledstrip_bright_max", 42),
        lambda r: _parameter(r, "ledstrip_bright_max") == 42,
    ),
}
