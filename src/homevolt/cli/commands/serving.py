"""Running the simulator in the foreground; this room loads it, so it opens when it is run."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from homevolt.cli.output import print_json, print_text
from homevolt.exceptions import HomevoltValueError
from homevolt.simulator.fleet import Fleet
from homevolt.simulator.run import Ready, greeting, serve
from homevolt.simulator.world.clock import RealClock


def run(
    count: int,
    *,
    speed: float,
    control_port: int | None,
    mdns: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        count: How many devices, each on a port of its own.
        speed: Simulated seconds per second, 1 to 3600.
        control_port: Port of the control endpoint, 0 for any free one, None for none.
        mdns: Whether to announce the devices.
        as_json: Whether to say as JSON when and where it is ready.
        **options: What `Simulator` takes, the same for all.

    Raises:
        HomevoltValueError: An option makes no sense, or its port is taken.
        ModuleNotFoundError: An option needs a package that is not installed.
    """
    ready = say_as_json if as_json else say
    try:
        fleet = Fleet(count, clock=RealClock(speed), **options)
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


def say(ready: Ready) -> None:
    """Tell people that and where the simulator is ready."""
    print_text("".join(f"{line}\n" for line in greeting(ready)))


def say_as_json(ready: Ready) -> None:
    """Tell programs that and where the simulator is ready."""
    print_json(asdict(ready))
