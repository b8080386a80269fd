"""The plan from before the last command of this shell, kept in a file for `restore`."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from homevolt import _files
from homevolt.cli import state
from homevolt.cli.devices.config import config_path
from homevolt.cli.errors import ShellError, unreadable_config, unwritable, usage_error
from homevolt.cli.writing import plan_files
from homevolt.cli.writing.plan_state import known_plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from homevolt.cli.session import Session

NOT_KEPT = (
    "So the plan on the device could not be restored later; nothing was sent. "
    f"{state.VARIABLE} names another folder."
)
UNREADABLE = "Nothing was sent. The next command that writes keeps a plan again."


@asynccontextmanager
async def keeping(session: Session) -> AsyncIterator[None]:
    """Keep the plan of a device, and let no other shell write to it while this one does.

    The plan takes the place of the one that was kept before. It is written to a file of its own and
    then renamed, so there is never a half of it. Nothing is kept for a simulated device, which ends
    with the command.

    Raises:
        ShellError: It cannot be written; nothing was sent.
        HomevoltError: Another shell has written meanwhile, and the plan cannot be read again.
    """
    if session.is_simulated:
        yield
        return
    file = _file(session)
    async with AsyncExitStack() as stack:
        with _warn_if_not_kept(file):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            await stack.enter_async_context(_files.locked_meanwhile(file))
            is_stale = _is_kept_since(file, session.device.snapshot.schedule_at)
        if is_stale:
            await session.device.fetch_schedule_data()
        with _warn_if_not_kept(file):
            _files.replace(file, plan_files.dumps(known_plan(session).entries, "json"))
        yield


def load(session: Session) -> plan_files.PlanFile:
    """Return the plan that was kept of a device.

    Raises:
        ShellError: None was kept, or it cannot be read.
    """
    file = _file(session)
    if session.is_simulated or not file.exists():
        raise usage_error(f"No plan of {session.url} was kept: this shell has written none to it.")
    try:
        return plan_files.load(file)
    except ShellError as error:
        raise unreadable_config(f"{error} {UNREADABLE}") from error


@contextmanager
def _warn_if_not_kept(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(file, error, NOT_KEPT) from error


def _is_kept_since(file: Path, moment: datetime | None) -> bool:
    """Whether another shell has kept a plan since a moment, and then written another one."""
    return moment is None or (file.exists() and file.stat().st_mtime >= moment.timestamp())


def _file(session: Session) -> Path:
    """Return the file of a device, which is known by its id, else by its address.

    It is beside the configuration file, since it must not be cleared away like a note.
    """
    identity = session.device.snapshot.unit.ecu_id or session.url
    named = os.environ.get(state.VARIABLE)
    folder = Path(named) if named else config_path().parent
    return folder / state.name_of("previous-plan", str(identity))
