"""Changing the configuration file: one shell at a time, as a whole or not at all, comments kept."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from homevolt import _files
from homevolt.cli.devices.config import FIELDS, config_path, parse, read_text
from homevolt.cli.devices.selection import unknown_device
from homevolt.cli.errors import unwritable, usage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from homevolt.cli.devices.config import Config, ConfiguredDevice

    Edit = Callable[[str, Config], str]

TRAILING_COMMENTS = re.compile(r"(?:^[ \t]*(?:#[^\n]*)?\r?\n)*(?:^[ \t]*#[^\n]*)?\Z", re.MULTILINE)
ALL_WRITE_BITS = 0o222


def put_device(device: ConfiguredDevice, *, replace: bool = False) -> Config:
    """Add a device to the file; the first one becomes the default.

    Args:
        device: The device.
        replace: Whether it may take the place of a device with the same name.

    Returns:
        What the file holds now.

    Raises:
        ShellError: There is a device of that name, or the file cannot be read or written.
    """

    def edit(text: str, config: Config) -> str:
        if device.name in config.devices and not replace:
            raise name_in_use(device.name)
        document = tomlkit.parse(text)
        devices: Any = document.setdefault("devices", tomlkit.table(is_super_table=True))
        is_inline = isinstance(devices, InlineTable)
        table = devices.setdefault(
            device.name, tomlkit.inline_table() if is_inline else tomlkit.table()
        )
        for key in FIELDS:
            value = getattr(device, key)
            if value is not None:
                table[key] = value
            elif key in table:
                del table[key]
        text = tomlkit.dumps(document)
        return text if config.default is not None else _with_default(text, device.name)

    return _change(edit)


def remove_device(name: str) -> Config:
    """Remove a device from the file; comments that follow its table stay.

    Args:
        name: Its name.

    Returns:
        What the file holds now.

    Raises:
        ShellError: There is no such device, or the file cannot be read or written.
    """

    def edit(text: str, config: Config) -> str:
        if name not in config.devices:
            raise unknown_device(name, config)
        document = tomlkit.parse(text)
        if document.get("default") == name:
            del document["default"]
            text = tomlkit.dumps(document)
        devices: Any = document["devices"]
        del devices[name]
        return _keeping_comments(text, tomlkit.dumps(document))

    return _change(edit)


def set_default(name: str) -> Config:
    """Make a device the default.

    Args:
        name: Its name.

    Returns:
        What the file holds now.

    Raises:
        ShellError: There is no such device, or the file cannot be read or written.
    """

    def edit(text: str, config: Config) -> str:
        if name not in config.devices:
            raise unknown_device(name, config)
        return _with_default(text, name)

    return _change(edit)


def put_values(name: str, values: Mapping[str, Any]) -> Config:
    """Put values into a table of the file that is not about devices.

    Args:
        name: The table, which is made where there is none.
        values: The values by their keys.

    Returns:
        What the file holds now.

    Raises:
        ShellError: The file cannot be read or written.
    """

    def edit(text: str, _: Config) -> str:
        document = tomlkit.parse(text)
        table: Any = document.setdefault(name, tomlkit.table())
        table.update(values)
        return tomlkit.dumps(document)

    return _change(edit)


def name_in_use(name: str) -> Exception:
    """Return the error of a name that another device has."""
    return usage_error(f"There is a device {name!r}. Choose another name, or add --replace.")


def _with_default(text: str, name: str) -> str:
    document = tomlkit.parse(text)
    document["default"] = name
    return tomlkit.dumps(document)


def _keeping_comments(before: str, after: str) -> str:
    """Put back the comments at the end of what was removed: they are about what follows."""
    pairs = enumerate(zip(before, after, strict=False))
    same = next((place for place, (old, new) in pairs if old != new), min(len(before), len(after)))
    start = before.rfind("\n", 0, same) + 1
    removed = before[start : start + len(before) - len(after)]
    comments = TRAILING_COMMENTS.search(removed)
    kept = comments[0] if comments and "#" in comments[0] else ""
    return after[:start] + kept + after[start:]


def _change(edit: Edit) -> Config:
    """Change the file while no other shell does.

    Args:
        edit: Returns the new text of the file, given the present one and what it holds.

    Raises:
        ShellError: The file cannot be read or written; it is as it was then.
    """
    # A link, as in a repository of dotfiles, stays a link.
    path = Path(os.path.realpath(config_path()))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _files.locked(path):
            before = read_text(path)
            after = edit(before, parse(before, path))
            config = parse(after, path)  # what could not be read again is not written
            _write(path, after)
            return config
    except TOMLKitError as error:
        raise unwritable(path, str(error), "Change it by hand.") from error
    except OSError as error:
        raise unwritable(path, error) from error


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole; only its owner can read it."""
    if path.exists() and not path.stat().st_mode & ALL_WRITE_BITS:
        raise PermissionError(0, "it is read-only; make it writable first")
    _files.replace(path, text)
