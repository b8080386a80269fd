"""/error_report.json, the checks of the device with their state, and /error_history.json.

The number of checks, their subsystems and the states are those of a real unit. Of the names of the
checks only `power_24v` and `ledstrip_detected` are known; the others are our choice, as is the
text of `details`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from homevolt.simulator.endpoints.answers import Call

DEFAULT_LIMIT: Final = 50
SEVERITIES: Final = ("ok", "warning", "error")


class State(NamedTuple):
    """State of one check: `activated`, `message` and `details` on the wire."""

    activated: str = "ok"
    message: str = ""
    details: tuple[str, ...] = ()


Check = Callable[["Call"], State]

OK: Final = State()


def _always(activated: str, message: str = "") -> Check:
    state = State(activated, message)
    return lambda _call: state


def _soc_min(call: Call) -> State:
    empty = call.device.installation.units[0].under_min_soc
    return State("warning", "Battery is empty") if empty else OK


def _clock(call: Call) -> State:
    return OK if call.device.clock_is_set else State("error", "Time was never set")


def _peers(call: Call) -> State:
    peers = call.device.installation.units[1:]
    if not peers:
        return State("unknown", "No peers")
    missing = tuple(peer.ecu_id for peer in peers if call.without_peers or not peer.online)
    message = f"{len(missing)} of {len(peers)} peers not reachable"
    return State("error", message, missing) if missing else OK


def _nodes(call: Call) -> State:
    missing = tuple(node.euid for node in call.device.nodes if not node.seen)
    message = f"{len(missing)} of {len(call.device.nodes)} nodes never seen"
    return State("error", message, missing) if missing else OK


def _clamp_assigned(function: str) -> Check:
    def check(call: Call) -> State:
        euids = tuple(node.euid for node in call.device.nodes if node.function == function)
        return State("ok", "", euids) if euids else State("unknown", "Not assigned")

    return check


def _clamp_available(function: str) -> Check:
    def check(call: Call) -> State:
        if call.device.point(function) is None:
            return State("unknown", "Not assigned")
        return State("error", "Not available") if call.without_sensors else OK

    return check


PASSED: Final = _always("ok")

CHECKS: Final[Mapping[str, Mapping[str, Check]]] = {
    "ECU": {
        "power_24v": PASSED,
        "ledstrip_detected": _always("ok", "Rev:2 (461 mV)"),
        "supercap": PASSED,
        "flash": PASSED,
        "filesystem": PASSED,
        "heap": PASSED,
        "temperature": PASSED,
        "clock": _clock,
        "peers": _peers,
    },
    "EMS": {
        "ems_connected": PASSED,
        "bms_connected": PASSED,
        "inverter": PASSED,
        "soc_min": _soc_min,
        "cell_voltage": PASSED,
        "cell_temperature": PASSED,
        "grid_voltage": PASSED,
        "grid_frequency": PASSED,
        "fan": PASSED,
    },
    "CONNECTIVITY": {
        "wifi": _always("ok", "-43 dBm"),
        "lte": PASSED,
        "ethernet": _always("unknown", "Not installed"),
        "dns": PASSED,
        "ntp": _clock,
        "mqtt": PASSED,
        "backend": PASSED,
    },
    "EFR_HUB": {
        "hub_connected": PASSED,
        "hub_firmware": PASSED,
        "radio_channel": PASSED,
        "nodes_seen": _nodes,
    },
    "OTA": {
        "manifest": PASSED,
        "esp32": _always("unknown", "No update since start"),
        "efr": _always("unknown", "No update since start"),
    },
    "PULSE": {
        "grid_assigned": _clamp_assigned("grid"),
        "grid_available": _clamp_available("grid"),
        "solar_assigned": _clamp_assigned("solar"),
        "solar_available": _clamp_available("solar"),
    },
}
"""By subsystem and name; their position is their id."""


def error_report_payload(call: Call) -> list[dict[str, Any]]:
    """Return /error_report.json: every check with its state."""
    return [
        {
            "sub_system_id": system_id,
            "sub_system_name": system,
            "error_id": error_id,
            "error_name": name,
            "activated": state.activated,
            "message": state.message,
            "details": list(state.details),
        }
        for system_id, (system, checks) in enumerate(CHECKS.items())
        for error_id, (name, check) in enumerate(checks.items(), 1)
        for state in [check(call)]
    ]


def error_history_payload(call: Call) -> list[dict[str, Any]]:
    """Return /error_history.json?limit=&severity=: warnings and errors of the log."""
    severity = call.query.get("severity", "")
    rows = [
        {
            "timestamp": int(line.time * 1000),
            "sub_system_id": 0,
            "sub_system_name": "ECU",
            "error_id": 100,
            "error_name": line.tag,
            "activated": line.level,
            "message": line.text,
            "details": [],
        }
        for line in call.device.log.last(len(call.device.log), "warning")
    ]
    chosen = [row for row in rows if severity not in SEVERITIES or row["activated"] == severity]
    limit = call.integer("limit", DEFAULT_LIMIT)
    return chosen[-limit:] if limit else []
