"""Every address the device serves, and what answers there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from homevolt.simulator.answers import Answer, Call, Endpoint, json_answer
from homevolt.simulator.payloads import ems
from homevolt.simulator.payloads.parameters import parameters_payload
from homevolt.simulator.payloads.schedule import schedule_payload
from homevolt.simulator.writes import post_console, post_parameters

if TYPE_CHECKING:
    from homevolt.simulator.device import SimulatedDevice

Methods = Mapping[str, Endpoint]


def _get(payload: Callable[[Call], Any]) -> Methods:
    def endpoint(call: Call) -> Answer:
        return json_answer(payload(call))

    return {"GET": endpoint}


ROUTES: Final[dict[str, Methods]] = {
    "/ems.json": {"GET": ems.endpoint},
    "/schedule.json": _get(schedule_payload),
    "/console.json": {"POST": post_console},
    "/params.json": {**_get(parameters_payload), "POST": post_parameters},
}


def file_endpoint(device: SimulatedDevice, path: str) -> Methods | None:
    """Return what answers for a file, None when there is no such file."""
    del device, path
    return None
