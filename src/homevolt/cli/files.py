"""Files that a command writes: whole or not at all, and for their owner alone."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from homevolt.cli.errors import unwritable, usage_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from homevolt.cli.errors import ShellError

RETRY_S = 0.05
"""How often a lock that another process holds is tried again."""


def check_writable(path: Path, *, force: bool) -> None:
    """Refuse a file that `write` would refuse, before the work for it is done.

    Args:
        path: The file.
        force: Whether it may be there already.

    Raises:
        ShellError: It is there already, or its folder is not there.
    """
    if path.is_dir():
        raise unwritable(path, "it is a folder", "Give the name of a file.")
    if not path.parent.is_dir():
        raise unwritable(path, f"there is no folder {path.parent}")
    if os.path.lexists(path) and not force:
        raise _exists(path)


def write(path: Path, text: str, *, force: bool) -> None:
    """Write a file that only its owner can read.

    It has its name once it is complete; a file of this name stays as it is until then.

    Args:
        path: The file.
        text: What it will hold.
        force: Whether it may take the place of another file.

    Raises:
        ShellError: There is a file of this name, or it cannot be written.
    """
    try:
        with _complete(path, text) as temporary:
            if force:
                temporary.replace(path)
            else:
                _name(temporary, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise unwritable(path, error) from error


def replace(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in place of the one of that name.

    Args:
        path: The file; its folder is there.
        text: What it will hold.

    Raises:
        OSError: It cannot be written; a file of that name is as it was.
    """
    with _complete(path, text) as temporary:
        temporary.replace(path)
    if sys.platform != "win32":
        _sync_folder(path.parent)


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
            import msvcrt  # noqa: PLC0415 - of Windows alone

            msvcrt.locking(descriptor, msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - of other systems alone

            fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        if waits:
            raise
        return False
    return True


@contextmanager
def _complete(path: Path, text: str) -> Iterator[Path]:
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


def _name(temporary: Path, path: Path) -> None:
    """Give a file its name unless another file has it.

    Raises:
        FileExistsError: Another file has it.
    """
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        temporary.replace(path)


def _exists(path: Path) -> ShellError:
    return usage_error(f"{path} exists. Choose another name, or add --force to replace it.")
