"""The radio side: hub, nodes with their clamps, and what they measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.identity import HUB_FIRMWARE
from homevolt.simulator.endpoints.encode import NEVER_MS, number

if TYPE_CHECKING:
    from homevolt.simulator.device.clamps import Clamp
    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.endpoints.answers import Call

HUB_PRODUCT: Final = 57577
NODE_PRODUCT: Final = 53456
NODE_VERSION: Final = "1220-911ca807"
OLD_NODE_VERSION: Final = "1216-63cdc09f"
FUNCTIONS: Final = {"unspecified": 0, "grid": 1, "solar": 2}
ALL_PHASES: Final = 7
LINE_DEGREES: Final = (0, 240, 120)
OUTDOOR_C: Final = 12.59


def hub_payload(call: Call) -> dict[str, Any]:
    """Return /efr_hub_status.json."""
    uptime_ms = int(call.device.uptime_s * 1000)
    return {
        **radio_summary(call.device),
        "version": HUB_FIRMWARE,
        "bl_version": 2,
        "permit_pairing": False,
        "permit_pairing_timeout": 0,
        "warp_mode": 1,
        "timesync_ts_ticks": uptime_ms,
        "ts_offset": int(call.device.now() * 1000) - uptime_ms,
        "ota": dict.fromkeys(
            (
                *("taget_id", "image_tag", "status", "is_distr", "image_size"),
                *("req_start", "req_end", "resp_start", "resp_end"),
            ),
            0,
        ),
    }


def radio_summary(device: SimulatedDevice) -> dict[str, Any]:
    """Return what /status.json and /efr_hub_status.json both say of the radio."""
    return {
        "product_id": HUB_PRODUCT,
        "efr_id": device.hub_eui,
        "network_state": 2,
        "node_type": 1,
        "node_id": 0,
        "pan_id": 52903,
        "radio_channel": 11,
        "radio_power": 200,
    }


def nodes_payload(call: Call) -> list[dict[str, Any]]:
    """Return /nodes.json; the node without a function was paired and never seen."""
    return [_node(call, clamp) for clamp in call.device.clamps]


def _node(call: Call, clamp: Clamp) -> dict[str, Any]:
    seen = clamp.seen
    seen_ms = clamp.age_ms(call.device.now()) if seen else NEVER_MS
    rssi = clamp.rssi if seen else 0
    return {
        "node_id": clamp.node_id,
        "product_id": NODE_PRODUCT,
        "product_model": "TBF01",
        "eui": clamp.euid,
        "version": NODE_VERSION if seen else OLD_NODE_VERSION,
        "warp_version": int(seen),
        "average_rssi": rssi,
        "rssi": rssi,
        "average_lqi": 209 if seen else 0,
        "lqi": 255 if seen else 0,
        "pdr": 100 if seen else 0,
        "last_seen_ms": seen_ms,
        "last_data_ms": seen_ms + 3 if seen else NEVER_MS,
        "available": seen and not call.without_sensors,
        "ota_upload_state": "idle" if seen else "failed",
        "ota_distribute_status": "up2date" if seen else "inactive_node",
        "paired": True,
        "advertise_sent": False,
        "model": "tibber-pulse-clamp-node-efr32-fg23",
        "ota_tag": 223,
        "manifest_version": NODE_VERSION,
    }


def sense_payload(call: Call) -> list[dict[str, Any]]:
    """Return /ecu_sense.json: what each node measures."""
    return [
        {
            "node_euid": clamp.euid,
            "interface": ALL_PHASES,
            "interface_names": ["L1", "L2", "L3"],
            "function": FUNCTIONS[clamp.function],
            "function_name": clamp.function,
            "label": "",
        }
        for clamp in call.device.clamps
    ]


def metrics_payload(call: Call) -> dict[str, Any]:
    """Return /node_metrics.json?node_id=; uptime in ms, battery voltage in V."""
    clamp = _asked(call)
    if clamp is None or not clamp.seen:
        return {}
    sent = int(call.device.uptime_s // 5) % 256
    counts = ("meter_msg_count", "meter_pkg_count")
    return {
        "node": {
            "node_id": clamp.node_id,
            "timestamp": int(call.device.now()),
            "node_version": 0,
            "bootloader_version": 33554435,
            "battery_voltage": 2.96,
            "temperature": OUTDOOR_C,
            "avg_rssi": number(clamp.average_rssi),
            "avg_lqi": 255,
            "radio_tx_power": 200,
            "node_uptime": int(call.device.uptime_s * 1000),
            **{f"{name}_sent": sent for name in counts},
            **{f"{name}_received": sent for name in counts},
            "time_in_em0_ms": 4805,
            "time_in_em1_ms": 1003,
            "time_in_em2_ms": 295271,
            "meter_mode": 0,
            "usb_power": True,
            "timesync_clock_drift": 327679,
        },
        "hub": {
            "meter_pkg_count_sent": 0,
            "meter_msg_count_sent": 0,
            "meter_pkg_count_received": sent,
            "meter_msg_count_received": sent,
            "meter_corrupt_reading_count_received": 0,
        },
        "packet_delivery_rate": 100,
    }


def ct_payload(call: Call) -> dict[str, Any]:
    """Return /ct.json?node_id=: the three clamps of one node; power in W, energy in kWh."""
    clamp = _asked(call)
    point = call.device.point(clamp.function) if clamp else None
    if point is None:
        return {}
    share = len(point.phases)
    rows = [
        {
            "ts": int(call.device.now() * 1000),
            "amps": number(phase.current_a),
            "volts": number(phase.voltage_v),
            "deg": number(math.degrees(math.acos(min(1.0, abs(phase.power_factor))))),
            "ceb": 0,
            "csb": 0,
            "pf": number(phase.power_factor),
            "va": number(phase.current_a * phase.voltage_v),
            "pwr": number(phase.power_w),
            "line": line,
            "imp": number(point.energy_imported_kwh / share),
            "exp": number(point.energy_exported_kwh / share),
        }
        for phase, line in zip(point.phases, LINE_DEGREES, strict=False)
    ]
    ticks = int(call.device.uptime_s * 1000)
    return {
        "bs": ticks,
        "cs": ticks,
        "beb": 0,
        "ct": rows,
        "tpw": round(point.total_power_w),
        "imp": number(point.energy_imported_kwh),
        "exp": number(point.energy_exported_kwh),
    }


def ping_payload(call: Call) -> list[dict[str, Any]]:
    """Return /warp_ping.json: two pings on their way, unanswered."""
    destination = min((clamp.node_id for clamp in call.device.clamps), default=0)
    unanswered = (
        *("ping_send_timestamp", "ping_recv_timestamp", "ping_recv_rssi", "ping_recv_lqi"),
        *("pong_recv_timestamp", "pong_recv_rssi", "pong_recv_lqi"),
    )
    return [
        {
            "type": "outgoing_ping",
            "source": 0,
            "destination": destination,
            "flags": 8,
            "index": index,
            **dict.fromkeys(unanswered, 0),
        }
        for index in range(2)
    ]


def node_params_payload(call: Call) -> list[dict[str, Any]]:
    """Return /node_params.json?node_id=, in the shape of /params.json."""
    clamp = _asked(call)
    if clamp is None:
        return []
    rows = (("report_interval_ms", "uint32", 4, 5000), ("radio_tx_power", "uint16", 2, 200))
    return [
        {
            "param_id": number,
            "desc": '"node_params"',
            "name": name,
            "size": size,
            "type": kind,
            "value": [value],
            "default": [value],
            "help": "",
            "level": 8,
        }
        for number, (name, kind, size, value) in enumerate(rows, 1)
    ]


def _asked(call: Call) -> Clamp | None:
    node_id = call.integer("node_id", 1)
    return next((clamp for clamp in call.device.clamps if clamp.node_id == node_id), None)
