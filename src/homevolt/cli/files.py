"""Files that a command writes: whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from homevolt._files import complete
from homevolt.cli.errors import unwritable, usage_error

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.errors import ShellError


def check_writable(path: Path, *, force: bool) -> None:
    """Refuse a file that `write` would refuse, before the work for it is done.

    Args:
        path: The file.
        force: Whether it may be there already.

    Raises:
        ShellError: It is there already, or no file can be made in its folder.
    """
    if path.is_dir():
        raise unwritable(path, "it is a folder", "Give the name of a file.")
    if not path.parent.is_dir():
        raise unwritable(path, f"there is no folder {path.parent}")
    if os.path.lexists(path) and not force:
        raise _exists(path)
    try:
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise unwritable(path, error) from error


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
        with complete(path, text) as temporary:
            if force:
                temporary.replace(path)
            else:
                _name(temporary, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise unwritable(path, error) from error


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
