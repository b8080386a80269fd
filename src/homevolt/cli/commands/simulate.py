"""`homevolt simulate`: simulated batteries in the foreground, to write programs against."""

import inspect
import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Annotated, Any, Final

import typer

from homevolt.cli import lazy_imports
from homevolt.cli.shared_options import JsonOption, whole_number
from homevolt.simulator.device.options import OptionInfo, option_infos
from homevolt.simulator.options import LAST_PORT, SimulatorOptions

METAVARS: Final = {"%": "PERCENT", "s": "SECONDS"}

SpeedOption = Annotated[
    float,
    typer.Option("--speed", metavar="X", help="Simulated seconds in a second, 1 to 3600."),
]
FleetOption = Annotated[
    int,
    typer.Option(
        "--fleet", metavar="N", parser=whole_number(1), help="Devices, each on its own port."
    ),
]
ControlPortOption = Annotated[
    int | None,
    typer.Option(
        "--control-port",
        metavar="N",
        parser=whole_number(0, LAST_PORT),
        show_default=False,
        help="Serve faults, journal and reboot on this port of this machine; 0 for any free one.",
    ),
]
MdnsOption = Annotated[
    bool, typer.Option("--mdns", help="Announce the devices by mDNS; needs the extra discovery.")
]


def simulate(
    *,
    speed: SpeedOption = 1.0,
    fleet: FleetOption = 1,
    control_port: ControlPortOption = None,
    mdns: MdnsOption = False,
    as_json: JsonOption = False,
    **options: Any,
) -> None:
    """Serve simulated batteries until Ctrl-C."""
    lazy_imports.serving.run(
        fleet, options, speed=speed, control_port=control_port, mdns=mdns, as_json=as_json
    )


def _parameters() -> Iterator[inspect.Parameter]:
    """Yield a parameter for each option of a simulator that has a flag, then those of above."""
    infos = option_infos(SimulatorOptions)
    for field in fields(SimulatorOptions):
        if infos[field.name].flag:
            yield _parameter(field.name, infos[field.name], field.default)
    own = inspect.signature(simulate).parameters.values()
    yield from (each for each in own if each.kind is inspect.Parameter.KEYWORD_ONLY)


def _parameter(name: str, info: OptionInfo, default: object) -> inspect.Parameter:
    kind: Any = type(default)
    flag = info.flag
    details: dict[str, Any] = {"help": info.about, "metavar": info.metavar or None}
    if kind is bool and default:
        flag = f"{flag}/--no-{flag.removeprefix('--')}"
    elif kind is int:
        high = None if math.isinf(info.high) else int(info.high)
        details |= {"metavar": "N", "parser": whole_number(int(info.low), high)}
    elif kind is float:
        details |= {"metavar": METAVARS[info.unit]}
    elif kind is tuple:
        kind, default = list[str], []
        details |= {"help": f"{info.about} May be given several times.", "show_default": False}
    annotation = Annotated[kind, typer.Option(flag, **details)]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


# Typer makes the options of a command from the signature of its function.
simulate.__dict__["__signature__"] = inspect.Signature([*_parameters()])
