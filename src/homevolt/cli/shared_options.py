"""The options that several commands share, and the device that they name."""

from __future__ import annotations

import functools
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click
from click.core import ParameterSource

from homevolt.cli.output import DEVICE_VARIABLE, HOST_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click.shell_completion import CompletionItem

    from homevolt.cli.devices.config import ConfiguredDevice

DEFAULT_TIMEOUT_S = 30.0


class Target(NamedTuple):
    """The device that a command is about.

    Attributes:
        host: Its address, or None if none was given.
        timeout_s: Seconds for one request, None for the default.
        fingerprint: SHA-256 of the certificate to trust, in hex.
        simulate: Whether to use a simulated one instead.
        name: Its name in the configuration file, or None if none was given.
        device: What the file holds of it, once it was looked up.
    """

    host: str | None
    timeout_s: float | None = None
    fingerprint: str | None = None
    simulate: bool = False
    name: str | None = None
    device: ConfiguredDevice | None = None


class Asked(NamedTuple):
    """What a command that only reads is asked for.

    Attributes:
        target: The device.
        every_device: Whether every configured device is meant instead.
        as_json: Whether the answer is for programs.
    """

    target: Target
    every_device: bool
    as_json: bool


class Seconds(click.ParamType[float]):
    """A duration in seconds.

    Args:
        at_least: The shortest one.
    """

    name = "seconds"

    def __init__(self, at_least: float = 0.0) -> None:
        self.at_least = at_least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a duration, or say what is wrong with it."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            self._refuse(f"{value!r} is not a positive number of seconds.", param, ctx)
        if seconds < self.at_least:
            self._refuse(f"{value} s is less than {self.at_least:g} s.", param, ctx)
        return seconds

    def _refuse(
        self, message: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> NoReturn:
        self.fail(message, param, ctx)


class WholeNumber(click.ParamType[int]):
    """A whole number.

    Args:
        low: The smallest one.
        high: The largest one, None for no limit.
    """

    name = "number"

    def __init__(self, low: int, high: int | None = None) -> None:
        self.low = low
        self.high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a whole number, or say what is wrong with it."""
        span = f"{self.low} or more" if self.high is None else f"from {self.low} to {self.high}"
        try:
            number = int(value)
        except ValueError:
            number = self.low - 1
        if number < self.low or (self.high is not None and number > self.high):
            self.fail(f"{value!r} is not a whole number {span}.", param, ctx)
        return number


class Number(click.ParamType[float]):
    """A number.

    Args:
        unit: Its unit as a message says it, such as ` of kWh`.
        high: The largest one.
        above: Whether the smallest one, 0, is left out.
    """

    name = "number"

    def __init__(self, unit: str, high: float, *, above: bool = False) -> None:
        span = f"above 0 and at most {high:g}" if above else f"from 0 to {high:g}"
        self.says = f"a number{unit} {span}"
        self.high = high
        self.above = above

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number, or say what is wrong with it."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not 0 <= number <= self.high or (self.above and not number):
            self.fail(f"{str(value)!r} is not {self.says}.", param, ctx)
        return number


_NEGATIVE = re.compile(r"-\.?\d.*", re.DOTALL)


class NumbersCommand(click.Command):
    """A command with an argument that may be a negative number, which is not an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line; what begins like a negative number is a value wherever it is."""
        end = args.index("--") if "--" in args else len(args)
        takes_value = {
            name
            for each in self.get_params(ctx)
            if isinstance(each, click.Option) and not (each.is_flag or each.count)
            for name in each.opts
        }
        options: list[str] = []
        numbers: list[str] = []
        for before, argument in zip(["", *args], args[:end], strict=False):
            is_number = _NEGATIVE.fullmatch(argument) and before not in takes_value
            (numbers if is_number else options).append(argument)
        if numbers:
            args = [*options, "--", *numbers, *args[end + 1 :]]
        return super().parse_args(ctx, args)


def complete_device(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a configured device."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - for completion alone

    from homevolt.cli.devices.config import device_names  # noqa: PLC0415 - likewise

    return [CompletionItem(name) for name in device_names() if name.startswith(incomplete)]


FILE: Any = click.Path(path_type=Path, dir_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

timeout_option = click.option(
    "--timeout",
    "timeout_s",
    metavar="SECONDS",
    type=Seconds(),
    help=f"Time for one request, retries included; {DEFAULT_TIMEOUT_S:g} if not given.",
)
fingerprint_option = click.option(
    "--fingerprint",
    metavar="SHA256",
    help="Over https: trust the certificate with this SHA-256 fingerprint, such as the device's "
    "own.",
)
all_option = click.option(
    "--all", "every_device", is_flag=True, help="Every configured device, at once."
)
"""With `require_no_device`; `reading_options` has both."""

_DEVICE_OPTIONS = (
    click.option(
        "--device",
        "name",
        metavar="NAME",
        envvar=DEVICE_VARIABLE,
        show_envvar=True,
        shell_complete=complete_device,
        help="Name of a configured device.",
    ),
    click.option(
        "--host",
        metavar="ADDRESS",
        envvar=HOST_VARIABLE,
        show_envvar=True,
        help="IP address, host name, host:port or URL of the device.",
    ),
    click.option("--simulate", is_flag=True, help="Use a simulated device instead of a real one."),
    timeout_option,
    fingerprint_option,
)


def device_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a device; it gets them as its `target`."""

    @functools.wraps(command)
    @click.pass_context
    def with_target(
        context: click.Context,
        /,
        *,
        host: str | None,
        name: str | None,
        timeout_s: float | None,
        fingerprint: str | None,
        simulate: bool,
        **options: Any,
    ) -> None:
        host, name = _one_of(context, host=host, name=name)
        command(target=Target(host, timeout_s, fingerprint, simulate, name), **options)

    for option in reversed(_DEVICE_OPTIONS):
        with_target = option(with_target)
    return with_target


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of what is asked, of one device or all; it gets an `asked`."""

    @functools.wraps(command)
    @click.pass_context
    def with_asked(
        context: click.Context,
        /,
        *,
        target: Target,
        every_device: bool,
        as_json: bool,
        **options: Any,
    ) -> None:
        if every_device:
            require_no_device(context)
        command(asked=Asked(target, every_device, as_json), **options)

    return device_options(all_option(json_option(with_asked)))


def format_option(
    kinds: Sequence[str],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option of the format of a file; a command gets it as its `kind`."""
    return click.option(
        "--format",
        "kind",
        type=click.Choice(kinds),
        help="The format; by default that of the file's name, else TOML.",
    )


def kind_of(file: Path | None, kind: str | None, kinds: Sequence[str]) -> str:
    """Return the format of a file.

    Args:
        file: The file, None for stdout.
        kind: What the command line says, None if nothing.
        kinds: Those that there are, the default first.

    Raises:
        click.UsageError: The name of the file says another one, or none.
    """
    suffix = "" if file is None else file.suffix.removeprefix(".").lower()
    if file is not None and (suffix not in kinds or kind not in (None, suffix)):
        raise click.UsageError(f"The name of the file must end with .{kind or ', .'.join(kinds)}.")
    return kind or suffix or kinds[0]


def require_no_device(context: click.Context) -> None:
    """Refuse options that name one device where every device is meant; variables do not matter."""
    for option in _given(context):
        raise click.UsageError(f"--all and {option} exclude each other.", context)


def _one_of(
    context: click.Context, *, host: str | None, name: str | None
) -> tuple[str | None, str | None]:
    """Return the address and name to use: an option beats the variables, two exclude each other."""
    options = _given(context)
    if len(options) > 1:
        raise click.UsageError(f"{' and '.join(options)} exclude each other.", context)
    if options:
        return (host if options == ["--host"] else None, name if options == ["--device"] else None)
    if host is not None and name is not None:
        raise click.UsageError(
            f"{HOST_VARIABLE} and {DEVICE_VARIABLE} exclude each other; unset one.", context
        )
    return host, name


def _given(context: click.Context) -> list[str]:
    """Return which options of the command line name a device."""
    names = {"--host": "host", "--device": "name", "--simulate": "simulate"}
    return [
        option
        for option, parameter in names.items()
        if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE
    ]
