"""The rooms that a command needs when it runs and the help never: loaded when they are asked for.

They bring the HTTP library, the simulator and the drawing of pictures, which take several times as
long to load as the command line itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevolt.cli import session
    from homevolt.cli.commands import serving
    from homevolt.cli.render import display

_MODULES = {
    "display": "homevolt.cli.render.display",
    "serving": "homevolt.cli.commands.serving",
    "session": "homevolt.cli.session",
}
__all__ = ["display", "serving", "session"]

if not TYPE_CHECKING:  # with a __getattr__ in sight, type checkers take every typo for a name

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(_MODULES[name])
