"""The texts of the console commands that only read: energy, ems, time, status, info."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from homevolt.simulator.device.identity import INVERTER_FIRMWARE, MODEL

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice


def energy(device: SimulatedDevice) -> str:
    """Return the energy counters of every unit."""
    return "\n".join(
        f"{unit.ecu_id}: produced: {int(unit.energy_produced_wh)} Wh, "
        f"consumed: {int(unit.energy_consumed_wh)} Wh, "
        f"imported: {unit.imported_wh / 1000:.2f} kWh, exported: {unit.exported_wh / 1000:.2f} kWh"
        for unit in device.installation.online_units
    )


def ems(device: SimulatedDevice) -> str:
    """Return state, power and state of charge of every unit."""
    return "\n".join(
        f"{unit.ecu_id}: state: {unit.state_str}, op state: {unit.op_state_str}, error: No error, "
        f"power: {round(unit.power_w)} W, soc: {unit.state_of_charge * 100:.2f} %"
        for unit in device.installation.online_units
    )


def time(device: SimulatedDevice) -> str:
    """Return the device's time in the zone of its command line, and as an epoch."""
    now = int(device.now())
    return f"Time: {datetime.fromtimestamp(now, device.profile.zone):%Y-%m-%dT%H:%M:%S} ({now})"


def status(device: SimulatedDevice) -> str:
    """Return how it runs."""
    return "\n".join(
        [
            f"Uptime: {int(device.uptime_s)} s",
            f"Schedule: '{device.plan.schedule_id}', {len(device.plan.entries)} entries",
            f"Local control: {str(device.local_mode).lower()}",
            "Wi-Fi: connected, MQTT: connected, last error: none",
        ]
    )


def info(device: SimulatedDevice) -> str:
    """Return who it is."""
    unit = device.installation.units[0]
    return "\n".join(
        [
            f"ECU id: {unit.ecu_id}",
            f"Model: {MODEL}",
            f"Firmware: {device.profile.firmware}, EMS: {device.profile.ems_firmware}",
            f"Inverter: {INVERTER_FIRMWARE}, {unit.inverter_serial}",
        ]
    )
