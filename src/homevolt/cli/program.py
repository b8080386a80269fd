"""The entry point of the command `homevolt`, for its script and for `python -m homevolt` alone.

Importing it decides what Ctrl-C does to this process: while modules are loaded there is nothing to
clean up, so it ends the process at once and prints nothing. Before that only the interpreter and
the names of two packages are loaded, which no program can guard.
"""

# What `signal` is made of, without `enum`, which takes 3 ms to load.
import _signal  # type: ignore[import-not-found]  # it has no stub

_signal.signal(_signal.SIGINT, _signal.SIG_DFL)

from homevolt.cli import main  # noqa: E402 - the line above comes first

__all__ = ["main"]
