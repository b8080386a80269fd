"""The plan that stood before the last command of this shell, kept in a file for `restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt import _files
from homevolt.cli import state
from homevolt.cli.control import plan_files
from homevolt.cli.errors import ShellError, usage_error

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.session import Session
    from homevolt.schedule.entry import ScheduleEntry


def save(session: Session, entries: tuple[ScheduleEntry, ...]) -> None:
    """Keep a plan of a device, in place of the one that was kept before.

    It is written to a file of its own and then renamed, so there is never a half of it. Nothing is
    kept for a simulated device, which ends with the command.

    Raises:
        ShellError: It cannot be written; nothing was sent.
    """
    if session.is_simulated:
        return
    file = _file(session)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _files.replace(file, plan_files.dumps(entries, "json"))
    except OSError as error:
        raise ShellError(
            f"The plan on the device cannot be kept in {file} ({error.strerror or error}), so it "
            f"could not be restored; nothing was sent. {state.VARIABLE} names another folder.",
            kind=type(error).__name__,
            code=1,
        ) from error


def load(session: Session) -> list[dict[str, object]]:
    """Return the plan that was kept of a device.

    Raises:
        ShellError: None was kept, or it cannot be read.
    """
    file = _file(session)
    if not session.is_simulated and file.exists():
        return plan_files.load(file)
    raise usage_error(f"No plan of {session.url} was kept: this shell has written none to it.")


def _file(session: Session) -> Path:
    """Return the file of a device, which is known by its id, else by its address."""
    identity = session.device.snapshot.unit.ecu_id or session.url
    return state.file_of("previous-plan", str(identity))
