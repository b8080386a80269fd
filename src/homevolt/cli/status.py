"""`homevolt status`: an installation at a glance, once or again and again."""

from typing import TYPE_CHECKING, Annotated

import typer

from homevolt.cli import later
from homevolt.cli.options import (
    DEFAULT_TIMEOUT_S,
    FingerprintOption,
    HostOption,
    JsonOption,
    Target,
    TimeoutOption,
    seconds,
)

if TYPE_CHECKING:
    from homevolt.cli.link import Link

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
) -> None:
    """Show charge, power flows, schedule and alarms at a glance."""

    async def work(link: "Link") -> None:
        if watch:
            await later.showing.keep_showing(link, interval, as_json=as_json)
        else:
            later.showing.show(link, as_json=as_json)

    later.link.run(Target.of(host, timeout, fingerprint), work)
