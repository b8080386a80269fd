"""Payloads of our own making, in the device's shape and units."""

from __future__ import annotations

import json
from typing import Any

NOW = 1_800_000_000
"""The time by the device's clock in every payload."""
LOCAL, PEER = "aa00000000a1", "bb00000000b2"


def blade(soc: int = 5120, **changes: Any) -> dict[str, Any]:
    """Return an item of `bms_data`."""
    return {
        "energy_avail": 3300,
        "cycle_count": 120,
        "soc": soc,
        "soh": 9850,
        "state": 5,
        "state_str": "Connected",
        "alarm": 0,
        "alarm_str": [],
        "tmin": 187,
        "tmax": 214,
        "voltage": 35210,
        **changes,
    }


def unit(ecu_id: str | int = LOCAL, host: str = "", **changes: Any) -> dict[str, Any]:
    """Return an item of `ems`."""
    return {
        "ecu_id": ecu_id,
        "ecu_host": host,
        "op_state_str": "charging",
        "error_str": "No error",
        "ems_info": {"fw_version": "v31.4", "rated_capacity": 13304, "rated_power": 6000}
        | {"model": "B6"},
        "bms_info": [{"id": 0, "battery_type_str": "NMC"}, {"id": 1, "battery_type_str": "LFP"}],
        "ems_control": {"pwr_ref": -2500},
        "ems_data": {
            "state_str": "Connected",
            "warning_str": ["FAN_SLOW", "HOT"],
            "alarm_str": [],
            "frequency": 50012,
            "power": -2500,
            "apparent_power": 2510,
            "reactive_power": 40,
            "energy_produced": 1200300,
            "energy_consumed": 1400500,
            "sys_temp": 231,
            "avail_cap": 12900,
            "soc_avg": 100,
        },
        "bms_data": [blade(), blade(soc=0)],
        "ems_prediction": {
            "avail_ch_pwr": 5800,
            "avail_di_pwr": 0,
            "avail_ch_energy": 6000,
            "avail_di_energy": 6400,
        },
        "ems_voltage": {"l1": 2301, "l2": 2312, "l3": 2299, "l1_l2": 3990, "l2_l3": 4001}
        | {"l3_l1": 3985},
        "ems_current": {"l1": 0, "l2": 0, "l3": 0},
        "ems_aggregate": {"imported_kwh": 1200.3, "exported_kwh": 1400.5},
        **changes,
    }


def point(function: str, power: float, euid: str = "", **changes: Any) -> dict[str, Any]:
    """Return an item of `sensors` of new firmware."""
    phase = {"voltage": 230.1, "amp": 1.5, "power": 333.3, "pf": 0.96}
    return {
        "function": function,
        "sensor_type": "pulse_ct",
        "euid": euid or f"00000000000000{len(function):02x}",
        "available": True,
        "rssi": -71,
        "average_rssi": -70.5,
        "pdr": 98,
        "phase": [phase, phase, phase],
        "frequency": 50.01,
        "total_power": power,
        "energy_imported": 812.5,
        "energy_exported": 77.25,
        **changes,
    }


def load(power: float) -> dict[str, Any]:
    """Return the virtual load, which is calculated and has no radio."""
    radio = {"rssi": 0, "average_rssi": 0, "pdr": 0}
    return point("load", power, "0" * 16, sensor_type="virtual", **radio)


def ems(*units: dict[str, Any], sensors: Any = None, **changes: Any) -> dict[str, Any]:
    """Return an answer of `/ems.json`: one unit, grid, solar and load unless told otherwise."""
    if sensors is None:
        sensors = [point("grid", 3282), point("solar", 6), load(-788)]
    document = {"$type": "ems_data", "ts": NOW, "ems": list(units) or [unit()]}
    return {**document, "aggregated": {}, "sensors": sensors, **changes}


def cluster() -> dict[str, Any]:
    """Return an answer of `/ems.json` of two units."""
    total = {"ems_data": {"power": -5000, "soc_avg": 4321, "alarm_str": []}}
    return ems(unit(), unit(PEER, "[fd00::2]:5259"), aggregated=total)


def schedule(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an answer of `/schedule.json`: charging now, then idle, unless told otherwise."""
    if not entries:
        entries = (
            {"id": 1, "from": NOW - 7200, "to": NOW - 3600, "type": 2, "params": {}},
            {"id": 2, "from": NOW - 60, "to": NOW + 600, "type": 1, "max": 90}
            | {"params": {"setpoint": 2500, "max_charge": 3000}},
            {"id": 3, "from": NOW + 600, "type": 0, "params": {}},
        )
    document = {"local_mode": True, "schedule_id": "Manual Schedule"}
    return {**document, "schedule": list(entries), **changes}


def encoded(document: Any) -> bytes:
    """Return a payload as the device sends it."""
    return json.dumps(document).encode()
