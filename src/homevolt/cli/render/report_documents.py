"""What a device reports about itself, for programs: documents of plain values.

A number has its unit in its key; what is missing is null; a time is ISO 8601 in UTC. The views for
people are made of the same documents.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from homevolt.cli.render.documents import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from homevolt.discovery import DiscoveredDevice
    from homevolt.readings.snapshot import Snapshot
    from homevolt.readings.views import BladeView, UnitView
    from homevolt.reports.health import CheckView, LogLineView
    from homevolt.reports.metering import ClampFunctionView
    from homevolt.reports.radio import NodeMetricsView, NodeView
    from homevolt.reports.status import FirmwareUpdatesView, StatusView

Document = dict[str, Any]
Fields = dict[str, str]

STATUS: dict[str, Fields] = {
    "firmware": {
        "main_processor": "firmware.esp",
        "radio_hub": "firmware.efr",
        "energy_system": "hardware.energy_system.firmware",
        "inverter": "hardware.inverter.firmware",
    },
    "rated": {
        "power_w": "hardware.energy_system.rated_power_w",
        "capacity_wh": "hardware.energy_system.rated_capacity_wh",
        "pv_power_w": "hardware.energy_system.rated_pv_power_w",
    },
    "wifi": {
        "mode": "wifi.mode",
        "connected": "wifi.is_connected",
        "ssid": "wifi.ssid",
        "address": "wifi.address",
        "rssi_dbm": "wifi.rssi_dbm",
    },
    "lte": {
        "sim_present": "lte.is_sim_present",
        "data_active": "lte.is_data_active",
        "operator_name": "lte.operator_name",
        "technology": "lte.technology",
        "band": "lte.band",
        "rssi_dbm": "lte.rssi_dbm",
    },
    "cloud": {"connected": "cloud.is_connected", "subscribed": "cloud.is_subscribed"},
}
"""The groups of an info, and which attribute of the status each of their keys is."""

BLADE: Fields = {
    "number": "index",
    "firmware": "firmware",
    "serial_number": "serial_number",
    "rated_capacity_wh": "rated_capacity_wh",
    "battery_type": "battery_type",
}
UPDATE: Fields = {
    "product_id": "product_id",
    "current_version": "current_version",
    "available_version": "available_version",
    "state": "state",
    "progress_ratio": "progress",
    "up_to_date": "is_up_to_date",
}
CHECK: Fields = {key: key for key in ("subsystem", "name", "state", "message", "details", "at")}
LINE: Fields = {key: key for key in ("at", "level", "tag", "text", "task", "core")}
NODE: Fields = {
    "node_id": "node_id",
    "eui": "eui",
    "model": "product_model",
    "firmware": "version",
    "available": "is_available",
    "paired": "is_paired",
    "rssi_dbm": "rssi_dbm",
    "average_rssi_dbm": "average_rssi_dbm",
    "link_quality": "link_quality",
    "packet_delivery_ratio": "packet_delivery",
    "last_seen_s": "last_seen_s",
    "last_data_s": "last_data_s",
}
METRICS: Fields = {
    "at": "at",
    "up_time_s": "up_time_s",
    "battery_voltage_v": "battery_voltage_v",
    "usb_powered": "is_usb_powered",
    "temperature_c": "temperature_c",
    "packet_delivery_ratio": "packet_delivery",
    "sent_messages": "node.messages_sent",
    "received_messages": "hub.messages_received",
}

INFO = (
    *("device_id", "model", "units", "up_time_s", "updating", *STATUS),
    *("inverter_serial_number", "batteries", "updates", "problems"),
)
CHECKS = ("checks", "total")
ALARMS = ("at", "parts")
NODES = ("nodes", "problems")
"""The keys of the documents."""


def info_document(
    snapshot: Snapshot,
    status: StatusView,
    updates: FirmwareUpdatesView | None,
    problems: Mapping[str, str],
) -> Document:
    """Return what a device is.

    Args:
        snapshot: Its readings, which name it.
        status: Its status.
        updates: The updates that it is offered, None if they could not be read.
        problems: What could not be read, by endpoint.
    """
    return {
        "device_id": snapshot.unit.ecu_id,
        "model": snapshot.unit.model,
        "units": [unit.ecu_id for unit in snapshot.units],
        "up_time_s": status.up_time_s,
        "updating": status.is_updating,
        **{group: _picked(status, fields) for group, fields in STATUS.items()},
        "inverter_serial_number": status.hardware.inverter.serial_number,
        "batteries": [_picked(blade, BLADE) for blade in status.hardware.blades],
        "updates": None if updates is None else [_picked(each, UPDATE) for each in updates.updates],
        "problems": {**problems},
    }


def errors_document(checks: Iterable[CheckView], total: int) -> Document:
    """Return checks.

    Args:
        checks: Those to show.
        total: How many there are.
    """
    return {"checks": [_picked(check, CHECK) for check in checks], "total": total}


def alarms_document(snapshot: Snapshot) -> Document:
    """Return the alarms and warnings of each unit and each of its batteries."""
    parts: list[Document] = []
    for unit in snapshot.units:
        parts.append(_part(unit.ecu_id, None, unit, warnings=unit.warnings, error=unit.error))
        parts += [_part(unit.ecu_id, blade.number, blade) for blade in unit.blades]
    return {"at": plain(snapshot.at), "parts": parts}


def nodes_document(
    nodes: Iterable[NodeView],
    functions: Iterable[ClampFunctionView],
    metrics: Mapping[int, NodeMetricsView],
    problems: Mapping[str, str],
) -> Document:
    """Return the radio nodes.

    Args:
        nodes: The nodes.
        functions: What they are used for.
        metrics: What they report about themselves, by `node_id`; missing where it was not read.
        problems: What could not be read, by endpoint.
    """
    used = {each.eui: each for each in functions}

    def node_document(node: NodeView) -> Document:
        use = used.get(node.eui)
        own = None if node.node_id is None else metrics.get(node.node_id)
        return {
            **_picked(node, NODE),
            "function": None if use is None else use.function,
            "phases": None if use is None else plain(use.phases),
            "label": None if use is None else use.label,
            "metrics": None if own is None else _picked(own, METRICS),
        }

    return {"nodes": [*map(node_document, nodes)], "problems": {**problems}}


def line_document(line: LogLineView) -> Document:
    """Return a line of the log."""
    return _picked(line, LINE)


def discovered_document(devices: Iterable[DiscoveredDevice]) -> Document:
    """Return the devices that were found; `host` is what the option `--host` takes."""
    return {"devices": [plain(device) | {"host": device.host} for device in devices]}


def _part(
    unit: str | None,
    battery: int | None,
    view: UnitView | BladeView,
    *,
    warnings: tuple[str, ...] | None = None,
    error: str | None = None,
) -> Document:
    return {
        "unit": unit,
        "battery": battery,
        "available": view.available,
        "alarms": plain(view.alarms),
        "warnings": plain(warnings),
        "error": error,
    }


def _picked(view: object, fields: Fields) -> Document:
    """Return the attributes of a view by the keys of a document."""
    return {key: plain(attrgetter(path)(view)) for key, path in fields.items()}
