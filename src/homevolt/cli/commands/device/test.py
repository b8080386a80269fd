"""`homevolt device test`: whether a device can be reached and takes its password."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from homevolt.cli import render, session
from homevolt.cli.devices import config, selection
from homevolt.cli.errors import ShellError, error_document
from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import Target, all_option, complete_device, json_option
from homevolt.exceptions import HomevoltAuthenticationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homevolt.cli.render.sheets import Sheet

REACHABLE = "reachable"
NOT_FOUND = 404
RESULTS = {
    "HomevoltAuthenticationError": "wrong password",
    "HomevoltRateLimitError": "locked",
    "HomevoltDataError": "not a Homevolt",
    "HomevoltCertificateError": "certificate not trusted",
}
"""What is wrong, by the type of the error; of every other one the device could not be read."""


@click.command("test", epilog="Example: homevolt device test house")
@click.argument("name", required=False, shell_complete=complete_device)
@all_option
@json_option
@click.pass_context
def command(context: click.Context, *, name: str | None, every_device: bool, as_json: bool) -> None:
    """Read a device, and say how it answers and how fast.

    Without a name, the default device is read. Nothing is asked.
    """
    if every_device:
        if name is not None:
            raise click.UsageError("--all and NAME exclude each other.", context)
        show = functools.partial(_show_all, as_json=as_json)
        targets = selection.every(Target(None))
        is_complete = session.run_several(targets, show, progress=render.progress)
        context.exit(0 if is_complete else 1)
    target = selection.with_device(Target(None), selection.find(config.load(), name))
    readings: list[session.Reading] = []
    session.run_several([target], readings.extend)
    (reading,) = readings
    error = reading.error
    if as_json:
        print_json(_document(reading))
        context.exit(0 if error is None else error.code)
    if error is not None:
        message = f"{reading.name}: {_failure(reading, error)}"
        raise ShellError(message, kind=error.kind, code=error.code)
    print_text(f"{reading.name}: reachable in {reading.duration_s:.2f} s, {reading.url}\n")


def _show_all(readings: Sequence[session.Reading], *, as_json: bool) -> None:
    """Show how several devices answered."""
    if as_json:
        print_json({"devices": [*map(_document, readings)]})
    else:
        render.show_sheets((reading.name, _sheet(reading)) for reading in readings)


def _document(reading: session.Reading) -> dict[str, Any]:
    """Return how a device answered, for programs."""
    error = reading.error
    unit = None if reading.session is None else reading.session.device.snapshot.unit
    return {
        "name": reading.name,
        "url": reading.url,
        "result": REACHABLE if error is None else _result(reading, error),
        "duration_s": reading.duration_s,
        "device_id": unit and unit.ecu_id,
        "model": unit and unit.model,
        "firmware_version": unit and unit.firmware_version,
        "error": None if error is None else error_document(error),
    }


def _sheet(reading: session.Reading) -> Sheet | str:
    """Return how a device answered as a row."""
    from homevolt.cli.render.rows import Column  # noqa: PLC0415 - loads rich
    from homevolt.cli.render.sheets import Sheet  # noqa: PLC0415 - likewise

    if reading.error is not None:
        return _failure(reading, reading.error)
    columns = (Column("Answer"), Column("Time", is_number=True), Column("Address"))
    return Sheet(columns, [(REACHABLE, f"{reading.duration_s:.2f} s", reading.url)])


def _failure(reading: session.Reading, error: ShellError) -> str:
    return f"{_result(reading, error)} after {reading.duration_s:.2f} s. {error}"


def _result(reading: session.Reading, error: ShellError) -> str:
    """Return what is wrong in a few words."""
    if error.kind == HomevoltAuthenticationError.__name__ and reading.login.password is None:
        return "password required"
    if getattr(error.__cause__, "status", None) == NOT_FOUND:
        return "not a Homevolt"
    return RESULTS.get(error.kind, "not reachable")
