"""Every endpoint whose shape is known, and the type of its answer: one table."""

from __future__ import annotations

from typing import Any

from homevolt.protocol.diagnostics import ErrorReport, LogLine
from homevolt.protocol.ems import EmsDocument
from homevolt.protocol.metering import Ct, MainsData
from homevolt.protocol.params import ParamData
from homevolt.protocol.radio import HubStatus, Node, NodeMetrics, Ping, SenseNode
from homevolt.protocol.regulation import Pid, PidHistory
from homevolt.protocol.schedule_document import ScheduleData
from homevolt.protocol.system import OtaManifest, Status, WifiNetwork

ENDPOINTS: dict[str, Any] = {
    "ct": Ct,
    "ecu_sense": tuple[SenseNode, ...],
    "efr_hub_status": HubStatus,
    "ems": EmsDocument,
    "ems_pid_history": PidHistory,
    "error_report": tuple[ErrorReport, ...],
    "logs": tuple[LogLine, ...],
    "mains_data": MainsData,
    "node_metrics": NodeMetrics,
    "nodes": tuple[Node, ...],
    "ota_manifest": OtaManifest,
    "params": tuple[ParamData, ...],
    "pid": Pid,
    "schedule": ScheduleData,
    "status": Status,
    "warp_ping": tuple[Ping, ...],
    "wifiscan": tuple[WifiNetwork, ...],
}
"""The type of the answer of `GET /{name}.json`, by name."""
