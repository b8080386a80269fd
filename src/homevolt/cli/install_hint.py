"""What to do about a package that is not installed."""

from __future__ import annotations

EXTRAS = {"typer": "cli", "rich": "cli", "zeroconf": "discovery"}
"""Which extra brings a package; others are installed by their own name."""


def install_hint(error: ModuleNotFoundError) -> str:
    """Return the one line that says which package is missing and how to install it."""
    package = (error.name or str(error)).partition(".")[0]
    extra = EXTRAS.get(package)
    wanted = package if extra is None else f"'homevolt[{extra}]'"
    return f"this needs the package {package}, which is not installed: pip install {wanted}"
