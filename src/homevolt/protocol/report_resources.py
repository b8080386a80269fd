"""Every document that a device serves: one table, with those that are only read when asked for."""

from __future__ import annotations

from typing import Any

from homevolt.protocol.health import ErrorReport, LogLine
from homevolt.protocol.metering import Ct, MainsData
from homevolt.protocol.params import ParamData, decode_node_params, decode_params
from homevolt.protocol.queries import FROM, LEVEL, LIMIT, NODE_ID, SEVERITY
from homevolt.protocol.radio import HubStatus, Node, NodeMetrics, Ping, SenseNode
from homevolt.protocol.regulation import Pid, PidHistory
from homevolt.protocol.resources import EMS, SCHEDULE, Resource
from homevolt.protocol.system import OtaManifest, Status, WifiNetwork

Rows = list[dict[str, Any]]
"""A document of which it is only known that it is a list of objects."""

PARAMS = Resource("params", tuple[ParamData, ...], decode_params, kept=True)

STATUS = Resource("status", Status)
ERROR_REPORT = Resource("error_report", tuple[ErrorReport, ...])
ERROR_HISTORY = Resource("error_history", tuple[ErrorReport, ...], query=(LIMIT, SEVERITY))
LOGS = Resource("logs", tuple[LogLine, ...], query=(LIMIT, LEVEL))
OTA_MANIFEST = Resource("ota_manifest", OtaManifest)
WIFI_SCAN = Resource("wifiscan", tuple[WifiNetwork, ...])

NODES = Resource("nodes", tuple[Node, ...])
NODE_METRICS = Resource("node_metrics", NodeMetrics, query=(NODE_ID,))
NODE_PARAMS = Resource("node_params", tuple[ParamData, ...], decode_node_params, query=(NODE_ID,))
HUB_STATUS = Resource("efr_hub_status", HubStatus)
PINGS = Resource("warp_ping", tuple[Ping, ...])

CLAMP = Resource("ct", Ct, query=(NODE_ID,))
CLAMP_FUNCTIONS = Resource("ecu_sense", tuple[SenseNode, ...])
CLAMP_DATA = Resource("ct_data", Rows)
CLAMP_HISTORY = Resource("ct_history", Rows)
MAINS = Resource("mains_data", MainsData)

PID = Resource("pid", Pid)
PID_HISTORY = Resource("ems_pid_history", PidHistory)
EMS_HISTORY = Resource("ems_history", Rows, query=(LIMIT, FROM))

RESOURCES: dict[str, Resource[Any]] = {
    resource.name: resource
    for resource in (
        *(EMS, SCHEDULE, PARAMS),
        *(STATUS, ERROR_REPORT, ERROR_HISTORY, LOGS, OTA_MANIFEST, WIFI_SCAN),
        *(NODES, NODE_METRICS, NODE_PARAMS, HUB_STATUS, PINGS),
        *(CLAMP, CLAMP_FUNCTIONS, CLAMP_DATA, CLAMP_HISTORY, MAINS),
        *(PID, PID_HISTORY, EMS_HISTORY),
    )
}
"""The resources by name; each is read with `GET /{name}.json`."""
