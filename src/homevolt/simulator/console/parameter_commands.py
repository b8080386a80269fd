"""The `param_*` commands, and the commands that are another way to set parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homevolt.simulator.console.command_spec import (
    Invocation,
    Spec,
    choice,
    spec,
    with_arguments,
)
from homevolt.simulator.device.parameters import PARAMETERS, Parameter, Value, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from homevolt.simulator.console.commandline import Command

_BY_ID: Final = {str(parameter.param_id): parameter for parameter in PARAMETERS}


def value_text(value: Value) -> str:
    """Return a value as the console prints it; elements of an array are separated by commas."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(value_text, value)) if isinstance(value, tuple) else str(value)


def _line(call: Invocation, name: str) -> str:
    return f"{name}: {value_text(call.device.parameters.reported(name))}"


def _find(text: str) -> Parameter:
    """Return a parameter by its id or its name."""
    return _BY_ID.get(text) or find(text)


def _get(call: Invocation) -> str:
    return _line(call, find(call.argument(0)).name)


def _list(call: Invocation) -> str:
    search, values = call.argument(0), call.device.parameters.values
    lines = []
    for parameter in PARAMETERS:
        changed = values[parameter.name] != parameter.default
        if search in parameter.name and (changed or call.option("non-defaults") is None):
            line = _line(call, parameter.name)
            if call.option("defaults") is not None:
                line += f" (default: {value_text(parameter.default)})"
            lines.append(line)
    return "\n".join(lines)


def _set(call: Invocation) -> str:
    name, *texts = call.command.arguments
    parameter = find(name)
    value = parameter.parse(",".join(texts), force=call.option("force") is not None)
    value = call.control.limited(name, value)
    store = call.option("commit") is not None
    call.carry_out(lambda: call.device.set_parameter(name, value, store=store))
    return f"Saved parameter k: '{name}' v: '{','.join(texts)}'"


def _load(call: Invocation) -> str:
    call.carry_out(call.device.parameters.load)
    return "Parameters loaded"


def _reset(call: Invocation) -> str:
    chosen = [_find(call.argument(0))] if call.command.arguments else PARAMETERS

    def reset() -> None:
        for parameter in chosen:
            call.device.set_parameter(parameter.name, parameter.default, store=True)

    call.carry_out(reset)
    return "\n".join(_line(call, parameter.name) for parameter in chosen)


def _store(call: Invocation) -> str:
    chosen = [_find(call.argument(0))] if call.command.arguments else PARAMETERS

    def store() -> None:
        for parameter in chosen:
            call.device.parameters.store(parameter.name)

    call.carry_out(store)
    return "Parameters saved"


_LIGHT_STRIP: Final = {
    "mode": ("ledstrip_mode",),
    "bri": ("ledstrip_bright_max", "ledstrip_bright_min"),
    "col": ("ledstrip_mode_on_hue", "ledstrip_mode_on_saturation"),
}
_LIGHT_STRIP_WORDS: Final = ("mode", "bri", "soc", "dir", "col")


def _light_strip(call: Invocation) -> str:
    word = choice(call.argument(0), "setting", _LIGHT_STRIP_WORDS)
    names, texts = _LIGHT_STRIP.get(word, ()), call.command.arguments[1:]
    if not _changes_light_strip(call.command):
        return "\n".join(find(name).help for name in names) or "Shown by the light strip"
    values = [(name, find(name).parse(text)) for name, text in zip(names, texts, strict=False)]

    def change() -> None:
        for name, value in values:
            call.device.set_parameter(name, value, store=False)

    call.carry_out(change)
    return "\n".join(_line(call, name) for name, _ in values)


def _changes_light_strip(command: Command) -> bool:
    return len(command.arguments) > 1 and command.arguments[1] != "?"


def _switch(name: str) -> Callable[[Invocation], str]:
    """Return a handler that sets one parameter to 0 or 1, and prints it without an argument."""

    def handler(call: Invocation) -> str:
        if call.command.arguments:
            value = find(name).parse(call.argument(0))
            call.carry_out(lambda: call.device.set_parameter(name, value, store=False))
        return _line(call, name)

    return handler


COMMANDS: Final[dict[str, Spec]] = {
    "hmi": spec(
        "<setting> [<x>] [<y>]",
        "Set mode, brightness or colour of the light strip; ? instead of x explains it",
        _light_strip,
        "write",
        _changes_light_strip,
    ),
    "param_get": spec("<key>", "Print a parameter", _get),
    "param_list": spec(
        "[<search>] -d,--defaults -n,--non-defaults",
        "Print the parameters whose name contains a text, also with their defaults",
        _list,
    ),
    "param_load": spec(
        "[<storage>]", "Return every parameter to its value in flash", _load, "write"
    ),
    "param_reset": spec(
        "[<param_id>]", "Return one parameter, or all, to the default", _reset, "destructive"
    ),
    "param_set": spec(
        "<key> <value>... -f,--force -c,--commit",
        "Set a parameter until the next reboot, with --commit in flash too",
        _set,
        "write",
    ),
    "param_store": spec(
        "[<param_id>] [<storage>] -c,--clean",
        "Write one parameter, or all, to flash",
        _store,
        "write",
    ),
    "smart": spec(
        "[<state>]",
        "Switch history and completion in the terminal on (1) or off (0)",
        _switch("smart_cli_mode"),
        "write",
        with_arguments(1),
    ),
}
