"""Parsing and running what a client sends to POST /console.json, and the shape of the reply."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from homevolt.simulator.console import (
    battery_commands,
    network_commands,
    parameter_commands,
    radio_commands,
    schedule_commands,
    system_commands,
)
from homevolt.simulator.console.command_spec import Invocation, Spec, choice, spec
from homevolt.simulator.console.commandline import (
    Command,
    CommandLineError,
    read_options,
    split_lines,
    split_words,
)
from homevolt.simulator.device.parameters import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homevolt.simulator.device.device import SimulatedDevice, WriteControl

LOGGED_CHARACTERS: Final = 32
OK: Final = "executed successfully"
FAILED: Final = "returned non-zero error code: 0x2 (ERROR)"
UNKNOWN: Final = "returned non-zero error code: 0x105 (ESP_ERR_NOT_FOUND)"


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply of the console: HTTP status, body and its type."""

    status: int
    text: str
    content_type: str = "text/plain"


def parse_commands(text: str) -> tuple[Command, ...]:
    """Parse a text as the device's console does and return every command it would run.

    Args:
        text: The content of the form field `cmd`.

    Returns:
        The commands with their options; more than one where the text contains line breaks.

    Raises:
        CommandLineError: If the device would refuse a line, with the device's reason.
    """
    return tuple(_parse(split_words(line)) for line in split_lines(text))


def parse_command(text: str) -> Command:
    """Parse a text that must contain exactly one command.

    Raises:
        CommandLineError: If the device would refuse it, or find no command or several.
    """
    commands = parse_commands(text)
    if len(commands) != 1:
        raise CommandLineError(f"{len(commands)} commands instead of one")
    return commands[0]


def is_write(text: str) -> bool:
    """Return whether a console text asks for any change, even if it would be refused."""
    return any(_is_write(line) for line in split_lines(text))


def run(device: SimulatedDevice, text: str, control: WriteControl) -> Reply:
    """Run what a client sent and compose the reply.

    Args:
        device: The device to run it on.
        text: The content of the form field `cmd`.
        control: How writes are carried out; it counts them.

    Returns:
        The reply in the shape of the device's firmware profile.
    """
    replies = [_run_line(device, line, control) for line in split_lines(text)]
    if not replies:
        return _shape(device, "", "", UNKNOWN)
    if len(replies) == 1:
        return replies[0]
    return replace(replies[-1], text="\n".join(reply.text for reply in replies))


def _is_write(line: str) -> bool:
    declared = COMMANDS.get(_first_word(line))
    if declared is None or declared.access == "read":
        return False
    try:
        return declared.changes(declared.read(split_words(line)))
    except CommandLineError:
        return True


def _first_word(line: str) -> str:
    try:
        return split_words(line)[0]
    except CommandLineError:
        return line.split(maxsplit=1)[0]
    except IndexError:
        return "an empty line"


def _parse(words: list[str]) -> Command:
    declared = COMMANDS.get(words[0])
    return read_options(words, ()) if declared is None else declared.read(words)


def _run_line(device: SimulatedDevice, line: str, control: WriteControl) -> Reply:
    line = line.strip()
    try:
        words = split_words(line)
        declared = COMMANDS.get(words[0])
        if declared is None:
            return _shape(device, line, f"Unrecognized command: '{words[0]}'", UNKNOWN)
        command = declared.read(words)
        declared.check_arguments(command)
        destructive = declared.access == "destructive"
        output = declared.run(Invocation(device, command, control, destructive))
    except (CommandLineError, ParameterError) as error:
        return _shape(device, line, str(error), FAILED)
    return _shape(device, line, output, OK)


def _shape(device: SimulatedDevice, line: str, output: str, verdict: str) -> Reply:
    if verdict != OK:
        # The name alone: the arguments may contain a secret.
        device.log.add("warning", "console", f"{_first_word(line)[:LOGGED_CHARACTERS]} failed")
    profile = device.profile
    status = profile.unknown_command_status if verdict == UNKNOWN else 200
    if profile.json_replies:
        body = {"command": line, "output": output, "exit_code": 0 if verdict == OK else 2}
        return Reply(status, json.dumps(body), "application/json")
    lines = [f"{profile.prompt}  {line}", *filter(None, [output]), f"Command '{line}' {verdict}"]
    return Reply(status, "\n".join(lines) + "\n")


def _help(call: Invocation) -> str:
    brief = choice(call.option("verbose") or "1", "level", ("0", "1")) == "0"
    names = call.command.arguments or tuple(sorted(COMMANDS))
    if names[0] not in COMMANDS:
        raise CommandLineError(f"Unrecognized command: '{names[0]}'")
    last_type = call.device.profile.last_type
    texts = ["\n".join(_help_lines(name, last_type, brief=brief)) for name in names]
    # A real unit, too, has the word error in the text of a command that succeeded.
    return "\n\n".join([*texts, "Every command returns 0 or an error code"])


def _help_lines(name: str, last_type: int, *, brief: bool) -> Iterator[str]:
    declared = COMMANDS[name]
    yield f"{name}  {declared.usage}".rstrip()
    yield f"  {declared.summary}"
    if brief:
        return
    if name in ("sched_add", "sched_set"):
        yield f"        <type>  {schedule_commands.types_text(last_type)}"
    for option in declared.options:
        short = f"-{option.short}, " if option.short else ""
        yield f"  {short}--{option.name}" + (f"=<{option.value}>" if option.value else "")


COMMANDS: Final[dict[str, Spec]] = {
    "help": spec("[<command>] -v,--verbose=<0|1>", "Print all commands, or one of them", _help),
    **battery_commands.COMMANDS,
    **network_commands.COMMANDS,
    **parameter_commands.COMMANDS,
    **radio_commands.COMMANDS,
    **schedule_commands.COMMANDS,
    **system_commands.COMMANDS,
}
