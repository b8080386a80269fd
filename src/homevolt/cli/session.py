"""The door to `link`, which commands go through when they run, and the help never."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.cli.link import Link
    from homevolt.cli.options import Target


def run_with(target: Target, work: Callable[[Link], Awaitable[None]]) -> None:
    """Read a device and do a command's work with it; see `homevolt.cli.link.run`."""
    from homevolt.cli import link  # noqa: PLC0415 - the help must not wait for the HTTP library

    link.run(target, work)
