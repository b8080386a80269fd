"""`homevolt simulate`: simulated batteries in the foreground, to write programs against."""

from typing import Annotated

import typer

from homevolt.cli import lazy_imports
from homevolt.cli.shared_options import JsonOption, whole_number

PORT, COUNT, SEED = whole_number(0, 65535), whole_number(1), whole_number(0)

SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", parser=SEED, help="Same seed, same house.")
]
HostOption = Annotated[
    str,
    typer.Option(
        "--host", metavar="ADDRESS", help="Address to serve on; 0.0.0.0 lets other machines in."
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", metavar="N", parser=PORT, help="Port; 0 is any free one.")
]
PasswordOption = Annotated[
    str | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        show_default="secret",
        help="Password of the simulated device; no secret, so it may stand here. Empty: none.",
    ),
]
UnitsOption = Annotated[
    int, typer.Option("--units", metavar="N", parser=COUNT, help="Units in each installation.")
]
FirmwareOption = Annotated[
    str, typer.Option("--firmware", metavar="NAME", help="How it answers: new, old, or another.")
]
SpeedOption = Annotated[
    float,
    typer.Option("--speed", metavar="X", help="Simulated seconds in a second, 1 to 3600."),
]
FleetOption = Annotated[
    int, typer.Option("--fleet", metavar="N", parser=COUNT, help="Devices, each on its own port.")
]
StateOfChargeOption = Annotated[
    float, typer.Option("--soc", metavar="PERCENT", help="State of charge to begin with.")
]
GridOption = Annotated[
    bool, typer.Option("--no-grid", help="Leave out the clamp at the grid connection point.")
]
SolarOption = Annotated[
    bool, typer.Option("--no-solar", help="Leave out the solar plant and its clamp.")
]
LoadOption = Annotated[bool, typer.Option("--no-load", help="Leave out the virtual load.")]
CloudOption = Annotated[
    bool, typer.Option("--no-cloud", help="Leave out the cloud partner; the schedule is empty.")
]
BootOption = Annotated[
    float,
    typer.Option(
        "--boot", metavar="SECONDS", help="Simulated time a restart takes, answered with 503."
    ),
]
FaultOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="FAULT",
        show_default=False,
        help="What goes wrong, such as latency:seconds=2 or status:status=503,nth=3; may be "
        "given several times.",
    ),
]
ControlPortOption = Annotated[
    int | None,
    typer.Option(
        "--control-port",
        metavar="N",
        parser=PORT,
        show_default=False,
        help="Serve faults, journal and reboot on this port of this machine; 0 is any free one.",
    ),
]
HttpsOption = Annotated[
    bool, typer.Option("--https", help="Serve https too, with a self-signed certificate.")
]
RedirectOption = Annotated[
    bool, typer.Option("--redirect", help="Serve https, and answer http with a redirect to it.")
]
MdnsOption = Annotated[
    bool, typer.Option("--mdns", help="Announce the devices to the local network.")
]
LocalModeOption = Annotated[
    bool,
    typer.Option(
        "--local-mode", help="Start with local mode on: further plans of the cloud are refused."
    ),
]


def simulate(
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
    password: PasswordOption = None,
    seed: SeedOption = 1,
    units: UnitsOption = 1,
    firmware: FirmwareOption = "new",
    speed: SpeedOption = 1.0,
    fleet: FleetOption = 1,
    fault: FaultOption = None,
    control_port: ControlPortOption = None,
    https: HttpsOption = False,
    redirect: RedirectOption = False,
    mdns: MdnsOption = False,
    local_mode: LocalModeOption = False,
    soc: StateOfChargeOption = 60.0,
    no_grid: GridOption = False,
    no_solar: SolarOption = False,
    no_load: LoadOption = False,
    no_cloud: CloudOption = False,
    boot_s: BootOption = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Serve simulated batteries until Ctrl-C."""
    lazy_imports.serving.run(
        fleet,
        speed=speed,
        control_port=control_port,
        mdns=mdns,
        as_json=as_json,
        host=host,
        port=port,
        **({} if password is None else {"password": password}),
        seed=seed,
        units=units,
        firmware=firmware,
        faults=fault or (),
        https=https,
        redirect=redirect,
        local_mode=local_mode,
        soc=soc,
        grid=not no_grid,
        solar=not no_solar,
        load=not no_load,
        cloud=not no_cloud,
        boot_s=boot_s,
    )
