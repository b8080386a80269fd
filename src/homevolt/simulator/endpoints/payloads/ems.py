"""/ems.json: units in no particular order, their sums, and the measuring points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homevolt.simulator.endpoints.answers import Answer, Call, cached, to_json
from homevolt.simulator.endpoints.payloads.measuring_points import measuring_points_payload
from homevolt.simulator.endpoints.payloads.units import aggregated_payload, unit_payload

if TYPE_CHECKING:
    from homevolt.simulator.world.unit import Unit


@dataclass(frozen=True, slots=True)
class EncodedEms:
    """The parts of an answer, encoded once a second; only the order of units changes."""

    head: bytes
    units: tuple[bytes, ...]
    tail: bytes


def endpoint(call: Call) -> Answer:
    """Answer GET /ems.json; the order of the units is random for every request."""
    device, now = call.device, int(call.device.now())
    key = (
        now,
        device.plan.version,
        device.parameters.version,
        device.version,
        call.without_peers,
        call.without_sensors,
        tuple((unit.online, unit.stored_wh) for unit in device.installation.units),
    )
    parts = cached(device, "ems", key, lambda: _encode(call, now))
    units = list(parts.units)
    device.random.shuffle(units)
    return Answer(b"".join((parts.head, b",".join(units), parts.tail)))


def _encode(call: Call, now: int) -> EncodedEms:
    leader, *peers = call.device.installation.units
    present = [] if call.without_peers else [peer for peer in peers if peer.online]
    units = [leader, *present]
    unit_payloads = [unit_payload(call.device, unit, index) for index, unit in enumerate(units)]
    remainder = {
        "aggregated": _aggregated(call, units, unit_payloads),
        "sensors": measuring_points_payload(call, units),
    }
    return EncodedEms(
        b'{"$type":"ems_data","ts":%d,"ems":[' % now,
        tuple(map(to_json, unit_payloads)),
        b"]," + to_json(remainder)[1:],
    )


def _aggregated(call: Call, units: list[Unit], payloads: list[dict[str, Any]]) -> dict[str, Any]:
    if call.device.profile.dialect == "old" and len(call.device.installation.units) == 1:
        # A single old unit repeats itself; only a cluster has sums.
        return payloads[0]
    return aggregated_payload(call.device, units)
