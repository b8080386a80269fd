"""Controllers, the mains signal, clamp data and histories."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.endpoints.answers import hub_ticks, number

if TYPE_CHECKING:
    from homevolt.simulator.endpoints.answers import Call

MAINS_BUFFER: Final = 96
HISTORY_LIMIT: Final = 100
CUTOFF_HZ: Final = 0.25


def pid_payload(call: Call) -> dict[str, Any]:
    """Return /pid.json: the controller of the grid power and the two of the main fuse."""
    device = call.device
    world = device.installation
    uptime_ms = world.uptime_ms // 1000 * 1000
    charge_w = round(sum(unit.charge_limit_w for unit in world.online_units))
    discharge_w = round(sum(unit.discharge_limit_w for unit in world.online_units))
    setpoint_w = _setpoint(call)
    fuse_a = world.parameters["ecu_main_fuse_size_a"]
    voltage_v = sum(world.house.voltages_v)
    flow_a = world.grid_w / voltage_v
    common = {"cutoff_hz": CUTOFF_HZ, "prev_delta_t": 1, "prev_timestamp_ms": uptime_ms}
    fuse = {"kp": 300, "ki": 150, "kd": 0, "setpoint": fuse_a, "anti_windup": 1, "prev_min": 0}
    return {
        "ems_pid": {
            **_gains(call),
            "setpoint": setpoint_w,
            "integral": number(world.battery_w * 4),
            "filtered_input": number(world.grid_w),
            "prev_error": number(setpoint_w - world.grid_w),
            "anti_windup": 10,
            "prev_output": number(world.battery_w),
            "prev_input": number(world.grid_w),
            "prev_min": -charge_w,
            "prev_max": discharge_w,
            **common,
        },
        "lb_charge": {**fuse, **_fuse_state(fuse_a, flow_a, charge_w), **common},
        "lb_discharge": {**fuse, **_fuse_state(fuse_a, -flow_a, discharge_w), **common},
    }


def pid_history_payload(call: Call) -> dict[str, Any]:
    """Return /ems_pid_history.json; the device records no data by default."""
    return {
        "from": 0,
        "id": 1,
        "name": "ems_pid",
        "constants": {
            **_gains(call),
            "setpoint": _setpoint(call),
            "anti_windup": 10,
            "cutoff_hz": CUTOFF_HZ,
        },
        "data": {},
    }


def _gains(call: Call) -> dict[str, float]:
    gains = call.device.parameters.values["ems_pid_constants"]
    values = gains if isinstance(gains, tuple) else ()
    return {
        name: number(float(value)) for name, value in zip(("kp", "ki", "kd"), values, strict=False)
    }


def _setpoint(call: Call) -> int:
    active = call.device.plan.active(call.device.now())
    return int(active.options.get("setpoint", 0)) if active else 0


def _fuse_state(fuse_a: object, flow_a: float, max_w: int) -> dict[str, Any]:
    remaining_a = float(str(fuse_a)) - flow_a
    return {
        "integral": number(max(0.0, remaining_a)),
        "filtered_input": number(flow_a),
        "prev_error": number(remaining_a),
        "prev_output": max_w,
        "prev_input": number(flow_a),
        "prev_max": max_w,
    }


def mains_payload(call: Call) -> dict[str, Any]:
    """Return /mains_data.json: voltage and frequency as the radio hub measures them."""
    house = call.device.installation.house
    rms_v = house.voltages_v[0]
    return {
        "timestamp": hub_ticks(call.device.installation.uptime_ms),
        "peak_index": MAINS_BUFFER - 1,
        "signal_voltage": 0,
        "mains_voltage": number(rms_v * math.sqrt(2)),
        "mains_voltage_rms": number(rms_v),
        "average_voltage": 89.95,
        "frequency": number(house.frequency_hz),
        "avg_max": 3838,
        "avg_min": 0,
        "noise": 0,
        "mains_adc_buffer": [],
    }


def ems_history_payload(call: Call) -> list[dict[str, Any]]:
    """Return /ems_history.json?limit=&from=: one object a minute, in the units of /ems.json."""
    return [
        {
            "ts": sample.time,
            "power": round(sample.battery_w),
            "soc_avg": round(sample.state_of_charge * 10000),
            "frequency": round(sample.frequency_hz * 1000),
        }
        for sample in _samples(call)
    ]


def ct_history_payload(call: Call) -> list[dict[str, Any]]:
    """Return /ct_history.json: total power of every installed clamp, one object a minute."""
    installed = {point.function for point in call.device.installation.points}
    return [
        {
            "ts": sample.time,
            **{
                function: round(power_w)
                for function, power_w in (("grid", sample.grid_w), ("solar", sample.solar_w))
                if function in installed
            },
        }
        for sample in _samples(call)
    ]


def ct_data_payload(call: Call) -> list[dict[str, Any]]:
    """Return /ct_data.json: one object per node that was seen."""
    device = call.device
    rows = []
    for node in device.nodes:
        point = device.point(node.function)
        if point is None:
            continue
        rows.append(
            {
                "node_id": node.node_id,
                "euid": node.euid,
                "timestamp": int(device.now() * 1000) - node.age_ms(device.now()),
                "power": [number(phase.power_w) for phase in point.phases],
                "total_power": round(point.total_power_w),
                "energy_imported": number(point.energy_imported_kwh),
                "energy_exported": number(point.energy_exported_kwh),
            }
        )
    return rows


def _samples(call: Call) -> list[Any]:
    limit = call.integer("limit", HISTORY_LIMIT)
    start = call.integer("from", 0) if "from" in call.query else None
    return call.device.history.since(start, limit)
