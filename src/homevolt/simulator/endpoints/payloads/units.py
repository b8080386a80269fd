"""One unit of the installation, and the sums of all: `ems` and `aggregated` of /ems.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.profiles import BLADE_FIRMWARE, INVERTER_FIRMWARE, MODEL
from homevolt.simulator.endpoints.answers import number
from homevolt.simulator.world.ems.plan import Mode
from homevolt.simulator.world.house import NOMINAL_VOLTAGE_V, PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.world.blade import Blade
    from homevolt.simulator.world.unit import Unit

PEER_PORT: Final = 5259
REACTIVE_LIMIT_VAR: Final = 7000
NO_ERROR: Final = {"error": 0, "error_str": "No error"}
GRID_CODES: Final[dict[object, str]] = {9: "Sweden"}

INFO_BITS: Final = {
    "EMS_INFO_FAN_STATE_ON": 1,
    "EMS_INFO_CONNECTED_TO_BACKEND": 4,
    "EMS_INFO_RTC_SYNCRONIZED": 8,
    "EMS_INFO_LOW_POWER_MODE": 256,
}
UNDER_SOC_MIN: Final = "EMS_WARNING_UNDER_SOC_MIN_WARNING"
UNDER_SOC_MIN_BIT: Final = 64

RESERVE_OPTIONS: Final = {
    "freq_res_pwr_fcr_n": "fcr_n_power",
    "freq_res_pwr_fcr_d_up": "fcr_d_up_power",
    "freq_res_pwr_fcr_d_down": "fcr_d_down_power",
    "freq_res_pwr_ref_ffr": "ffr_power",
}


def unit_payload(device: SimulatedDevice, unit: Unit, index: int) -> dict[str, Any]:
    """Return one entry of `ems`; the first unit is the one that answers."""
    blades, grid_code = unit.blades, device.parameters.values["ems_grid_code_preset"]
    payload: dict[str, Any] = {
        "ecu_id": _ecu_id(device, unit),
        "ecu_host": peer_host(unit.ecu_id) if index else "",
        "ecu_version": "",
        **NO_ERROR,
        "op_state": unit.op_state,
        "op_state_str": unit.op_state_str,
        "ems_info": ems_info(device, unit),
        "bms_info": [bms_info(device, blade, number) for number, blade in enumerate(blades)],
        "inv_info": inverter_info(unit),
        "ems_config": {
            "grid_code_preset": grid_code,
            "grid_code_preset_str": GRID_CODES.get(grid_code, f"Preset {grid_code}"),
            "control_timeout": device.control_timeout_s > 0,
        },
        "inv_config": {"ffr_fstart_freq": device.ffr_start_frequency},
        "ems_control": _control(device, [unit]),
        "ems_data": _data(device, [unit], peer=index > 0),
        "bms_data": [_blade_data(device, blade) for blade in blades],
        "ems_prediction": _prediction(device, [unit]),
        "ems_voltage": _voltages(device),
        "ems_current": {"l1": 0, "l2": 0, "l3": 0},
        "ems_aggregate": {
            "imported_kwh": number(unit.imported_wh / 1000),
            "exported_kwh": number(unit.exported_wh / 1000),
        },
        "error_cnt": 0,
    }
    if index:
        payload["peer"] = _peer(device)
    return payload


def _ecu_id(device: SimulatedDevice, unit: Unit) -> str | int:
    """Return the id; old firmware reports it as a number with the bytes reversed."""
    if device.profile.dialect == "new":
        return unit.ecu_id
    return int.from_bytes(bytes.fromhex(unit.ecu_id), "little")


def aggregated_payload(device: SimulatedDevice, units: Sequence[Unit]) -> dict[str, Any]:
    """Return `aggregated` of a cluster: sums over the units present, in fewer blocks."""
    return {
        **NO_ERROR,
        "op_state": units[0].op_state,
        "op_state_str": units[0].op_state_str,
        "ems_control": _control(device, units),
        "ems_data": _data(device, units),
        "ems_prediction": _prediction(device, units),
    }


def peer_host(ecu_id: str) -> str:
    """Return the address of a peer, derived from its id, with brackets and port."""
    groups = ":".join(ecu_id[start : start + 4] for start in range(0, len(ecu_id), 4))
    return f"[FD00::{groups.upper()}]:{PEER_PORT}"


def ems_info(device: SimulatedDevice, unit: Unit) -> dict[str, Any]:
    """Return `ems_info`; old firmware reports no model."""
    info = {
        "protocol_version": 5,
        "fw_version": device.profile.ems_firmware,
        "rated_capacity": round(unit.rated_capacity_wh),
        "rated_power": round(unit.rated_power_w),
        "rated_pv_power": 0,
    }
    return {**info, "model": MODEL} if device.profile.dialect == "new" else info


def bms_info(device: SimulatedDevice, blade: Blade, index: int) -> dict[str, Any]:
    """Return one entry of `bms_info`; old firmware reports no battery type."""
    info = {
        "fw_version": BLADE_FIRMWARE,
        "serial_number": blade.serial_number,
        "rated_cap": round(blade.capacity_wh),
        "id": index,
    }
    if device.profile.dialect == "new":
        info |= {"battery_type": 1, "battery_type_str": "NMC 210 10A"}
    return info


def inverter_info(unit: Unit) -> dict[str, Any]:
    """Return `inv_info`."""
    return {"fw_version": INVERTER_FIRMWARE, "serial_number": unit.inverter_serial}


def _control(device: SimulatedDevice, units: Sequence[Unit]) -> dict[str, Any]:
    active = device.plan.active(device.now())
    options = active.options if active else {}
    reserve = active is not None and active.type == Mode.FREQUENCY_RESERVE
    return {
        "mode_sel": 1,
        "mode_sel_str": "operational",
        "pwr_ref": round(sum(unit.setpoint_w for unit in units)),
        "freq_res_mode": int(reserve),
        **{key: int(options.get(name, 0)) for key, name in RESERVE_OPTIONS.items()},
        "act_pwr_ch_lim": round(sum(unit.charge_limit_w for unit in units)),
        "act_pwr_di_lim": round(sum(unit.discharge_limit_w for unit in units)),
        "react_pwr_pos_limit": REACTIVE_LIMIT_VAR * len(units),
        "react_pwr_neg_limit": REACTIVE_LIMIT_VAR * len(units),
        "freq_test_seq": int(options.get("test_sequence", 0)),
        "data_usage": 0,
        "allow_dfu": True,
    }


def _data(device: SimulatedDevice, units: Sequence[Unit], *, peer: bool = False) -> dict[str, Any]:
    first = units[0]
    info = _info(device, first)
    low = first.under_min_soc
    power_w = round(sum(unit.power_w for unit in units))
    return {
        # The leader reports the figures of a peer a second late.
        "timestamp_ms": (int(device.now()) - peer) * 1000,
        "state": first.state,
        "state_str": first.state_str,
        "info": sum(INFO_BITS[name] for name in info),
        "info_str": info,
        "warning": UNDER_SOC_MIN_BIT if low else 0,
        "warning_str": [UNDER_SOC_MIN] if low else [],
        "alarm": 0,
        "alarm_str": [],
        "phase_angle": 90,
        "frequency": round(device.installation.house.frequency_hz * 1000),
        "phase_seq": 1,
        "power": power_w,
        "apparent_power": power_w if device.profile.signed_apparent_power else abs(power_w),
        "reactive_power": 0,
        "energy_produced": int(sum(unit.energy_produced_wh for unit in units)),
        "energy_consumed": int(sum(unit.energy_consumed_wh for unit in units)),
        "sys_temp": round(sum(unit.system_temperature_c for unit in units) / len(units) * 10),
        "avail_cap": round(sum(unit.usable_wh for unit in units)),
        "freq_res_state": 0,
        # The device reports the plain mean over its units, not weighted by capacity.
        "soc_avg": round(sum(unit.state_of_charge for unit in units) / len(units) * 10000),
    }


def _info(device: SimulatedDevice, unit: Unit) -> list[str]:
    present = {
        "EMS_INFO_FAN_STATE_ON": unit.fan_on,
        "EMS_INFO_CONNECTED_TO_BACKEND": True,
        "EMS_INFO_RTC_SYNCRONIZED": device.clock_is_set,
        "EMS_INFO_LOW_POWER_MODE": unit.low_power,
    }
    return [name for name in INFO_BITS if present[name]]


def _blade_data(device: SimulatedDevice, blade: Blade) -> dict[str, Any]:
    data: dict[str, Any] = {
        "energy_avail": round(blade.energy_wh),
        "cycle_count": blade.cycle_count,
        "soc": round(blade.state_of_charge * 10000),
        "state": 5,
        "state_str": "Connected",
        "alarm": 0,
        "alarm_str": [],
        "tmin": round(blade.temperature_min_c * 10),
        "tmax": round(blade.temperature_max_c * 10),
    }
    if device.profile.blade_details:
        data |= {
            "soh": round(blade.state_of_health * 10000),
            "voltage": round(blade.voltage_v * 100),
            "power": round(blade.power_w),
        }
    return data


def _prediction(device: SimulatedDevice, units: Sequence[Unit]) -> dict[str, int]:
    charge_w = round(sum(unit.charge_limit_w for unit in units))
    discharge_w = round(sum(unit.discharge_limit_w for unit in units))
    stored_wh = sum(unit.stored_wh for unit in units)
    fuse_a = device.parameters.values["ecu_group_fuse_size_a"]
    fuse_w = round(float(str(fuse_a)) * PHASES * NOMINAL_VOLTAGE_V)
    return {
        "avail_ch_pwr": charge_w,
        "avail_di_pwr": discharge_w,
        "avail_ch_energy": round(sum(unit.usable_wh for unit in units) - stored_wh),
        "avail_di_energy": round(stored_wh),
        "avail_inv_ch_pwr": charge_w,
        "avail_inv_di_pwr": discharge_w,
        "avail_group_fuse_ch_pwr": fuse_w,
        "avail_group_fuse_di_pwr": fuse_w,
    }


def _voltages(device: SimulatedDevice) -> dict[str, int]:
    v1, v2, v3 = device.installation.house.voltages_v
    pairs = {"l1_l2": (v1, v2), "l2_l3": (v2, v3), "l3_l1": (v3, v1)}
    return {
        **{
            name: round(volts * 10)
            for name, volts in zip(("l1", "l2", "l3"), (v1, v2, v3), strict=True)
        },
        # The phases are 120 degrees apart: the difference of two has this magnitude.
        **{name: round((a * a + b * b + a * b) ** 0.5 * 10) for name, (a, b) in pairs.items()},
    }


def _peer(device: SimulatedDevice) -> dict[str, int]:
    now_ms = int(device.now()) * 1000
    return {
        "last_seq": now_ms // 1000 % 1_000_000,
        "last_timestamp_ms": now_ms - 714,
        "last_decrypt_age_ms": 517,
        "last_encrypt_age_ms": 575,
    }
