"""The options of every command that controls: until when, and whether to ask."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from homevolt.cli.shared_options import json_option
from homevolt.cli.writing.moments import Duration, TimeText, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

DEFAULT_WAIT_S = 120.0
NO_END = "Say when it ends, such as --for 2h or --until 07:00, or --forever."


class Window(NamedTuple):
    """How long something is to last; without either it is for ever.

    Attributes:
        duration: How long.
        until: The end as it was typed; a time of day is the next one after the start.
        start: When it begins as it was typed; None is at once.
    """

    duration: timedelta | None
    until: str | None
    start: str | None = None

    def begin(self, now: datetime) -> datetime:
        """Return the start by the clock of this machine."""
        return now if self.start is None else moment_of(self.start, now)

    def end(self, now: datetime) -> datetime | None:
        """Return the end by the clock of this machine, None if there is none."""
        if self.duration is not None:
            return self.begin(now) + self.duration
        return None if self.until is None else moment_of(self.until, now, self.begin(now))


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


forever_option = click.option(
    "--forever", is_flag=True, help="Let an entry have no end: until something else is written."
)


def manner_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of how to go about it; it gets them as its `manner`."""

    @functools.wraps(command)
    def with_manner(*, dry_run: bool, yes: bool, as_json: bool, **options: Any) -> None:
        command(manner=Manner(dry_run, yes, as_json), **options)

    return dry_run_option(yes_option(json_option(with_manner)))


def wait_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of waiting; it gets the limit, or None, as its `wait_s`."""

    @functools.wraps(command)
    @click.pass_context
    def with_wait(
        context: click.Context,
        /,
        *,
        wait: bool,
        wait_limit: timedelta | None,
        **options: Any,
    ) -> None:
        if wait and options["dry_run"]:
            raise click.UsageError("--wait and --dry-run exclude each other.", context)
        if wait_limit is not None and not wait:
            raise click.UsageError("--wait-limit goes with --wait.", context)
        limit_s = DEFAULT_WAIT_S if wait_limit is None else wait_limit.total_seconds()
        command(wait_s=limit_s if wait else None, **options)

    for option in reversed(_WAIT):
        with_wait = option(with_wait)
    return with_wait


def window_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of when it ends; it gets them as its `window`."""

    @functools.wraps(command)
    @click.pass_context
    def with_window(
        context: click.Context,
        /,
        *,
        duration: timedelta | None,
        until: str | None,
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
        type=TimeText(),
        help="When it ends: 07:00, 'tomorrow 07:00', or a date and time.",
    ),
    click.option("--forever", is_flag=True, help="Until something else is written."),
)
_WAIT = (
    click.option(
        "--wait", is_flag=True, help="Wait until the power has followed, or say why it does not."
    ),
    click.option(
        "--wait-limit",
        metavar="TIME",
        type=Duration(),
        help="How long to wait at most; 2min if not given.",
    ),
)
