"""Every document that a device serves: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from homevolt.protocol.decoding import decode
from homevolt.protocol.diagnostics import ErrorReport, LogLine
from homevolt.protocol.ems import EmsDocument, decode_ems
from homevolt.protocol.metering import Ct, MainsData
from homevolt.protocol.params import ParamData, decode_params
from homevolt.protocol.radio import HubStatus, Node, NodeMetrics, Ping, SenseNode
from homevolt.protocol.regulation import Pid, PidHistory
from homevolt.protocol.schedule_document import ScheduleData, decode_schedule
from homevolt.protocol.system import OtaManifest, Status, WifiNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Resource(msgspec.Struct, Generic[T], frozen=True):
    """One row of the table.

    Attributes:
        name: What errors and `Device.problems` call it.
        type: The type of its decoded document.
        decoder: Turns the body of an answer into that type; None for the general one, in which
            a field that is missing or malformed becomes its default.
        required: Whether an update fails without it.
    """

    name: str
    type: type[T]
    decoder: Callable[[bytes], T] | None = None
    required: bool = False

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


EMS = Resource("ems", EmsDocument, decode_ems, required=True)
SCHEDULE = Resource("schedule", ScheduleData, decode_schedule)
PARAMS = Resource("params", tuple[ParamData, ...], decode_params)
STATUS = Resource("status", Status)

RESOURCES: dict[str, Resource[Any]] = {
    resource.name: resource
    for resource in (
        EMS,
        SCHEDULE,
        PARAMS,
        STATUS,
        Resource("ct", Ct),
        Resource("ecu_sense", tuple[SenseNode, ...]),
        Resource("efr_hub_status", HubStatus),
        Resource("ems_pid_history", PidHistory),
        Resource("error_report", tuple[ErrorReport, ...]),
        Resource("logs", tuple[LogLine, ...]),
        Resource("mains_data", MainsData),
        Resource("node_metrics", NodeMetrics),
        Resource("nodes", tuple[Node, ...]),
        Resource("ota_manifest", OtaManifest),
        Resource("pid", Pid),
        Resource("warp_ping", tuple[Ping, ...]),
        Resource("wifiscan", tuple[WifiNetwork, ...]),
    )
}
"""The resources by name; each is read with `GET /{name}.json`."""
