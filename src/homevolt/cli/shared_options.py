"""The options that several commands share, and the device that they name."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click
from click.core import ParameterSource

from homevolt.cli.output import HOST_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_TIMEOUT_S = 30.0


class Target(NamedTuple):
    """The device that a command is about.

    Attributes:
        host: Its address, or None if none was given.
        timeout_s: Seconds for one request.
        fingerprint: SHA-256 of the certificate to trust, in hex.
        simulate: Whether to use a simulated one instead.
    """

    host: str | None
    timeout_s: float = DEFAULT_TIMEOUT_S
    fingerprint: str | None = None
    simulate: bool = False


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


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

_DEVICE_OPTIONS = (
    click.option(
        "--host",
        metavar="ADDRESS",
        envvar=HOST_VARIABLE,
        show_envvar=True,
        help="IP address, host name, host:port or URL of the device.",
    ),
    click.option("--simulate", is_flag=True, help="Use a simulated device instead of a real one."),
    click.option(
        "--timeout",
        "timeout_s",
        metavar="SECONDS",
        type=Seconds(),
        default=DEFAULT_TIMEOUT_S,
        show_default=True,
        help="Time for one request, retries included.",
    ),
    click.option(
        "--fingerprint",
        metavar="SHA256",
        help="Over https: trust the certificate with this SHA-256 fingerprint, such as the "
        "device's own.",
    ),
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
        timeout_s: float,
        fingerprint: str | None,
        simulate: bool,
        **options: Any,
    ) -> None:
        if simulate and host is not None:
            if context.get_parameter_source("host") is ParameterSource.COMMANDLINE:
                raise click.UsageError("--host and --simulate exclude each other.", context)
            host = None
        command(target=Target(host, timeout_s, fingerprint, simulate), **options)

    for option in reversed(_DEVICE_OPTIONS):
        with_target = option(with_target)
    return with_target
