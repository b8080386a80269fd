"""The options that several commands share, and what they come to."""

import math
from collections.abc import Callable
from typing import Annotated, NamedTuple

import typer

from homevolt.cli.output import HOST_VARIABLE

DEFAULT_TIMEOUT_S = 10.0


def seconds(text: str | float) -> float:
    """Read a duration.

    Args:
        text: What stands on the command line, or a default.

    Raises:
        typer.BadParameter: It is no positive number.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise typer.BadParameter(f"{text!r} is no positive number of seconds.")
    return value


def whole_number(low: int, high: int | None = None) -> Callable[[str | int], int]:
    """Return what reads a whole number from `low` to `high`."""
    span = f"from {low} up" if high is None else f"from {low} to {high}"

    def read(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low or (high is not None and value > high):
            raise typer.BadParameter(f"{text!r} is no whole number {span}.")
        return value

    return read


HostOption = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="ADDRESS",
        envvar=HOST_VARIABLE,
        help="IP address, host name, host:port or URL of the device.",
    ),
]
SimulateOption = Annotated[
    bool, typer.Option("--simulate", help="Use a simulated device instead of a real one.")
]
TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        parser=seconds,
        help="Time for one request, retries included.",
    ),
]
FingerprintOption = Annotated[
    str | None,
    typer.Option(
        "--fingerprint",
        metavar="SHA256",
        help="Over https: trust the certificate with this SHA-256 fingerprint, such as the "
        "device's own.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Target(NamedTuple):
    """The device that a command is about.

    Attributes:
        host: Its address, or None if none was given.
        timeout: Seconds for one request.
        fingerprint: SHA-256 of the certificate to trust, in hex.
        simulate: Whether to use a simulated one instead.
    """

    host: str | None
    timeout: float = DEFAULT_TIMEOUT_S
    fingerprint: str | None = None
    simulate: bool = False
