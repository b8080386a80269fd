"""When plans were written to a device, kept so that a program that restarts keeps to the limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from homevolt import _files
from homevolt.cli import state

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.session import Session


def load(session: Session) -> tuple[datetime, ...]:
    """Return when plans were written before; none where that is not known."""
    try:
        seconds = json.loads(_file(session).read_text("utf-8"))
        return tuple(datetime.fromtimestamp(each, UTC) for each in seconds)
    except (OSError, ValueError, TypeError, OverflowError):
        return ()


def save(session: Session, written: tuple[datetime, ...]) -> None:
    """Keep when plans were written; a folder that cannot be written costs only the memory of it."""
    file = _file(session)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _files.replace(file, json.dumps([each.timestamp() for each in written]))
    except OSError:
        return


def _file(session: Session) -> Path:
    identity = session.device.snapshot.unit.ecu_id or session.url
    return state.folder() / state.name_of("plans-written", str(identity))
