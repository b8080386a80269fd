"""Files that this program keeps: whole or not at all, and for their owner alone."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

RETRY_S = 0.05
"""Pause between two attempts at a lock that another process holds, in s."""


def replace(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in place of the one of that name.

    Args:
        path: The file; its folder is there.
        text: What it will hold.

    Raises:
        OSError: It cannot be written; a file of that name is as it was.
    """
    with complete(path, text) as temporary:
        temporary.replace(path)
    if sys.platform != "win32":
        _sync_folder(path.parent)


@contextmanager
def complete(path: Path, text: str) -> Iterator[Path]:
    """Write a whole file under another name in the same folder; it is gone in the end."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink()


def _sync_folder(folder: Path) -> None:
    """Let a new name of a file outlast a power failure, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file, which is a file beside it; a process that ends lets it go.

    Args:
        path: The file; its folder is there.

    Raises:
        OSError: There can be no lock.
    """
    descriptor = _open_lock(path)
    try:
        _take(descriptor, waits=True)
        yield
    finally:
        os.close(descriptor)


@asynccontextmanager
async def locked_meanwhile(path: Path) -> AsyncIterator[None]:
    """Hold the lock of a file as `locked` does, and let the event loop go on until it is free."""
    descriptor = _open_lock(path)
    try:
        while not _take(descriptor, waits=False):  # noqa: ASYNC110 - another process holds it
            await asyncio.sleep(RETRY_S)
        yield
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    return os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)


def _take(descriptor: int, *, waits: bool) -> bool:
    """Take a lock; return whether it is held now."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - Windows only

            msvcrt.locking(descriptor, msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - other systems only

            fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        if waits:
            raise
        return False
    return True
