"""The commands of the shell, one module each, loaded when they are used."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem

COMMANDS = {
    "demo": "Start a simulated battery, read it, and show its readings.",
    "status": "Show charge, power flows, schedule and alarms at a glance.",
    "sensors": "Show every reading with its unit and the part it belongs to.",
    "device": "Keep the devices that have a name.",
    "info": "Show what the device is: versions, uptime, network, updates.",
    "errors": "Show what the device finds wrong with itself.",
    "alarms": "Show the alarms and warnings of units and batteries.",
    "nodes": "Show the radio nodes: signal, battery, when last seen.",
    "logs": "Show the latest lines of the device's log.",
    "history": "Show what the device recorded.",
    "discover": "Find devices on the local network.",
    "diagnostics": "Write a redacted document to attach to a bug report.",
    "charge": "Charge the battery for a while.",
    "discharge": "Discharge the battery for a while.",
    "idle": "Let the battery idle for a while.",
    "self-consumption": "Hold the meter at zero for a while.",
    "solar": "Charge from solar production only for a while.",
    "export": "Export all solar production for a while.",
    "mode": "Put the battery into any mode, with any option, for a while.",
    "restore": "Restore the plan from before the last command.",
    "schedule": "Show and change the plan of the battery.",
    "local": "Switch local mode on or off, or show it.",
    "param": "Show and change the parameters of a device.",
    "console": "Send a line to a device's console once; print its reply.",
    "reboot": "Restart a device, and wait until it answers again.",
    "run": "Publish readings to Prometheus, MQTT and Home Assistant.",
    "prices": "Show the spot prices of today and tomorrow as bars.",
    "plan": "Show what to do with the battery, and what it is worth.",
    "backtest": "Show what plans would have saved in the past.",
    "simulate": "Serve simulated batteries until Ctrl-C.",
    "completion": "Print the script that completes commands in your shell.",
    "help": "Show the help of a command, or a topic such as exit-codes.",
}
"""What each command does, in the order of the help; a test keeps it equal to their docstrings."""

MODULES = dict.fromkeys(
    ("charge", "discharge", "idle", "self-consumption", "solar", "export", "mode"), "modes"
)
"""The module of each command that is made from a table there; others have one of their own."""


class LazyGroup(click.Group):
    """A group whose commands are loaded when they are used, so that its help is quick.

    Args:
        summaries: What each command does, by its name.
        package: Where the modules are; each is named as its command, which it calls `command`.
        modules: The modules of commands that have none of their own, which it calls `commands`.
        options: What `click.Group` takes.
    """

    def __init__(
        self,
        summaries: Mapping[str, str],
        package: str,
        modules: Mapping[str, str] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.summaries = summaries
        self.package = package
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - given by click
        """Return the names of the commands."""
        return [*self.summaries]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in self.summaries:
            if ctx.resilient_parsing:
                return None
            raise click.NoSuchCommand(cmd_name, possibilities=self.summaries, ctx=ctx)
        name = self.modules.get(cmd_name, cmd_name.replace("-", "_"))
        module = import_module(f"{self.package}.{name}")
        command: click.Command = (
            module.commands[cmd_name] if cmd_name in self.modules else module.command
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - given by click
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([*self.summaries.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, or an option of the group."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for completion alone

        names = [name for name in self.summaries if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self.summaries[name]) for name in names]
        return items + click.Command.shell_complete(self, ctx, incomplete)
