"""What the shell shows; loaded when it is first used, because rich takes long to load."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.cli.render.display import (
        show_next_steps,
        show_sensors,
        show_status,
        watch_status,
    )

__all__ = ["show_next_steps", "show_sensors", "show_status", "watch_status"]

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module("homevolt.cli.render.display"), name)
