"""The options that several commands share, and what they come to."""

from typing import Annotated, NamedTuple, Self

import typer

HOST_VARIABLE = "HOMEVOLT_HOST"
PASSWORD_VARIABLE = "HOMEVOLT_PASSWORD"  # noqa: S105 - the name of a variable, not a password
DEFAULT_TIMEOUT_S = 10.0
SIMULATED = f"No --host and no {HOST_VARIABLE} given: this is a simulated Homevolt."

HostOption = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="ADDRESS",
        envvar=HOST_VARIABLE,
        help="IP address, host name, host:port or URL of the device. Without it a simulated "
        "one is shown.",
    ),
]
TimeoutOption = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", help="Time for one request, retries included."),
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
        host: Its address, or None for a simulated one.
        timeout: Seconds for one request.
        fingerprint: SHA-256 of the certificate to trust, in hex.
    """

    host: str | None
    timeout: float = DEFAULT_TIMEOUT_S
    fingerprint: str | None = None

    @classmethod
    def of(cls, host: str | None, timeout: float, fingerprint: str | None) -> Self:
        """Return what the options of a command come to, and say so if it is a simulated device."""
        if host is None:
            typer.echo(SIMULATED, err=True)
        return cls(host, timeout, fingerprint)
