"""Every document that a device serves: one table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from homevolt.protocol.decoding import decode, parse
from homevolt.protocol.diagnostics import ErrorReport, LogLine
from homevolt.protocol.ems import EmsDocument, decode_ems
from homevolt.protocol.metering import Ct, MainsData
from homevolt.protocol.params import ParamData, decode_node_params, decode_params
from homevolt.protocol.queries import FROM, LEVEL, LIMIT, NODE_ID, SEVERITY, Query, query_text
from homevolt.protocol.radio import HubStatus, Node, NodeMetrics, Ping, SenseNode
from homevolt.protocol.regulation import Pid, PidHistory
from homevolt.protocol.schedule_document import ScheduleData, decode_schedule
from homevolt.protocol.system import OtaManifest, Status, WifiNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


class Resource(msgspec.Struct, Generic[T], frozen=True):
    """One row of the table.

    Attributes:
        name: What errors and `Device.problems` call it.
        type: The type of its decoded document.
        decoder: Turns the body of an answer into that type; None for the general one, in which
            a field that is missing or malformed becomes its default.
        kept: Whether its last document and its last error are kept. What a device reports only
            when it is asked is not, so that its failures are no problem of the readings.
        query: The parameters that its query takes.
    """

    name: str
    type: type[T]
    decoder: Callable[[bytes], T] | None = None
    kept: bool = False
    query: tuple[Query, ...] = ()

    @property
    def path(self) -> str:
        """The path on the device."""
        return f"/{self.name}.json"

    def decode(self, body: bytes) -> T:
        """Return the document of an answer.

        Raises:
            HomevoltDataError: The body is not such a document.
        """
        if self.decoder is not None:
            return self.decoder(body)
        return decode(body, msgspec.json.Decoder(self.type), self.path)

    def plain(self) -> Resource[Any]:
        """Return the same resource with plain JSON values for a document; it is not kept."""
        return Resource(self.name, Any, partial(parse, source=self.path), query=self.query)

    def query_text(self, given: Mapping[str, object]) -> dict[str, str]:
        """Return the query of a request as names and texts; a value of None is left out.

        Raises:
            HomevoltValueError: See `homevolt.protocol.queries.query_text`.
        """
        return query_text(self.path, self.query, given) if self.query or given else {}


Rows = list[dict[str, Any]]
"""A document of which it is only known that it is a list of objects."""

EMS = Resource("ems", EmsDocument, decode_ems, kept=True)
SCHEDULE = Resource("schedule", ScheduleData, decode_schedule, kept=True)
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
