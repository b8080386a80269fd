"""Every address that the device serves, and its endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.endpoints.answers import Answer, Call, Endpoint, json_answer
from homevolt.simulator.endpoints.payloads import ems, energy, radio, settings, system
from homevolt.simulator.endpoints.payloads.error_report import (
    error_history_payload,
    error_report_payload,
)
from homevolt.simulator.endpoints.writes import post_console, post_parameters

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice

Methods = Mapping[str, Endpoint]

HOME_PAGE: Final = "/spiffs/index.html"
CONTENT_TYPES: Final = {".html": "text/html", ".txt": "text/plain"}


def _get(payload: Callable[[Call], Any]) -> Methods:
    def endpoint(call: Call) -> Answer:
        return json_answer(payload(call))

    return {"GET": endpoint}


ROUTES: Final[dict[str, Methods]] = {
    "/ems.json": {"GET": ems.endpoint},
    "/console.json": {"POST": post_console},
    "/params.json": {"GET": settings.parameters_endpoint, "POST": post_parameters},
    "/schedule.json": {"GET": settings.schedule_endpoint},
    "/status.json": _get(system.status_payload),
    "/error_report.json": _get(error_report_payload),
    "/error_history.json": _get(error_history_payload),
    "/logs.json": _get(system.logs_payload),
    "/ota_manifest.json": _get(system.ota_payload),
    "/wifiscan.json": _get(system.wifi_payload),
    "/efr_hub_status.json": _get(radio.hub_payload),
    "/nodes.json": _get(radio.nodes_payload),
    "/node_metrics.json": _get(radio.metrics_payload),
    "/node_params.json": _get(radio.node_params_payload),
    "/ecu_sense.json": _get(radio.sense_payload),
    "/warp_ping.json": _get(radio.ping_payload),
    "/ct.json": _get(radio.ct_payload),
    "/ct_data.json": _get(energy.ct_data_payload),
    "/ct_history.json": _get(energy.ct_history_payload),
    "/ems_history.json": _get(energy.ems_history_payload),
    "/ems_pid_history.json": _get(energy.pid_history_payload),
    "/pid.json": _get(energy.pid_payload),
    "/mains_data.json": _get(energy.mains_payload),
}


def file_endpoint(device: SimulatedDevice, path: str) -> Methods | None:
    """Return the endpoint of a file in flash, None if there is no such file."""
    path = HOME_PAGE if path in ("/", "/index.html") else path
    content = device.files.get(path)
    if content is None:
        return None
    suffix = path[path.rfind(".") :]
    answer = Answer(content, 200, CONTENT_TYPES.get(suffix, "application/octet-stream"))
    return {"GET": lambda _call: answer}
