"""`homevolt status`: an installation at a glance, once or again and again."""

from typing import TYPE_CHECKING, Annotated

import typer

from homevolt.cli import lazy_imports
from homevolt.cli.shared_options import (
    DEFAULT_TIMEOUT_S,
    FingerprintOption,
    HostOption,
    JsonOption,
    SimulateOption,
    Target,
    TimeoutOption,
    seconds,
)

if TYPE_CHECKING:
    from homevolt.cli.session import Session

DEFAULT_INTERVAL_S = 10.0

WatchOption = Annotated[
    bool, typer.Option("--watch", "-w", help="Keep it on the screen and up to date.")
]
IntervalOption = Annotated[
    float,
    typer.Option(
        "--interval", metavar="SECONDS", parser=seconds, help="With --watch: time between reads."
    ),
]


def status(
    *,
    host: HostOption = None,
    watch: WatchOption = False,
    interval: IntervalOption = DEFAULT_INTERVAL_S,
    as_json: JsonOption = False,
    timeout: TimeoutOption = DEFAULT_TIMEOUT_S,
    fingerprint: FingerprintOption = None,
    simulate: SimulateOption = False,
) -> None:
    """Show charge, power flows, schedule and alarms at a glance."""

    async def work(session: "Session") -> None:
        if watch:
            await lazy_imports.display.keep_showing(session, interval, as_json=as_json)
        else:
            lazy_imports.display.show(session, as_json=as_json)

    lazy_imports.session.run(Target(host, timeout, fingerprint, simulate), work)
