"""Running the simulator in the foreground; loaded only when `simulate` runs, not for the help."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from homevolt.cli.output import print_json, print_text
from homevolt.exceptions import HomevoltValueError
from homevolt.simulator.fleet import Fleet
from homevolt.simulator.options import SimulatorOptions
from homevolt.simulator.run import Ready, greeting, serve
from homevolt.simulator.world.clock import RealClock

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(
    count: int,
    options: Mapping[str, Any],
    *,
    speed: float,
    control_port: int | None,
    mdns: bool,
    as_json: bool,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        count: How many devices, each on a port of its own.
        options: Options of `SimulatorOptions` by name, the same for all devices.
        speed: Simulated seconds per second, 1 to 3600.
        control_port: Port of the control endpoint, 0 for any free one, None for none.
        mdns: Whether to announce the devices.
        as_json: Whether to print as JSON where the devices are.

    Raises:
        HomevoltValueError: An option is out of its range, or its port is taken.
        ModuleNotFoundError: An option needs a package that is not installed.
    """
    ready = print_ready_as_json if as_json else print_ready
    try:
        fleet = Fleet(count, SimulatorOptions(clock=RealClock(speed), **options))
        asyncio.run(serve(fleet, ready=ready, control_port=control_port, mdns=mdns))
    except ValueError as error:
        if isinstance(error.__cause__, ModuleNotFoundError):
            raise error.__cause__ from None
        raise HomevoltValueError(f"{error}.") from error
    except OSError as error:
        where = f"{options['host']}:{options['port']}"
        raise HomevoltValueError(
            f"{where} cannot be served on: {error}. Choose another --host or --port."
        ) from error


def print_ready(ready: Ready) -> None:
    """Print for people where the devices are."""
    print_text("".join(f"{line}\n" for line in greeting(ready)))


def print_ready_as_json(ready: Ready) -> None:
    """Print for programs where the devices are."""
    print_json(asdict(ready))
