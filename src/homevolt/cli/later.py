"""The rooms that a command needs when it runs and the help never: loaded when they are asked for.

They bring the HTTP library, the simulator and the drawing of pictures, which take several times as
long to load as the command line itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.cli import link, serving, showing

__all__ = ["link", "serving", "showing"]

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f"homevolt.cli.{name}")
