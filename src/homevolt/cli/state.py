"""The folder of what the shell keeps for itself: the plan before a command, what to complete."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from homevolt.cli.output import PROGRAM

VARIABLE = "HOMEVOLT_STATE"
"""Names another folder."""


def folder() -> Path:
    """Return the folder, which may not be there yet."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    import platformdirs  # noqa: PLC0415 - only where something is kept

    return platformdirs.user_state_path(PROGRAM, appauthor=False)


def file_of(kind: str, identity: str) -> Path:
    """Return the file that keeps something of a device.

    Args:
        kind: What it keeps.
        identity: What tells the device from others, which the name of the file does not show.
    """
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return folder() / f"{kind}-{digest}.json"
