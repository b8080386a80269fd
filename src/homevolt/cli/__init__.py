"""The command `homevolt`: a battery read, watched and simulated from the shell; extra `cli`."""

from __future__ import annotations

import sys

from homevolt.cli.exits import MISSING
from homevolt.cli.missing import remedy


def main() -> None:
    """Run the command line of this process, and end it with a code that `exits` lists."""
    try:
        from homevolt.cli.app import run  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        sys.stderr.write(f"homevolt: {remedy(error)}\n")
        sys.exit(MISSING)
    sys.exit(run(sys.argv[1:]))
