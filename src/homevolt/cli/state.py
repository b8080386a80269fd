"""The folder of what the shell notes for itself: what to complete, and plans that are edited."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from homevolt.cli.output import PROGRAM

VARIABLE = "HOMEVOLT_STATE"
"""Names another folder, also for the plan for `restore`."""


def folder() -> Path:
    """Return the folder, which may not be there yet."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    import platformdirs  # noqa: PLC0415 - only where something is kept

    return platformdirs.user_state_path(PROGRAM, appauthor=False)


def name_of(kind: str, identity: str) -> str:
    """Return the name of the file that keeps something of a device.

    Args:
        kind: What it keeps.
        identity: What tells the device from others, which the name of the file does not show.
    """
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return f"{kind}-{digest}.json"
