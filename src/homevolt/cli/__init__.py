"""The command `homevolt`: a battery read, watched and simulated from the shell; extra `cli`."""

from __future__ import annotations

import sys

from homevolt.cli.exits import MISSING
from homevolt.cli.install_hint import install_hint
from homevolt.cli.output import fail


def main() -> None:
    """Run the command line of this process, and end it with a code that `exits` lists."""
    try:
        from homevolt.cli.app import run  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        sys.exit(fail(sys.argv[1:], type(error).__name__, MISSING, install_hint(error)))
    sys.exit(run(sys.argv[1:]))
