"""The command `homevolt`: a battery read, watched and simulated from the shell; extra `cli`."""

from __future__ import annotations

import sys

from homevolt.cli.exits import MISSING

SHELL_PACKAGES = frozenset({"typer", "rich"})


def main() -> None:
    """Run the command line of this process, and end it with a code that `exits` lists."""
    try:
        from homevolt.cli.app import run  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name not in SHELL_PACKAGES:
            raise
        sys.stderr.write(
            f"homevolt: the shell needs the package {error.name!r}: pip install 'homevolt[cli]'\n"
        )
        sys.exit(MISSING)
    sys.exit(run(sys.argv[1:]))
