"""The parameters as /params.json shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.simulator.device.parameters import PARAMETERS, Parameter, Value

if TYPE_CHECKING:
    from homevolt.simulator.endpoints.answers import Call


def parameters_payload(call: Call) -> list[dict[str, Any]] | dict[str, Any]:
    """Return /params.json: a list, or one object by name where the firmware profile says so.

    A secret that is set reads as asterisks, an unset one as empty text.
    """
    rows = [_row(call, parameter) for parameter in PARAMETERS]
    if call.device.profile.nested_parameters:
        return {row.pop("name"): row for row in rows}
    return rows


def _row(call: Call, parameter: Parameter) -> dict[str, Any]:
    return {
        "param_id": parameter.param_id,
        # The quotes are part of the text, as in captures.
        "desc": f'"{parameter.group}"',
        "name": parameter.name,
        "size": parameter.size_bytes,
        "type": parameter.type,
        "value": _listed(call, call.device.parameters.shown(parameter.name)),
        "default": _listed(call, parameter.default),
        "help": parameter.help,
        "level": parameter.level,
    }


def _listed(call: Call, value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if call.device.profile.bare_values else [value]
