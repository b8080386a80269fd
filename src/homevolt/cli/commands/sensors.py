"""`homevolt sensors`: every reading as a row."""

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
)

if TYPE_CHECKING:
    from homevolt.cli.session import Session

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
    simulate: SimulateOption = False,
) -> None:
    """Show every reading with its unit and the part it belongs to."""

    async def work(session: "Session") -> None:
        lazy_imports.display.show_sensors(session, words or (), as_json=as_json)

    lazy_imports.session.run(Target(host, timeout, fingerprint, simulate), work)
