"""The command `homevolt`: a battery read, watched and simulated from the shell; extra `cli`."""

from __future__ import annotations

import sys

from homevolt.cli.errors import missing_package
from homevolt.cli.output import fail


def main() -> None:
    """Run the command line of this process, and end it with a code that `errors` lists."""
    try:
        from homevolt.cli.app import run  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        sys.exit(fail(sys.argv[1:], missing_package(error)))
    sys.exit(run(sys.argv[1:]))
