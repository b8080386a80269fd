"""`homevolt simulate`: simulated batteries in the foreground, to write programs against."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click

from homevolt.cli.shared_options import WholeNumber, json_option
from homevolt.simulator.device.device_options import option_infos
from homevolt.simulator.options import LAST_PORT, SimulatorOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from homevolt.simulator.device.device_options import OptionInfo

METAVARS: Final = {"%": "PERCENT", "s": "SECONDS"}


def _simulator_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each option of a simulator that has a flag."""
    for option in reversed([*_options()]):
        command = option(command)
    return command


def _options() -> Iterator[Callable[[Callable[..., None]], Callable[..., None]]]:
    infos = option_infos(SimulatorOptions)
    for field in fields(SimulatorOptions):
        if infos[field.name].flag:
            yield _option(field.name, infos[field.name], field.default)


def _option(
    name: str, info: OptionInfo, default: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    kind = type(default)
    flag = info.flag
    details: dict[str, Any] = {"help": info.about, "default": default, "show_default": True}
    if kind is bool:
        details |= {"is_flag": True}
        flag = f"{flag}/--no-{flag.removeprefix('--')}" if default else flag
    elif kind is int:
        high = None if math.isinf(info.high) else int(info.high)
        details |= {"metavar": "N", "type": WholeNumber(int(info.low), high)}
    elif kind is float:
        details |= {"metavar": METAVARS[info.unit], "type": float}
    elif kind is tuple:
        details |= {"metavar": info.metavar, "multiple": True, "show_default": False}
        details |= {"help": f"{info.about} May be given several times."}
    else:
        details |= {"metavar": info.metavar}
    return click.option(flag, name, **details)


@click.command("simulate", epilog="Example: homevolt simulate --port 8080 --local-mode")
@_simulator_options
@click.option(
    "--speed",
    metavar="X",
    type=float,
    default=1.0,
    show_default=True,
    help="Simulated seconds in a second, 1 to 3600.",
)
@click.option(
    "--fleet",
    metavar="N",
    type=WholeNumber(1),
    default=1,
    show_default=True,
    help="Devices, each on its own port.",
)
@click.option(
    "--control-port",
    metavar="N",
    type=WholeNumber(0, LAST_PORT),
    help="Serve faults, journal and reboot on this port of this machine; 0 for any free one.",
)
@click.option(
    "--mdns", is_flag=True, help="Announce the devices by mDNS; needs the extra discovery."
)
@json_option
def command(
    *,
    speed: float,
    fleet: int,
    control_port: int | None,
    mdns: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Serve simulated batteries until Ctrl-C."""
    from homevolt.cli.commands import serving  # noqa: PLC0415 - loads the whole simulator

    serving.run(fleet, options, speed=speed, control_port=control_port, mdns=mdns, as_json=as_json)
