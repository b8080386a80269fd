"""A document of our own making for each endpoint, and what its view must say."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.payloads import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER_MS = 2_147_483_647
AT = datetime.fromtimestamp(NOW, UTC)
TICKS_PER_S = 32_768


class Case(NamedTuple):
    """One endpoint.

    Attributes:
        method: The method of the device that reads it.
        document: What the device answers.
        expected: What the view says by its attributes, with dots between inner ones. Of a list
            the attributes are those of its first item.
        arguments: What the method is called with.
    """

    method: str
    document: Any
    expected: dict[str, Any]
    arguments: Mapping[str, Any] = MappingProxyType({})


CASES: dict[str, Case] = {
    "status": Case(
        "fetch_status",
        {
            "up_time": 335974780,
            "poll_time": 0,
            "firmware": {"esp": "3056-1a3446ed", "efr": "804-4190150b"},
            "wifi_status": {"wifi_mode": "sta", "ip": "192.0.2.7", "ssid": "Somewhere"}
            | {"bssid": "020000000001", "rssi": -43, "connected": True, "wifi_err_buf": [1006]},
            "lte_status": {"imei": "350000000000006", "operator": '"24001"', "ber": 99}
            | {"rssi_db": -65, "rssi": 26, "chan": 1300, "pdp_active": True, "acc_tech": "eMTC"},
            "mqtt_status": {"connected": True, "subscribed": False}
            | {"last_error": {"error_type": 2, "esp_transport_sock_errno": 113}},
            "ota_update_running": False,
            "w868_status": {"efr_id": "f0000000000000aa", "radio_channel": 11, "radio_power": 200},
            "ems_status": {
                "ems_info": {"fw_version": "v31.4", "rated_power": 6000, "rated_cap": 13304},
                "inverter_info": {"fw_version": "V1.10-97.0", "serial_number": "F400"},
                "bms_info": [{"id": 1, "rated_cap": 6652, "battery_type_str": "NMC"}],
            },
        },
        {
            "up_time_s": 335974.78,
            "is_updating": False,
            "firmware.esp": "3056-1a3446ed",
            "wifi.mode": "sta",
            "wifi.address": "192.0.2.7",
            "wifi.rssi_dbm": -43,
            "wifi.is_connected": True,
            "wifi.errors": (1006,),
            "lte.operator": "24001",
            "lte.bit_error_class": None,
            "lte.rssi_dbm": -65,
            "lte.channel": 1300,
            "lte.imsi": None,
            "cloud.is_connected": True,
            "cloud.is_subscribed": False,
            "cloud.last_error.error_type": 2,
            "cloud.last_error.socket_errno": 113,
            "radio.eui": "f0000000000000aa",
            "radio.channel": 11,
            "hardware.energy_system.rated_power_w": 6000,
            "hardware.energy_system.rated_capacity_wh": 13304,
            "hardware.inverter.firmware": "V1.10-97.0",
            "hardware.blades.0.index": 1,
            "hardware.blades.0.rated_capacity_wh": 6652,
        },
    ),
    "error_report": Case(
        "fetch_error_report",
        [
            {"sub_system_id": 0, "sub_system_name": "ECU", "error_id": 2}
            | {"error_name": "ledstrip_detected", "activated": "degraded"}
            | {"message": "Rev:2 (461 mV)", "details": [{"a": 1}, "b"]}
        ],
        {
            "subsystem": "ECU",
            "check_id": 2,
            "name": "ledstrip_detected",
            "state": "degraded",
            "details": ({"a": 1}, "b"),
            "at": None,
        },
    ),
    "error_history": Case(
        "fetch_error_history",
        [{"activated": "warning", "timestamp": NOW * 1000}],
        {"state": "warning", "at": AT},
        {"limit": 5, "severity": "warning"},
    ),
    "logs": Case(
        "fetch_logs",
        [{"timestamp": NOW * 1000, "core": 1, "level": "debug", "data": "x", "tag": "t"}],
        {"at": AT, "core": 1, "level": "debug", "text": "x", "tag": "t", "task": None},
        {"limit": 5, "level": "debug"},
    ),
    "ota_manifest": Case(
        "fetch_firmware_updates",
        {"timestamp": NOW, "updates": [{"product_id": 1, "progress_percent": 25, "file_size": 99}]},
        {
            "at": AT,
            "updates.0.product_id": 1,
            "updates.0.progress": 0.25,
            "updates.0.size_bytes": 99,
        },
    ),
    "wifiscan": Case(
        "fetch_wifi_networks",
        [{"ssid": "A", "ch": 1, "bw": "20", "rssi": -43, "11b": 0, "11g": 1, "wps": 0}],
        {
            "ssid": "A",
            "channel": 1,
            "bandwidth_mhz": 20.0,
            "rssi_dbm": -43,
            "has_11b": False,
            "has_11g": True,
            "has_11n": None,
            "has_wps": False,
        },
    ),
    "nodes": Case(
        "fetch_nodes",
        [
            {"node_id": 1, "eui": "a400000000000001", "rssi": -81, "average_rssi": -80.5}
            | {"lqi": 255, "pdr": 98, "last_seen_ms": 4908, "last_data_ms": NEVER_MS}
            | {"available": True, "ota_upload_state": "idle", "manifest_version": "1220-911ca807"}
        ],
        {
            "node_id": 1,
            "eui": "a400000000000001",
            "rssi_dbm": -81,
            "average_rssi_dbm": -80.5,
            "link_quality": 255,
            "packet_delivery": 0.98,
            "last_seen_s": 4.908,
            "last_data_s": None,
            "is_available": True,
            "upload_state": "idle",
            "available_version": "1220-911ca807",
        },
    ),
    "node_metrics": Case(
        "fetch_node_metrics",
        {
            "node": {"node_id": 1, "timestamp": NOW, "battery_voltage": 2.96, "usb_power": True}
            | {"temperature": 12.59, "avg_rssi": -76.22, "node_uptime": 2043675213}
            | {"time_in_em2_ms": 295271, "meter_msg_count_sent": 61},
            "hub": {"meter_pkg_count_received": 60, "meter_corrupt_reading_count_received": 1},
            "packet_delivery_rate": 100,
        },
        {
            "node_id": 1,
            "at": AT,
            "battery_voltage_v": 2.96,
            "is_usb_powered": True,
            "temperature_c": 12.59,
            "average_rssi_dbm": -76.22,
            "up_time_s": 2043675.213,
            "deep_sleep_s": 295.271,
            "node.messages_sent": 61,
            "hub.packets_received": 60,
            "hub.corrupt_received": 1,
            "packet_delivery": 1.0,
        },
        {"node_id": 1},
    ),
    "efr_hub_status": Case(
        "fetch_hub_status",
        {"efr_id": "f0000000000000aa", "version": "804-4190150b", "permit_pairing": True}
        | {"permit_pairing_timeout": 25, "timesync_ts_ticks": 60 * TICKS_PER_S}
        | {"ts_offset": (NOW - 60) * 1000, "ota": {"taget_id": 3, "is_distr": 0}},
        {
            "eui": "f0000000000000aa",
            "version": "804-4190150b",
            "is_pairing": True,
            "pairing_left_s": 25,
            "at": AT,
            "update.target_id": 3,
            "update.is_distributing": False,
        },
    ),
    "warp_ping": Case(
        "fetch_pings",
        [
            {"type": "outgoing_ping", "source": 0, "destination": 1, "ping_recv_rssi": -70}
            | {"pong_recv_timestamp": 0, "pong_recv_rssi": 0, "pong_recv_lqi": 0}
        ],
        {
            "kind": "outgoing_ping",
            "source": 0,
            "destination": 1,
            "is_answered": False,
            "ping_rssi_dbm": -70,
            "pong_rssi_dbm": None,
            "pong_link_quality": None,
        },
    ),
    "ct": Case(
        "fetch_clamp",
        {
            "cs": 90 * TICKS_PER_S,
            "ct": [
                {"ts": NOW * 1000, "amps": 4.08, "volts": 238.63, "deg": 44.79, "pf": 0.71}
                | {"va": 973.06, "pwr": -690.55, "line": 240, "imp": 98.25, "exp": 6.33}
            ],
            "tpw": 3140,
            "imp": 336.42,
            "exp": 18.68,
        },
        {
            "total_power_w": 3140,
            "energy_imported_kwh": 336.42,
            "energy_exported_kwh": 18.68,
            "hub_time_s": 90,
            "phases.0.at": AT,
            "phases.0.current_a": 4.08,
            "phases.0.voltage_v": 238.63,
            "phases.0.phase_shift_deg": 44.79,
            "phases.0.power_factor": 0.71,
            "phases.0.apparent_power_va": 973.06,
            "phases.0.power_w": -690.55,
            "phases.0.line_angle_deg": 240,
            "phases.0.energy_imported_kwh": 98.25,
            "phases.0.energy_exported_kwh": 6.33,
        },
        {"node_id": 1},
    ),
    "ecu_sense": Case(
        "fetch_clamp_functions",
        [{"node_euid": "a4", "interface_names": ["L1"], "function": 9, "function_name": "pool"}],
        {"eui": "a4", "phases": ("L1",), "function": "pool", "function_id": 9, "label": None},
    ),
    "mains_data": Case(
        "fetch_mains",
        {"timestamp": 90 * TICKS_PER_S, "mains_voltage": 336.08, "mains_voltage_rms": 237.64}
        | {"frequency": 49.95, "avg_max": 3838, "mains_adc_buffer": [1, 2]},
        {
            "hub_time_s": 90,
            "voltage_v": 237.64,
            "peak_voltage_v": 336.08,
            "frequency_hz": 49.95,
            "adc_max": 3838,
            "adc_samples": (1, 2),
        },
    ),
    "pid": Case(
        "fetch_pid",
        {
            "ems_pid": {"kp": 0.25, "setpoint": -3000, "prev_output": 12.5, "prev_min": -12056}
            | {"prev_timestamp_ms": 71969000, "prev_delta_t": 1},
            "lb_charge": {"prev_input": 3.66},
        },
        {
            "power.gain_proportional": 0.25,
            "power.setpoint": -3000,
            "power.output_w": 12.5,
            "power.output_min_w": -12056,
            "power.stepped_up_time_s": 71969,
            "power.step_s": 1,
            "charge_limit.input": 3.66,
            "discharge_limit.input": None,
        },
    ),
    "ems_pid_history": Case(
        "fetch_pid_history",
        {"from": NOW, "id": 1, "name": "ems_pid", "constants": {"ki": 0.2}, "data": {"x": [1]}},
        {
            "start": AT,
            "controller_id": 1,
            "name": "ems_pid",
            "gain_integral": 0.2,
            "data": {"x": [1]},
        },
    ),
}
"""The endpoints that have a view, by the name of the resource."""

PLAIN_CASES: dict[str, Case] = {
    "ct_data": Case("fetch_clamp_data", [{"node_id": 1, "x": {"y": 1.5}}], {}),
    "ct_history": Case("fetch_clamp_history", [{"ts": NOW}], {}),
    "ems_history": Case(
        "fetch_ems_history", [{"ts": NOW}, {}], {}, {"limit": 5, "start": "2026-01-31T23:00:00Z"}
    ),
}
"""The endpoints whose shape is not documented."""
