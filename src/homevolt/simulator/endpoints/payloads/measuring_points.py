"""The measuring points: `sensors` of /ems.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.simulator.device.nodes import UNSPECIFIED
from homevolt.simulator.endpoints.answers import number, time_text
from homevolt.simulator.world.house import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.device.nodes import RadioNode
    from homevolt.simulator.endpoints.answers import Call
    from homevolt.simulator.world.points import MeasuringPoint, Phase
    from homevolt.simulator.world.unit import Unit


def measuring_points_payload(call: Call, units: Sequence[Unit]) -> list[dict[str, Any]]:
    """Return `sensors` in the order of captures: a unit, the clamps, the load, the peers."""
    device = call.device
    available = not call.without_sensors
    points = [_point(device, point, available=available) for point in device.installation.points]
    if device.profile.unspecified_sensor:
        points += [_unspecified(device, node) for node in device.nodes if not node.seen]
    if device.profile.dialect == "old":
        return points
    first, *peers = [_unit(device, unit, peer=index > 0) for index, unit in enumerate(units)]
    return [first, *points, *peers]


def _unit(device: SimulatedDevice, unit: Unit, *, peer: bool) -> dict[str, Any]:
    voltages_v = device.installation.house.voltages_v
    return {
        "function": "battery",
        "sensor_type": "ems",
        "euid": unit.ecu_id.rjust(16, "0"),
        "interface": 0,
        "available": True,
        **_radio(0, 0, 0),
        "phase": [
            {"voltage": number(volts, 1), "amp": 0, "power": 0, "pf": 0} for volts in voltages_v
        ],
        "frequency": number(device.installation.house.frequency_hz),
        "total_power": round(unit.power_w),
        "energy_imported": number(unit.imported_wh / 1000),
        "energy_exported": number(unit.exported_wh / 1000),
        **_times(int(device.now()) - peer),
    }


def _point(device: SimulatedDevice, point: MeasuringPoint, *, available: bool) -> dict[str, Any]:
    node = next((node for node in device.nodes if node.function == point.function), None)
    now = int(device.now())
    return {
        **_kind(device, point.function, node),
        **({} if node is None else {"node_id": node.node_id}),
        "euid": point.euid if node is None else node.euid,
        "interface": 0 if node is None else node.interface,
        "available": available,
        **(
            _radio(0, 0, 0)
            if node is None
            else _radio(node.rssi, number(node.average_rssi), 100 if available else 0)
        ),
        "phase": [_phase(phase, virtual=node is None) for phase in point.phases],
        "frequency": number(point.frequency_hz),
        # The device reports the consumption of the virtual load as negative.
        "total_power": round(-point.total_power_w if node is None else point.total_power_w),
        "energy_imported": number(point.energy_imported_kwh),
        "energy_exported": number(point.energy_exported_kwh),
        **_times(now if node is None else now - node.age_ms(now) / 1000),
    }


def _unspecified(device: SimulatedDevice, node: RadioNode) -> dict[str, Any]:
    return {
        **_kind(device, UNSPECIFIED, node),
        "node_id": node.node_id,
        "euid": node.euid,
        "interface": node.interface,
        "available": False,
        **_radio(0, 0, 0),
        "phase": [{"voltage": 0, "amp": 0, "power": 0, "pf": 0} for _ in range(PHASES)],
        "frequency": 0,
        "total_power": 0,
        "energy_imported": 0,
        "energy_exported": 0,
        **_times(0),
    }


def _kind(device: SimulatedDevice, function: str, node: RadioNode | None) -> dict[str, Any]:
    if device.profile.dialect == "old":
        return {"type": function}
    return {"function": function, "sensor_type": "virtual" if node is None else "pulse_ct"}


def _radio(rssi: float, average_rssi: float, pdr: float) -> dict[str, float]:
    return {"rssi": rssi, "average_rssi": average_rssi, "pdr": pdr}


def _phase(phase: Phase, *, virtual: bool) -> dict[str, float]:
    # Like the total: the consumption of the virtual load is negative.
    sign = -1 if virtual else 1
    return {
        "voltage": number(phase.voltage_v, 1),
        "amp": number(phase.current_a),
        "power": number(sign * phase.power_w),
        "pf": number(sign * phase.power_factor),
    }


def _times(epoch_s: float) -> dict[str, Any]:
    return {"timestamp": round(epoch_s * 1000), "timestamp_str": time_text(epoch_s)}
