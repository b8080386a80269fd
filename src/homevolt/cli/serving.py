"""Running the simulator in the foreground; this room loads it, so it opens when it is run."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from homevolt.cli.output import print_json, print_text
from homevolt.exceptions import HomevoltValueError
from homevolt.simulator.run import Ready, ServeOptions, greeting, serve

__all__ = ["ServeOptions", "run"]


def run(options: ServeOptions, *, as_json: bool) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        options: What to simulate.
        as_json: Whether to say as JSON when and where it is ready.

    Raises:
        HomevoltValueError: An option makes no sense, or its port is taken.
        ModuleNotFoundError: An option needs a package that is not installed.
    """
    try:
        asyncio.run(serve(options, ready=say_as_json if as_json else say))
    except ValueError as error:
        if isinstance(error.__cause__, ModuleNotFoundError):
            raise error.__cause__ from None
        raise HomevoltValueError(f"{error}.") from error
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise HomevoltValueError(
            f"{where} cannot be served on: {error}. Choose another --host or --port."
        ) from error


def say(ready: Ready) -> None:
    """Tell people that and where the simulator is ready."""
    print_text("".join(f"{line}\n" for line in greeting(ready)))


def say_as_json(ready: Ready) -> None:
    """Tell programs that and where the simulator is ready."""
    print_json(asdict(ready))
