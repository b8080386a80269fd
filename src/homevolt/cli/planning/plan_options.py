"""The options of what a plan is made with; each overrides the same key of [planner]."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

FILE: Any = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER: Any = click.Path(path_type=Path, file_okay=False)


def _usable(_: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Return a number that the same key of [planner] could have.

    Raises:
        click.BadParameter: It cannot be used.
    """
    from homevolt.cli.planning.settings import FIELDS  # noqa: PLC0415 - not for every completion

    field = FIELDS[str(option.name)]
    if value is not None and not field.is_valid(value):
        example = field.example.partition(" = ")[2]
        raise click.BadParameter(f"{value:g} cannot be used. Write {option.opts[0]} {example}.")
    return value


_OPTIONS = (
    click.option("--zone", metavar="NAME", help="Bidding zone; SE3 if not given."),
    click.option("--prices", type=FILE, help="A file with prices; by default they are fetched."),
    click.option("--cache", type=FOLDER, help="A folder in which published prices are kept."),
    click.option("--tariff", type=FILE, help="Tariff (TOML); without it, a Swedish example."),
    click.option(
        "--eur-rate",
        type=float,
        callback=_usable,
        metavar="RATE",
        help="Exchange rate: what 1 EUR costs in the currency of the tariff.",
    ),
    click.option(
        "--load",
        "load_w",
        type=float,
        callback=_usable,
        metavar="W",
        help="Constant consumption of the house in W.",
    ),
    click.option("--load-file", type=FILE, help="A file with the expected consumption."),
    click.option(
        "--load-history",
        type=FILE,
        help="A file with the consumption of the last weeks: its median by weekday and "
        "quarter-hour.",
    ),
    click.option("--solar-file", type=FILE, help="A file with the expected solar production."),
    click.option(
        "--fuse",
        "fuse_a",
        type=float,
        callback=_usable,
        metavar="A",
        help="Main fuse of each phase in A.",
    ),
    click.option(
        "--reserve",
        type=float,
        callback=_usable,
        metavar="PERCENT",
        help="Reserve above the minimum state of charge, in % of the capacity.",
    ),
    click.option(
        "--no-end-value",
        "end_value",
        flag_value=False,
        type=bool,
        default=None,
        help="Give energy that is left at the end no value.",
    ),
)


def planner_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; it gets what was given, by the keys of [planner]."""
    names: list[str] = []

    @functools.wraps(command)
    def with_given(**options: Any) -> None:
        given = {name: options.pop(name) for name in names}
        command(given=given, **options)

    wrapped: Callable[..., None] = with_given
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    parameters: list[click.Parameter] = wrapped.__click_params__[-len(_OPTIONS) :]  # type: ignore[attr-defined] # click keeps them there
    names += [str(each.name) for each in parameters]
    return wrapped
