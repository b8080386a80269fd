"""The declaration of a console command: usage, help, what it runs and whether it changes anything.

A usage is a text such as `<path> [<data>] -o,--output=<path> -a,--all`: arguments in angle
brackets, optional ones in square brackets, `...` for any number of the last one; options with an
optional short form and, unless they are switches, the name of their value. All options are
optional. A usage of `*` takes every word as an argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from homevolt.simulator.console.commandline import (
    Command,
    CommandLineError,
    Option,
    read_options,
)

if TYPE_CHECKING:
    from homevolt.simulator.device.device import SimulatedDevice, WriteControl

Access = Literal["read", "write", "destructive"]

ANY_WORDS: Final = "*"

_TOKEN: Final = re.compile(
    r"(?:(?:-(?P<short>\w),)?--(?P<option>[\w-]+)(?:=<(?P<value>[^>]+)>)?"
    r"|(?P<optional>\[)?<(?P<argument>[^>]+)>\]?)(?P<repeated>\.\.\.)?(?:\s|$)"
)


class Argument(NamedTuple):
    """One argument of a command: its name, whether it is needed, and whether it may repeat."""

    name: str
    required: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command as it is run.

    Attributes:
        device: The device it runs on.
        command: The command with its arguments and options.
        control: How writes are carried out.
        destructive: Whether a change it makes is recorded as destructive.
    """

    device: SimulatedDevice
    command: Command
    control: WriteControl
    destructive: bool = False

    def argument(self, index: int, default: str = "") -> str:
        """Return an argument by its position, `default` if it was not given."""
        arguments = self.command.arguments
        return arguments[index] if index < len(arguments) else default

    def option(self, name: str) -> str | None:
        """Return the value of an option, None if it was not given."""
        return self.command.flags.get(name)

    def carry_out(self, action: Callable[[], object] | None = None) -> None:
        """Make a change, unless writes are ignored, and record it if it is destructive.

        Args:
            action: Makes the change; None for one without a visible effect.
        """

        def change() -> None:
            if self.destructive:
                self.device.destructive_commands.append(self.command.name)
            if action is not None:
                action()

        self.control.carry_out(change)


Handler = Callable[[Invocation], str]


def _always(_command: Command) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Spec:
    """One command of the console.

    Attributes:
        usage: Its arguments and options, see above.
        summary: Its line in the help.
        run: Runs it and returns its output.
        access: Whether it reads, writes, or can destroy something.
        arguments: Its arguments, in order.
        options: Its options.
        changes: Whether a command of this name changes anything; for those that do so with
            certain options or arguments only.
    """

    usage: str
    summary: str
    run: Handler
    access: Access
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    changes: Callable[[Command], bool]

    def read(self, words: list[str]) -> Command:
        """Sort the words of a command line into arguments and options.

        Raises:
            CommandLineError: If the device would refuse them.
        """
        if self.usage == ANY_WORDS:
            return Command(words[0], tuple(words[1:]), {})
        return read_options(words, self.options)

    def check_arguments(self, command: Command) -> None:
        """Check the number of arguments.

        Raises:
            CommandLineError: If there are too few or too many.
        """
        if self.usage == ANY_WORDS:
            return
        given = len(command.arguments)
        required = [argument.name for argument in self.arguments if argument.required]
        if given < len(required):
            raise CommandLineError(f"missing option <{required[given]}>")
        unlimited = bool(self.arguments) and self.arguments[-1].repeated
        if given > len(self.arguments) and not unlimited:
            raise CommandLineError(
                f"unexpected argument '{command.arguments[len(self.arguments)]}'"
            )


def spec(
    usage: str,
    summary: str,
    run: Handler | str,
    access: Access = "read",
    changes: Callable[[Command], bool] = _always,
) -> Spec:
    """Declare a command.

    Args:
        usage: Its arguments and options.
        summary: Its line in the help.
        run: Runs it; or the reply of a command that makes no change, or one without a visible
            effect.
        access: Whether it reads, writes, or can destroy something.
        changes: Whether one invocation changes anything.
    """
    arguments: list[Argument] = []
    options: list[Option] = []
    position = 0
    while usage != ANY_WORDS and position < len(usage):
        token = _TOKEN.match(usage, position)
        if token is None:
            raise ValueError(f"'{usage[position:]}' is neither an argument nor an option")
        position = token.end()
        repeated = token["repeated"] is not None
        if token["option"]:
            options.append(
                Option(token["option"], token["short"] or "", value=token["value"] or "")
            )
        else:
            arguments.append(Argument(token["argument"], not token["optional"], repeated))
    handler = _reply(run, access, changes) if isinstance(run, str) else run
    return Spec(usage, summary, handler, access, tuple(arguments), tuple(options), changes)


def _reply(text: str, access: Access, changes: Callable[[Command], bool]) -> Handler:
    def handler(invocation: Invocation) -> str:
        if access != "read" and changes(invocation.command):
            invocation.carry_out()
        return text

    return handler


def with_any(*names: str) -> Callable[[Command], bool]:
    """Return a condition for `changes`: one of these options was given."""
    return lambda command: not command.flags.keys().isdisjoint(names)


def with_arguments(count: int) -> Callable[[Command], bool]:
    """Return a condition for `changes`: at least so many arguments were given."""
    return lambda command: len(command.arguments) >= count


def whole_number(text: str, name: str, low: int = 0, high: int = 2**31 - 1) -> int:
    """Return an argument as a whole number.

    Args:
        text: The argument.
        name: Its name, for the message.
        low: Smallest value allowed.
        high: Largest value allowed.

    Raises:
        CommandLineError: If it is not a whole number in this range.
    """
    digits = text.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= len(str(high))
    if not is_number or not low <= int(text) <= high:
        raise CommandLineError(f"Invalid {name} '{text}'")
    return int(text)


def number(text: str, name: str) -> float:
    """Return an argument as a finite number, 0 or more.

    Raises:
        CommandLineError: If it is not one.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < float("inf"):
        raise CommandLineError(f"Invalid {name} '{text}'")
    return value


def choice(text: str, name: str, choices: tuple[str, ...]) -> str:
    """Return an argument that must be one of several words.

    Raises:
        CommandLineError: If it is not.
    """
    if text not in choices:
        raise CommandLineError(f"Invalid {name} '{text}': one of {', '.join(choices)}")
    return text
