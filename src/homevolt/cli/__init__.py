"""The command `homevolt`: a battery read, watched and simulated from the shell; extra `cli`."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_INTERRUPTED, _TERMINATED = 130, 143
_terminations: list[object] = []
"""What is added to if SIGTERM comes, which ends the program as Ctrl-C does."""


def main() -> None:
    """Run the command line of this process, and end it with a code that `errors` lists."""
    import signal  # noqa: PLC0415 - `program` sets what Ctrl-C does before this loads anything

    # While the modules are loaded there is nothing to clean up: Ctrl-C ends the process at once.
    signal.signal(signal.SIGINT, _leave)
    _fill_closed_descriptors()
    from homevolt.cli.errors import fail, missing_package  # noqa: PLC0415 - see above

    try:
        from homevolt.cli.app import run  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        sys.exit(fail(sys.argv[1:], missing_package(error)))
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, _terminate)
        code = run(sys.argv[1:])
        signal.signal(signal.SIGINT, _leave)  # while Python cleans up
    except KeyboardInterrupt:  # right before or after what `run` handles itself
        os._exit(_TERMINATED if _terminations else _INTERRUPTED)
    sys.exit(_TERMINATED if _terminations and code == _INTERRUPTED else code)


def _leave(*_: object) -> None:
    os._exit(_INTERRUPTED)


def _terminate(_: int, frame: FrameType | None) -> None:
    """Do what Ctrl-C does now: restore the terminal, leave no half of a write."""
    import signal  # noqa: PLC0415 - loaded already

    _terminations.append(frame)
    interrupt = signal.getsignal(signal.SIGINT)
    if callable(interrupt):
        interrupt(signal.SIGINT, frame)


def _fill_closed_descriptors() -> None:
    """Open the standard descriptors that are closed, so that no socket gets their number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
