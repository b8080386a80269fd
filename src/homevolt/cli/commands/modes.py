"""The commands that put the battery into a mode: `homevolt charge` and its like, from one table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from homevolt.cli import session
from homevolt.cli.commands import COMMANDS
from homevolt.cli.output import PROGRAM
from homevolt.cli.shared_options import NumbersCommand, Target, WholeNumber, device_options
from homevolt.cli.writing.entry_options import ENTRY_OPTIONS, MODE_NAMES, EntryOption
from homevolt.cli.writing.moments import Moment
from homevolt.cli.writing.window_options import (
    Manner,
    Window,
    manner_options,
    wait_options,
    window_options,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


class ModeCommand(NamedTuple):
    """A command that stands for one mode.

    Attributes:
        mode: The name of the mode.
        about: What there is to know beyond its summary.
        takes_power: Whether it takes a power, which is the setpoint.
        options: The options of the entry that it always has.
    """

    mode: str
    about: str
    takes_power: bool = False
    options: Mapping[str, int] = MappingProxyType({})


MODES = {
    "charge": ModeCommand(
        "inverter_charge",
        "W is the power at the inverter; without it the device decides.",
        takes_power=True,
    ),
    "discharge": ModeCommand(
        "inverter_discharge",
        "W is the power at the inverter; without it the device decides.",
        takes_power=True,
    ),
    "idle": ModeCommand("idle", "It neither charges nor discharges."),
    "self-consumption": ModeCommand(
        "grid_charge_discharge",
        "It charges from what would be exported, and discharges instead of importing.",
        options=MappingProxyType({"setpoint": 0}),
    ),
    "export": ModeCommand("full_solar_export", "The battery takes none of it."),
    "solar": ModeCommand("solar_charge", "Nothing is taken from the grid."),
}
"""The commands, by name."""
ENTRY_NAMES = frozenset(row.name for row in ENTRY_OPTIONS)
EXAMPLES = {
    "charge": "charge 3000 --for 2h --until-soc 90",
    "discharge": "discharge 2000 --until 21:00 --until-soc 20",
    "idle": "idle --for 45min",
    "self-consumption": "self-consumption --until 'tomorrow 07:00'",
    "export": "export --until 18:00",
    "solar": "solar --for 4h",
    "mode": "mode grid_charge --setpoint 2000 --for 2h",
}
_MOST_W = next(row.high for row in ENTRY_OPTIONS if row.name == "setpoint")
METAVARS = {"%": "PERCENT", "W": "W", "Wh": "WH", "mA": "MA", "mA/s": "MA/S", "": "N"}


until_soc_option = click.option(
    "--until-soc",
    "soc_percent",
    metavar="PERCENT",
    type=WholeNumber(0, 100),
    help="Stop at this state of charge, in modes that only charge or only discharge.",
)


def _mode_command(name: str, row: ModeCommand) -> click.Command:
    """Return the command of a row of the table."""

    @until_soc_option
    @device_options
    @window_options
    @wait_options
    @manner_options
    def run(*, power_w: int | None = None, **given: Any) -> None:
        options: dict[str, Any] = dict(row.options)
        if row.takes_power:
            options["setpoint"] = power_w
        _set_mode(row.mode, options, **given)

    command = click.command(
        name, cls=NumbersCommand, help=f"{COMMANDS[name]}\n\n{row.about}", epilog=_epilog(name)
    )(run)
    if row.takes_power:
        power = WholeNumber(1, _MOST_W)
        command.params.insert(
            0, click.Argument(["power_w"], metavar="[W]", type=power, required=False)
        )
    return command


def _option(row: EntryOption) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option of the shell for an option of an entry."""
    flag = f"--{row.name.replace('_', '-')}"
    details: dict[str, Any] = {"help": row.about}
    if row.kind == "flag":
        details |= {"is_flag": True, "default": None}
    elif row.kind == "time":
        details |= {"metavar": "TIME", "type": Moment()}
    else:
        details |= {"metavar": METAVARS[row.unit], "type": WholeNumber(row.low, row.high)}
    return click.option(flag, row.name, **details)


def entry_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command every option of an entry, under its name in the library."""
    for row in reversed(ENTRY_OPTIONS):
        command = _option(row)(command)
    return command


def _complete_mode(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in MODE_NAMES if name.startswith(incomplete)]


mode_argument = click.argument("mode", metavar="NAME|N", shell_complete=_complete_mode)


def _epilog(name: str) -> str:
    return f"Example: homevolt {EXAMPLES[name]}"


class LongOptions(NumbersCommand):
    """A command that takes every option of an entry; its help says where they are listed."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the other options."""
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        rows = [each.get_help_record(ctx) for each in options if each.name not in ENTRY_NAMES]
        with formatter.section("Options"):
            found = [row for row in rows if row is not None]
            formatter.write_dl(found, col_max=formatter.width // 2 - 8)
        with formatter.section("Options of the entry"):
            formatter.write_text(
                f"'{PROGRAM} help entry-options' lists them: --max-soc, --max-charge and others."
            )


def write_entry_options(formatter: click.HelpFormatter) -> None:
    """List every option of an entry."""
    context = click.Context(_mode)
    rows = [each.get_help_record(context) for each in _mode.params if each.name in ENTRY_NAMES]
    formatter.write_dl([row for row in rows if row is not None], col_max=formatter.width // 2 - 4)


@click.command("mode", cls=LongOptions, help=COMMANDS["mode"], epilog=_epilog("mode"))
@mode_argument
@until_soc_option
@device_options
@window_options
@entry_options
@wait_options
@manner_options
def _mode(
    *,
    target: Target,
    mode: str,
    soc_percent: int | None,
    window: Window,
    wait_s: float | None,
    manner: Manner,
    **options: int | bool | datetime | None,
) -> None:
    _set_mode(
        mode,
        options,
        target=target,
        soc_percent=soc_percent,
        window=window,
        wait_s=wait_s,
        manner=manner,
    )


def _set_mode(
    mode: str,
    options: Mapping[str, Any],
    *,
    target: Target,
    soc_percent: int | None,
    window: Window,
    wait_s: float | None,
    manner: Manner,
) -> None:
    from homevolt.cli.writing import following, plan_write, until_soc  # noqa: PLC0415 - load msgspec

    known = plan_write.mode_of(mode)
    options = until_soc.with_until_soc(known, options, soc_percent)
    waiting = None if wait_s is None else following.waiting_for(known, wait_s)

    async def work(opened: session.Session) -> None:
        await plan_write.set_mode(opened, known, options, window, manner, waiting=waiting)

    session.run(target, work, writes=True)


commands = {**{name: _mode_command(name, row) for name, row in MODES.items()}, "mode": _mode}
"""Every command of this module, by its name."""
