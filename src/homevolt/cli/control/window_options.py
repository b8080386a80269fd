"""The options of every command that controls: until when, and whether to ask."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from homevolt.cli.control.moments import Duration, Moment
from homevolt.cli.shared_options import json_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

NO_END = "Say when it ends, such as --for 2h or --until 07:00, or --forever."


class Window(NamedTuple):
    """How long something is to last; without either it is for ever.

    Attributes:
        duration: How long.
        until: The end, in UTC.
        start: When it begins, in UTC; None is at once.
    """

    duration: timedelta | None
    until: datetime | None
    start: datetime | None = None

    def end(self, now: datetime) -> datetime | None:
        """Return the end by the clock of this machine, None if there is none."""
        return self.until if self.duration is None else (self.start or now) + self.duration


class Manner(NamedTuple):
    """How a command that writes goes about it.

    Attributes:
        dry_run: Whether to say only what it would do.
        yes: Whether to do it without asking.
        as_json: Whether to print JSON.
    """

    dry_run: bool
    yes: bool
    as_json: bool


dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and send nothing."
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do it without asking.")


def manner_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of how to go about it; it gets them as its `manner`."""

    @functools.wraps(command)
    def with_manner(*, dry_run: bool, yes: bool, as_json: bool, **options: Any) -> None:
        command(manner=Manner(dry_run, yes, as_json), **options)

    return dry_run_option(yes_option(json_option(with_manner)))


def window_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of when it ends; it gets them as its `window`."""

    @functools.wraps(command)
    @click.pass_context
    def with_window(
        context: click.Context,
        /,
        *,
        duration: timedelta | None,
        until: datetime | None,
        forever: bool,
        **options: Any,
    ) -> None:
        given = [duration is not None, until is not None, forever]
        if not any(given):
            raise click.UsageError(NO_END, context)
        if sum(given) > 1:
            raise click.UsageError("--for, --until and --forever exclude each other.", context)
        command(window=Window(duration, until), **options)

    for option in reversed(_WINDOW):
        with_window = option(with_window)
    return with_window


_WINDOW = (
    click.option(
        "--for", "duration", metavar="TIME", type=Duration(), help="How long, such as 2h or 1h30m."
    ),
    click.option(
        "--until",
        metavar="TIME",
        type=Moment(),
        help="When it ends: 07:00, 'tomorrow 07:00', or a date and time.",
    ),
    click.option("--forever", is_flag=True, help="Until something else is written."),
)
