"""/ems.json: units in no particular order, their sums, and the measuring points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homevolt.simulator.device.ems_cache import EncodedEms, Key
from homevolt.simulator.endpoints.answers import Answer, Call
from homevolt.simulator.endpoints.encode import to_json
from homevolt.simulator.endpoints.payloads.sensors import sensors_payload
from homevolt.simulator.endpoints.payloads.units import aggregated_payload, unit_payload

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice


def endpoint(call: Call) -> Answer:
    """Answer GET /ems.json; the order of the units is drawn anew for every request."""
    pieces = _pieces(call)
    units = list(pieces.units)
    call.device.random.shuffle(units)
    return Answer(b"".join((pieces.head, b",".join(units), pieces.tail)))


def _pieces(call: Call) -> EncodedEms:
    device = call.device
    now = int(device.now())
    key: Final = (
        now,
        device.plan.version,
        device.version,
        call.without_peers,
        call.without_sensors,
        tuple((unit.online, unit.stored_wh) for unit in device.installation.units),
    )
    if device.ems_cache is None or device.ems_cache.key != key:
        device.ems_cache = _encode(call, device, key)
    return device.ems_cache


def _encode(call: Call, device: SimulatedDevice, key: Key) -> EncodedEms:
    leader, *peers = device.installation.units
    present = [] if call.without_peers else [peer for peer in peers if peer.online]
    units = [leader, *present]
    rest = {
        "aggregated": aggregated_payload(device, units),
        "sensors": sensors_payload(call, units),
    }
    return EncodedEms(
        key,
        b'{"$type":"ems_data","ts":%d,"ems":[' % key[0],
        tuple(to_json(unit_payload(device, unit, index)) for index, unit in enumerate(units)),
        b"]," + to_json(rest)[1:],
    )
