"""`homevolt sensors`: every reading as a row."""

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
)

if TYPE_CHECKING:
    from homevolt.cli.link import Link

FilterArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORD",
        show_default=False,
        help="Show only readings whose name or part has all these words.",
    ),
]


def sensors(
    *,
    words: FilterArgument = None,
    host: HostOption = None,
    as_json: JsonOption = False,
    timeout: TimeoutOption = DEFAULT_TIMEOUT_S,
    fingerprint: FingerprintOption = None,
) -> None:
    """Show every reading with its unit and the part it belongs to."""

    async def work(link: "Link") -> None:
        later.showing.show_sensors(link, words or (), as_json=as_json)

    later.link.run(Target.of(host, timeout, fingerprint), work)
