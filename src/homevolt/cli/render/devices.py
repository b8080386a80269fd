"""Showing several devices at once: those that are configured, and the state of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from homevolt.cli.render import formatting
from homevolt.cli.render.overview import overview
from homevolt.cli.render.status_view import BAD, CAREFUL, FLOWS, LABEL, POWER_WIDTH, QUIET
from homevolt.cli.render.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from homevolt.cli.devices.config import Config
    from homevolt.cli.render.overview import Overview
    from homevolt.cli.render.status_view import Flow
    from homevolt.cli.session import Reading

GAP = 2
CHARGE_WIDTH = 6
DIRECTED = 2
"""How many of the flows say which way they go; the others hardly ever turn."""
PLACES = {"keyring": "keyring", "file": "this file", "password_file": "another file", None: "none"}


def show_devices(config: Config) -> None:
    """Show the devices that are configured."""
    terminal = Terminal()
    terminal.show(_device_table(config))
    default = "" if config.default is None else "* The default device.\n"
    terminal.show(Text(f"\n{default}File: {config.path}", style=QUIET))


class StatusTable:
    """The state of several devices, a row for each; a failure is a row too.

    Args:
        readings: The devices, in the order to show them in.
    """

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = tuple(readings)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Show the table: of the power flows as many as there is space for."""
        longest = max(len(reading.name) for reading in self.readings)
        names = min(longest, options.max_width // 3)
        space = options.max_width - names - GAP
        table = Table.grid(padding=(0, GAP, 0, 0))
        table.add_column(style=LABEL, max_width=names, overflow="fold")
        table.add_column(overflow="fold")
        for reading in self.readings:
            table.add_row(reading.name, _state(reading, space))
        yield table


def _state(reading: Reading, width: int) -> Text:
    """Return the state of a device on a line, or why it could not be read."""
    if reading.session is None:
        return Text(str(reading.error), style=BAD)
    glance = overview(reading.session.device.snapshot)
    line = f"{formatting.percent(glance.state_of_charge_ratio):>{CHARGE_WIDTH}}"
    for number, flow in enumerate(FLOWS):
        more = _power(glance, flow, is_directed=number < DIRECTED)
        if number and len(line) + len(more) > width:
            break
        line += more
    text = Text(line.rstrip())
    for messages, style in ((glance.alarms, BAD), (glance.warnings, CAREFUL)):
        for message in messages or ():
            text.append(f"\n{message}", style=style)
    return text


def _power(glance: Overview, flow: Flow, *, is_directed: bool) -> str:
    """Return a power flow, as wide as any other value of it."""
    power_w = getattr(glance, flow.attribute).power_w
    figure = f"{formatting.power(power_w):>{POWER_WIDTH}}"
    if not is_directed:
        return f"  {flow.label} {figure}"
    direction = "" if power_w is None else flow.direction.of(power_w)
    name = "" if flow is FLOWS[0] else f"{flow.label} "
    return f"  {name}{direction:<{max(map(len, flow.direction))}} {figure}"


def _device_table(config: Config) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=LABEL, pad_edge=False)
    for title in ("Device", "Address", "Password"):
        table.add_column(title, overflow="fold")
    for device in config.devices.values():
        mark = " *" if device.name == config.default else ""
        table.add_row(f"{device.name}{mark}", device.host, PLACES[device.password_place])
    return table
