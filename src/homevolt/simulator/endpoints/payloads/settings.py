"""/schedule.json and /params.json: what a client can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.simulator.device.parameters import PARAMETERS, Parameter, Value
from homevolt.simulator.endpoints.answers import Answer, Call, cached, json_answer

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.world.ems.plan import Entry


def schedule_endpoint(call: Call) -> Answer:
    """Answer GET /schedule.json."""
    device = call.device
    key = (device.plan.version, device.local_mode)
    return cached(device, "schedule", key, lambda: json_answer(_schedule(device)))


def _schedule(device: SimulatedDevice) -> dict[str, Any]:
    return {
        "local_mode": device.local_mode,
        "schedule_id": device.plan.schedule_id,
        "schedule": [_entry(entry) for entry in device.plan.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """Return one entry; open ends and limits that are not set are left out, as by the device."""
    row = {
        "id": entry.id,
        "from": entry.from_time,
        "to": entry.to_time,
        "type": entry.type,
        "min": entry.min_soc,
        "max": entry.max_soc,
        "params": dict(entry.options),
    }
    return {name: value for name, value in row.items() if value is not None}


def parameters_endpoint(call: Call) -> Answer:
    """Answer GET /params.json: a list, or one object by name if the firmware profile says so.

    A secret that is set reads as asterisks, one that is not set as empty text.
    """
    device = call.device
    return cached(
        device, "parameters", device.parameters.version, lambda: json_answer(_parameters(device))
    )


def _parameters(device: SimulatedDevice) -> list[dict[str, Any]] | dict[str, Any]:
    rows = [_parameter(device, parameter) for parameter in PARAMETERS]
    if device.profile.nested_parameters:
        return {row.pop("name"): row for row in rows}
    return rows


def _parameter(device: SimulatedDevice, parameter: Parameter) -> dict[str, Any]:
    return {
        "param_id": parameter.param_id,
        # The quotes are part of the text, as in captures.
        "desc": f'"{parameter.group}"',
        "name": parameter.name,
        "size": parameter.size_bytes,
        "type": parameter.type,
        "value": _as_list(device, device.parameters.reported(parameter.name)),
        "default": _as_list(device, parameter.default),
        "help": parameter.help,
        "level": parameter.level,
    }


def _as_list(device: SimulatedDevice, value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if device.profile.bare_values else [value]
