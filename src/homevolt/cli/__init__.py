"""The command `homevolt`: a battery read, watched and simulated from the shell; extra `cli`."""

import os
import sys

_INTERRUPTED = 130


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
        code = run(sys.argv[1:])
        signal.signal(signal.SIGINT, _leave)  # while Python cleans up
    except KeyboardInterrupt:  # right before or after what `run` handles itself
        os._exit(_INTERRUPTED)
    sys.exit(code)


def _leave(*_: object) -> None:
    os._exit(_INTERRUPTED)


def _fill_closed_descriptors() -> None:
    """Open the standard descriptors that are closed, so that no socket gets their number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
