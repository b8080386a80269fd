"""`homevolt sensors`: every reading as a row."""

from typing import TYPE_CHECKING, Annotated

import typer

from homevolt.cli.documents import sensors_document
from homevolt.cli.options import (
    DEFAULT_TIMEOUT_S,
    FingerprintOption,
    HostOption,
    JsonOption,
    Target,
    TimeoutOption,
)
from homevolt.cli.output import Terminal, print_json
from homevolt.cli.session import run_with
from homevolt.cli.table import matching, sensor_table
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from homevolt.cli.link import Link

FilterArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WORD]...",
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
        rows = matching(link.device.sensors.values(), words or ())
        if not rows:
            raise HomevoltValueError(
                f"No reading has {' and '.join(map(repr, words or ()))} in its name or part; "
                "without words all are shown."
            )
        if as_json:
            print_json(sensors_document(rows, url=link.url, simulated=link.simulated))
        else:
            Terminal().print(sensor_table(rows))

    run_with(Target.of(host, timeout, fingerprint), work)
