"""The device's console: commands, replies, prompts and failures of POST /console.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from homevolt.simulator.console import readings, schedule
from homevolt.simulator.console.commandline import (
    Command,
    CommandLineError,
    Option,
    read_options,
    split_lines,
    split_words,
)
from homevolt.simulator.device import parameters
from homevolt.simulator.device.parameters import ParameterError, Value

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice
    from homevolt.simulator.device.write_control import WriteControl

LOGGED_WORD: Final = 32
OK: Final = "executed successfully"
FAILED: Final = "returned non-zero error code: 0x2 (ERROR)"
UNKNOWN: Final = "returned non-zero error code: 0x105 (ESP_ERR_NOT_FOUND)"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the console answers: HTTP status, body and its type."""

    status: int
    text: str
    content_type: str = "text/plain"


Handler = Callable[["SimulatedDevice", Command, "WriteControl"], str]


@dataclass(frozen=True, slots=True)
class Spec:
    """One command.

    Attributes:
        run: What it runs.
        help: What `help` says of it; empty for what `help` does not list.
        arguments: Names of its arguments, all of them needed; None where it takes any.
        options: The options it takes.
        is_write: Whether it changes anything.
    """

    run: Handler
    help: str
    arguments: tuple[str, ...] | None = ()
    options: tuple[Option, ...] = ()
    is_write: bool = False


def parse_commands(text: str) -> tuple[Command, ...]:
    """Read a text as the device's console would and return every command it would run.

    Args:
        text: The content of the form field `cmd`.

    Returns:
        The commands with their flags; more than one where the text breaks the line.

    Raises:
        CommandLineError: With the device's words, when it would refuse a line.
    """
    return tuple(_parse(split_words(line)) for line in split_lines(text))


def parse_command(text: str) -> Command:
    """Read a text that must hold exactly one command.

    Raises:
        CommandLineError: When the device would refuse it, or see none or several commands.
    """
    commands = parse_commands(text)
    if len(commands) != 1:
        raise CommandLineError(f"{len(commands)} commands instead of one")
    return commands[0]


def is_write(text: str) -> bool:
    """Tell whether a console text asks for any change, also when it would be refused."""
    return any(_first_word(line) in _WRITES for line in split_lines(text))


def run(device: SimulatedDevice, text: str, control: WriteControl) -> Reply:
    """Run what a client sent and compose the reply.

    Args:
        device: The device to run it on.
        text: The content of the form field `cmd`.
        control: How writes are carried out; its count is raised.

    Returns:
        The reply in the shape of the device's firmware profile.
    """
    replies = [_run_line(device, line, control) for line in split_lines(text)]
    if not replies:
        return _shape(device, "", "", UNKNOWN)
    if len(replies) == 1:
        return replies[0]
    return replace(replies[-1], text="\n".join(reply.text for reply in replies))


def _first_word(line: str) -> str:
    try:
        return split_words(line)[0]
    except CommandLineError:
        return line.split(maxsplit=1)[0]
    except IndexError:
        return "an empty line"


def _parse(words: list[str]) -> Command:
    spec = COMMANDS.get(words[0])
    return read_options(words, spec.options if spec else ())


def _run_line(device: SimulatedDevice, line: str, control: WriteControl) -> Reply:
    line = line.strip()
    try:
        words = split_words(line)
        spec = COMMANDS.get(words[0])
        if spec is None:
            return _shape(device, line, f"Unrecognized command: '{words[0]}'", UNKNOWN)
        command = read_options(words, spec.options)
        _check_arguments(command, spec.arguments)
        output = spec.run(device, command, control)
    except (CommandLineError, ParameterError) as error:
        return _shape(device, line, str(error), FAILED)
    return _shape(device, line, output, OK)


def _check_arguments(command: Command, names: tuple[str, ...] | None) -> None:
    if names is None:
        return
    if len(command.arguments) < len(names):
        raise CommandLineError(f"missing option <{names[len(command.arguments)]}>")
    if len(command.arguments) > len(names):
        raise CommandLineError(f"unexpected argument '{command.arguments[len(names)]}'")


def _shape(device: SimulatedDevice, line: str, output: str, verdict: str) -> Reply:
    if verdict != OK:
        # The name alone: what follows it may hold a secret.
        device.log.add("warning", "console", f"{_first_word(line)[:LOGGED_WORD]} failed")
    profile = device.profile
    status = profile.unknown_command_status if verdict == UNKNOWN else 200
    if profile.json_replies:
        body = {"command": line, "output": output, "exit_code": 0 if verdict == OK else 2}
        return Reply(status, json.dumps(body), "application/json")
    lines = [f"{profile.prompt}  {line}", *filter(None, [output]), f"Command '{line}' {verdict}"]
    return Reply(status, "\n".join(lines) + "\n")


def _write_schedule(device: SimulatedDevice, command: Command, control: WriteControl) -> str:
    entry = schedule.build_entry(command, device.now(), device.profile.zone)
    if entry.type in device.profile.idle_modes:
        entry = schedule.without_mode(entry)
    for name, limit in control.limits.items():
        entry = schedule.limit_option(entry, name, limit)
    plan = device.plan
    if command.name == "sched_set":
        entry = replace(entry, from_time=int(device.now()), to_time=None)
        control.carry_out(lambda: plan.set(entry))
        return "Schedule set"
    if len(plan.entries) >= schedule.MAX_ENTRIES:
        raise CommandLineError("No space left for schedules")
    control.carry_out(lambda: plan.add(entry))
    return "Schedule added"


def _delete_schedule(device: SimulatedDevice, command: Command, control: WriteControl) -> str:
    (text,) = command.arguments
    if not text.isascii() or not text.isdigit():
        raise CommandLineError(f"Invalid schedule id '{text}'")
    plan = device.plan
    if all(str(entry.id) != text for entry in plan.entries):
        raise CommandLineError(f"Schedule {text} not found")
    control.carry_out(lambda: plan.delete(int(text)))
    return "Schedule deleted"


def _clear_schedule(device: SimulatedDevice, _command: Command, control: WriteControl) -> str:
    control.carry_out(device.plan.clear)
    return "Schedule cleared"


def _list_schedule(device: SimulatedDevice, _command: Command, _control: WriteControl) -> str:
    return schedule.list_entries(device.plan.entries, device.plan.schedule_id, device.profile.zone)


def _list_parameters(device: SimulatedDevice, _command: Command, _control: WriteControl) -> str:
    shown = device.parameters.shown
    return "\n".join(
        f"{parameter.name} ({parameter.type}): {show_value(shown(parameter.name))}"
        for parameter in parameters.PARAMETERS
    )


def _get_parameter(device: SimulatedDevice, command: Command, _control: WriteControl) -> str:
    (name,) = command.arguments
    parameters.find(name)
    return f"{name}: {show_value(device.parameters.shown(name))}"


def _set_parameter(device: SimulatedDevice, command: Command, control: WriteControl) -> str:
    name, text = command.arguments
    value = control.limited(name, parameters.find(name).parse(text))
    store = "store" in command.flags
    control.carry_out(lambda: device.set_parameter(name, value, store=store))
    return f"Saved parameter k: '{name}' v: '{text}'"


def _reset_parameter(device: SimulatedDevice, command: Command, control: WriteControl) -> str:
    (name,) = command.arguments
    default = parameters.find(name).default
    control.carry_out(lambda: device.set_parameter(name, default, store=True))
    return f"{name}: {show_value(device.parameters.shown(name))}"


def _save_parameters(device: SimulatedDevice, _command: Command, control: WriteControl) -> str:
    control.carry_out(device.parameters.save)
    return "Parameters saved"


def _reboot(device: SimulatedDevice, _command: Command, control: WriteControl) -> str:
    control.carry_out(device.reboot)
    return "Restarting"


def _factory_reset(device: SimulatedDevice, _command: Command, control: WriteControl) -> str:
    control.carry_out(device.factory_reset)
    return "Restarting with factory settings"


def _destroy(device: SimulatedDevice, command: Command, control: WriteControl) -> str:
    # A real unit would be harmed; the simulated one only remembers, so that a test can tell.
    control.carry_out(lambda: device.harm.append(command.name))
    return ""


def show_value(value: Value) -> str:
    """Return a value as the console prints it; elements of an array are separated by commas."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(show_value, value)) if isinstance(value, tuple) else str(value)


def _help(_device: SimulatedDevice, _command: Command, _control: WriteControl) -> str:
    lines = [f"{name}\n  {spec.help}" for name, spec in COMMANDS.items() if spec.help]
    return "\n".join([*lines, "Every command returns 0 or an error code"])


def _reading(text: Callable[[SimulatedDevice], str]) -> Handler:
    def handler(device: SimulatedDevice, _command: Command, _control: WriteControl) -> str:
        return text(device)

    return handler


_DESTRUCTIVE: Final = (
    *("write_mem", "modbus_write", "coredump_crash", "burnin_set", "efr_flash", "rm", "curl"),
    *("ota_start", "ota_flash", "ota_rollback", "efr_factory_reset"),
)

COMMANDS: Final[dict[str, Spec]] = {
    "help": Spec(_help, "Print the list of commands"),
    "sched_list": Spec(_list_schedule, "List the schedule"),
    "sched_set": Spec(
        _write_schedule, "Replace the schedule", ("type",), schedule.FLAGS, is_write=True
    ),
    "sched_add": Spec(
        _write_schedule, "Add to the schedule", ("type",), schedule.FLAGS, is_write=True
    ),
    "sched_del": Spec(_delete_schedule, "Delete one entry by its id", ("id",), is_write=True),
    "sched_clear": Spec(_clear_schedule, "Delete every entry", is_write=True),
    "param_list": Spec(_list_parameters, "List the parameters"),
    "param_get": Spec(_get_parameter, "Print one parameter", ("name",)),
    "param_set": Spec(
        _set_parameter,
        "Set a parameter until the next restart, with --store for good",
        ("name", "value"),
        (Option("store", "s", takes_value=False),),
        is_write=True,
    ),
    "param_reset": Spec(
        _reset_parameter, "Return a parameter to its default", ("name",), is_write=True
    ),
    "param_store": Spec(_save_parameters, "Write every parameter to flash", is_write=True),
    "energy": Spec(_reading(readings.energy), "Print the energy counters"),
    "ems": Spec(_reading(readings.ems), "Print the state of every unit"),
    "time": Spec(_reading(readings.time), "Print the time"),
    "status": Spec(_reading(readings.status), "Print status and the last error"),
    "info": Spec(_reading(readings.info), "Print versions and identity"),
    "reset": Spec(_reboot, "Restart", is_write=True),
    "factory_reset": Spec(_factory_reset, "", is_write=True),
    "format": Spec(_factory_reset, "", is_write=True),
    **{name: Spec(_destroy, "", None, is_write=True) for name in _DESTRUCTIVE},
}

_WRITES: Final = frozenset(name for name, spec in COMMANDS.items() if spec.is_write)
