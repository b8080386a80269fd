"""`homevolt device test`: whether a device can be reached and takes its password."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.devices import config, selection
from homevolt.cli.errors import ShellError, error_document
from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import Target, complete_device, json_option
from homevolt.exceptions import HomevoltAuthenticationError

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_FOUND = 404
RESULTS = {
    "HomevoltAuthenticationError": "wrong password",
    "HomevoltRateLimitError": "locked",
    "HomevoltDataError": "not a Homevolt",
    "HomevoltCertificateError": "certificate not trusted",
}
"""What is wrong, by the type of the error; of every other one the device could not be read."""


@click.command("test")
@click.argument("name", required=False, shell_complete=complete_device)
@json_option
@click.pass_context
def command(context: click.Context, *, name: str | None, as_json: bool) -> None:
    """Read a device, and say how it answers and how fast.

    Without a name, the default device is read. Nothing is asked.
    """
    device = selection.find(config.load(), name)
    target = selection.with_device(Target(None), device)
    reading, duration_s = _timed(target)
    error = reading.error
    result = "reachable" if error is None else _result(reading, error)
    if as_json:
        unit = None if reading.session is None else reading.session.device.snapshot.unit
        print_json(
            {
                "name": reading.name,
                "url": reading.url,
                "result": result,
                "duration_s": duration_s,
                "device_id": unit and unit.ecu_id,
                "model": unit and unit.model,
                "firmware_version": unit and unit.firmware_version,
                "error": None if error is None else error_document(error),
            }
        )
        context.exit(0 if error is None else error.code)
    if error is not None:
        message = f"{reading.name}: {result} after {duration_s:.2f} s. {error}"
        raise ShellError(message, kind=error.kind, code=error.code)
    print_text(f"{reading.name}: reachable in {duration_s:.2f} s, {reading.url}\n")


def _timed(target: Target) -> tuple[session.Reading, float]:
    """Read a device; return how that ended and how many seconds it took."""
    start = time.monotonic()
    found: list[tuple[session.Reading, float]] = []

    def note(readings: Sequence[session.Reading]) -> None:
        found.append((readings[0], round(time.monotonic() - start, 3)))

    session.run_several([target], note)
    return found[0]


def _result(reading: session.Reading, error: ShellError) -> str:
    """Return what is wrong in a few words."""
    if error.kind == HomevoltAuthenticationError.__name__ and reading.login.password is None:
        return "password required"
    if getattr(error.__cause__, "status", None) == NOT_FOUND:
        return "not a Homevolt"
    return RESULTS.get(error.kind, "not reachable")
