"""The commands that put the battery into a mode: `homevolt charge` and its like, from one table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from homevolt.cli import session
from homevolt.cli.commands import COMMANDS
from homevolt.cli.control.entry_options import ENTRY_OPTIONS, MODE_NAMES, EntryOption
from homevolt.cli.control.moments import Moment
from homevolt.cli.control.window_options import Manner, Window, manner_options, window_options
from homevolt.cli.shared_options import Target, WholeNumber, device_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


class ModeCommand(NamedTuple):
    """A command that stands for one mode.

    Attributes:
        mode: The name of the mode.
        about: What there is to know beyond its summary.
        takes_power: Whether it takes a power, which is the setpoint.
        until_soc: The option of the entry that --until-soc gives, empty if there is none.
        options: The options of the entry that it always has.
    """

    mode: str
    about: str
    takes_power: bool = False
    until_soc: str = ""
    options: Mapping[str, int] = MappingProxyType({})


MODES = {
    "charge": ModeCommand(
        "inverter_charge",
        "At this power, measured at the inverter; without one the device decides.",
        takes_power=True,
        until_soc="max_soc",
    ),
    "discharge": ModeCommand(
        "inverter_discharge",
        "At this power, measured at the inverter; without one the device decides.",
        takes_power=True,
        until_soc="min_soc",
    ),
    "idle": ModeCommand("idle", "It neither charges nor discharges."),
    "self-consumption": ModeCommand(
        "grid_charge_discharge",
        "It charges from what would be exported, and discharges instead of importing.",
        options=MappingProxyType({"setpoint": 0}),
    ),
    "export": ModeCommand("full_solar_export", "The battery takes none of it."),
    "solar": ModeCommand("solar_charge", "Nothing is taken from the grid.", until_soc="max_soc"),
}
"""The commands, by name."""
EXAMPLES = {
    "charge": "charge 3000 --for 2h --until-soc 90",
    "discharge": "discharge 2000 --until 21:00 --until-soc 20",
    "idle": "idle --for 45min",
    "self-consumption": "self-consumption --until 'tomorrow 07:00'",
    "export": "export --until 18:00",
    "solar": "solar --for 4h",
    "mode": "mode grid_charge --setpoint 2000 --for 2h",
}
METAVARS = {"%": "PERCENT", "W": "W", "Wh": "WH", "mA": "MA", "mA/s": "MA/S", "": "N"}


def _mode_command(name: str, row: ModeCommand) -> click.Command:
    """Return the command of a row of the table."""

    @device_options
    @window_options
    @manner_options
    def run(
        *,
        target: Target,
        window: Window,
        manner: Manner,
        power_w: int | None = None,
        soc_percent: int | None = None,
    ) -> None:
        options: dict[str, Any] = dict(row.options)
        if row.takes_power:
            options["setpoint"] = power_w
        if row.until_soc:
            options[row.until_soc] = soc_percent
        _set_mode(target, row.mode, options, window, manner)

    command = click.command(name, help=f"{COMMANDS[name]}\n\n{row.about}", epilog=_epilog(name))(
        run
    )
    if row.until_soc:
        command.params.insert(
            0,
            click.Option(
                ["--until-soc", "soc_percent"],
                metavar="PERCENT",
                type=WholeNumber(0, 100),
                help="Stop at this state of charge.",
            ),
        )
    if row.takes_power:
        power = WholeNumber(1)
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


class LongOptions(click.Command):
    """A command with options too long for a narrow terminal, where their help is below them."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options."""
        records = (parameter.get_help_record(ctx) for parameter in self.get_params(ctx))
        with formatter.section("Options"):
            rows = [record for record in records if record is not None]
            formatter.write_dl(rows, col_max=formatter.width // 2 - 8)


@click.command("mode", cls=LongOptions, help=COMMANDS["mode"], epilog=_epilog("mode"))
@mode_argument
@device_options
@window_options
@entry_options
@manner_options
def _mode(
    *,
    target: Target,
    mode: str,
    window: Window,
    manner: Manner,
    **options: int | bool | datetime | None,
) -> None:
    _set_mode(target, mode, options, window, manner)


def _set_mode(
    target: Target, mode: str, options: Mapping[str, Any], window: Window, manner: Manner
) -> None:
    from homevolt.cli.control import plan_write  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await plan_write.set_mode(opened, plan_write.mode_of(mode), options, window, manner)

    session.run(target, work, writes=True)


commands = {**{name: _mode_command(name, row) for name, row in MODES.items()}, "mode": _mode}
"""Every command of this module, by its name."""
