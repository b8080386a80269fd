"""Radio hub, its nodes, and their clamps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.device.profiles import HUB_FIRMWARE
from homevolt.simulator.endpoints.answers import NEVER_MS, hub_ticks, number

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.device.nodes import RadioNode
    from homevolt.simulator.endpoints.answers import Call

HUB_PRODUCT: Final = 57577
NODE_PRODUCT: Final = 53456
NODE_VERSION: Final = "1220-911ca807"
OLD_NODE_VERSION: Final = "1216-63cdc09f"
FUNCTIONS: Final = {"unspecified": 0, "grid": 1, "solar": 2}
CLAMPS: Final = {"L1": 1, "L2": 2, "L3": 4}
LINE_DEGREES: Final = (0, 240, 120)
OUTDOOR_C: Final = 12.59


def hub_payload(call: Call) -> dict[str, Any]:
    """Return /efr_hub_status.json."""
    device = call.device
    uptime_ms = device.installation.uptime_ms
    pairing_s = max(0, math.ceil(device.pairing_until - device.clock.now()))
    return {
        **radio_summary(call.device),
        "version": HUB_FIRMWARE,
        "bl_version": 2,
        "permit_pairing": pairing_s > 0,
        "permit_pairing_timeout": pairing_s,
        "warp_mode": 1,
        "timesync_ts_ticks": hub_ticks(uptime_ms),
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
    """Return the state of the hub that both /status.json and /efr_hub_status.json report."""
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
    """Return /nodes.json; one node was paired and never seen."""
    return [_node(call, node) for node in call.device.nodes]


def _node(call: Call, node: RadioNode) -> dict[str, Any]:
    seen = node.seen
    seen_ms = node.age_ms(call.device.now()) if seen else NEVER_MS
    rssi = node.rssi if seen else 0
    return {
        "node_id": node.node_id,
        "product_id": NODE_PRODUCT,
        "product_model": "TBF01",
        "eui": node.euid,
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
    """Return /ecu_sense.json: the function of each node."""
    return [
        {
            "node_euid": node.euid,
            "interface": node.interface,
            "interface_names": [name for name, bit in CLAMPS.items() if node.interface & bit],
            "function": FUNCTIONS[node.function],
            "function_name": node.function,
            "label": node.label,
        }
        for node in call.device.nodes
    ]


def metrics_payload(call: Call) -> dict[str, Any]:
    """Return /node_metrics.json?node_id=; uptime in ms, battery voltage in V."""
    node = _requested(call)
    if node is None or not node.seen:
        return {}
    uptime_ms = call.device.installation.uptime_ms
    sent = uptime_ms // 5000 % 256
    counts = ("meter_msg_count", "meter_pkg_count")
    return {
        "node": {
            "node_id": node.node_id,
            "timestamp": int(call.device.now()),
            "node_version": 0,
            "bootloader_version": 33554435,
            "battery_voltage": 2.96,
            "temperature": OUTDOOR_C,
            "avg_rssi": number(node.average_rssi),
            "avg_lqi": 255,
            "radio_tx_power": 200,
            "node_uptime": uptime_ms,
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
    node = _requested(call)
    point = call.device.point(node.function) if node else None
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
    ticks = hub_ticks(call.device.installation.uptime_ms)
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
    """Return /warp_ping.json: two pings without an answer."""
    destination = min((node.node_id for node in call.device.nodes), default=0)
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
    node = _requested(call)
    if node is None:
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


def _requested(call: Call) -> RadioNode | None:
    node_id = call.integer("node_id", 1)
    return next((node for node in call.device.nodes if node.node_id == node_id), None)
