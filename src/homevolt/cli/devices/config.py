"""The file of devices: where it is, what it holds, and what is wrong with it."""

from __future__ import annotations

import math
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt.cli.errors import unreadable_config
from homevolt.cli.output import CONFIG_VARIABLE, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from homevolt.cli.errors import ShellError

FILE_NAME = "config.toml"
NAME = re.compile(r"[^\W_][\w-]{0,39}")
NAME_RULE = "a name has up to 40 letters, digits, - and _, and begins with a letter or digit"
FINGERPRINT = re.compile(r"(?:[0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}")
SYNTAX_REMEDY = "Correct that line; nothing was changed."


class ConfiguredDevice(NamedTuple):
    """A device that has a name; each field but the name is a key of its table in the file.

    Attributes:
        name: Its name.
        host: Its address.
        timeout_s: Seconds for one request, None for the default.
        fingerprint: SHA-256 of the certificate to trust, in hex.
        keyring_account: Under which account its password is in the system's keyring.
        password: Its password, where it is in the file.
    """

    name: str
    host: str
    timeout_s: float | None = None
    fingerprint: str | None = None
    keyring_account: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Show which device it is, without its password."""
        return f"ConfiguredDevice({self.name!r}, {self.host!r})"

    @property
    def password_place(self) -> str | None:
        """Where its password is: `keyring`, `file`, or None if none is kept."""
        if self.keyring_account is not None:
            return "keyring"
        return None if self.password is None else "file"


class Config(NamedTuple):
    """What the file of devices holds.

    Attributes:
        path: Where it is.
        devices: The devices by name, in the order of the file.
        default: The name of the device for commands that name none, None if there is none.
    """

    path: Path
    devices: dict[str, ConfiguredDevice]
    default: str | None


class Field(NamedTuple):
    """A key in the table of a device.

    Attributes:
        is_valid: Whether a value can be used.
        example: How the key is written correctly.
    """

    is_valid: Callable[[Any], bool]
    example: str


class MistakeError(Exception):
    """Something in the file that cannot be used.

    Args:
        keys: Where it is, from the outermost table inwards.
        message: What it is, and what to do.
    """

    def __init__(self, keys: Sequence[str], message: str) -> None:
        super().__init__(message)
        self.keys = keys


def config_path() -> Path:
    """Return where the file of devices is, or would be."""
    if named := os.environ.get(CONFIG_VARIABLE):
        return Path(named)
    import platformdirs  # noqa: PLC0415 - only where a device is looked up by name

    return platformdirs.user_config_path(PROGRAM, appauthor=False) / FILE_NAME


def load() -> Config:
    """Read the file of devices; one that does not exist is empty.

    Raises:
        ShellError: It cannot be read, or something in it is wrong; the error names the line.
    """
    path = config_path()
    return parse(read_text(path), path)


def device_document(device: ConfiguredDevice, config: Config) -> dict[str, Any]:
    """Return a device for programs, without its password.

    Args:
        device: The device.
        config: The file that holds it.
    """
    return {
        "name": device.name,
        "host": device.host,
        "timeout_s": device.timeout_s,
        "fingerprint": device.fingerprint,
        "password_in": device.password_place,
        "default": config.default == device.name,
    }


def device_names() -> list[str]:
    """Return the names in the file of devices, and none where it cannot be read."""
    try:
        devices = tomllib.loads(config_path().read_bytes().decode("utf-8-sig")).get("devices")
    except (OSError, ValueError, RecursionError, ModuleNotFoundError):
        return []
    return [*devices] if isinstance(devices, dict) else []


def read_text(path: Path) -> str:
    """Return the text of the file of devices; one that does not exist is empty.

    Raises:
        ShellError: It cannot be read, or it is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        reason = error.strerror or str(error)
        raise unreadable_config(
            f"{path} cannot be read: {reason}. Make it readable, or name another file in "
            f"{CONFIG_VARIABLE}."
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _error(path, line, f"not UTF-8 text. {SYNTAX_REMEDY}") from None


def parse(text: str, path: Path) -> Config:
    """Return what a file of devices holds.

    Args:
        text: Its text.
        path: Where it is, for messages.

    Raises:
        ShellError: Something in it is wrong; the error names the line and what to do.
    """
    try:
        return _config(tomllib.loads(text), path)
    except MistakeError as mistake:
        raise _error(path, _line_of(text, mistake.keys), str(mistake)) from None
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        found = re.search(r"line (\d+)", place)
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        message = f"not valid TOML: {reason or place}. {SYNTAX_REMEDY}"
        raise _error(path, line, message) from None
    except RecursionError:
        raise _error(path, 1, f"nested too deeply. {SYNTAX_REMEDY}") from None


def closest(name: str, known: Iterable[str]) -> str:
    """Return the question whether one of the known names was meant, empty if none is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - for mistakes alone

    near = get_close_matches(name, [*known])
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def is_name(text: str) -> bool:
    """Whether a text can be the name of a device."""
    return NAME.fullmatch(text) is not None


def _config(document: dict[str, Any], path: Path) -> Config:
    _refuse_unknown((), document, ("default", "devices"))
    tables = document.get("devices", {})
    if not isinstance(tables, dict):
        raise MistakeError(("devices",), "devices must be tables. Write [devices.NAME].")
    devices = {name: _device(name, table) for name, table in tables.items()}
    default = document.get("default")
    if default is not None and default not in devices:
        raise MistakeError(
            ("default",),
            f"default names no device of this file: {default!r}.{closest(str(default), devices)} "
            f"Change it with '{PROGRAM} device default NAME'.",
        )
    if default is None and len(devices) == 1:
        (default,) = devices
    return Config(path, devices, default)


def _device(name: str, table: Any) -> ConfiguredDevice:
    keys = ("devices", name)
    if not is_name(name):
        raise MistakeError(keys, f"{name!r} cannot be a name: {NAME_RULE}. Rename it.")
    if not isinstance(table, dict):
        raise MistakeError(keys, f"{name} must be a table. Write [devices.{name}].")
    _refuse_unknown(keys, table, FIELDS)
    if "host" not in table:
        raise MistakeError(keys, f"the device {name} has no host. Add {FIELDS['host'].example}.")
    for key, value in table.items():
        if not FIELDS[key].is_valid(value):
            raise MistakeError(
                (*keys, key), f"{key} of {name} cannot be used. Write {FIELDS[key].example}."
            )
    return ConfiguredDevice(name, **table)


def _refuse_unknown(keys: Sequence[str], table: Iterable[str], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            hint = closest(key, known) or f" Known: {', '.join(known)}."
            raise MistakeError((*keys, key), f"unknown key {key!r}.{hint}")


def _is_address(value: Any) -> bool:
    from homevolt.exceptions import HomevoltValueError  # noqa: PLC0415 - completion does without
    from homevolt.transport.address import base_url  # noqa: PLC0415 - completion does without

    try:
        base_url(value)
    except HomevoltValueError:
        return False
    return True


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < math.inf


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


FIELDS = {
    "host": Field(_is_address, 'host = "192.168.1.100", an address without a password'),
    "timeout_s": Field(_is_duration, "timeout_s = 30, a positive number of seconds"),
    "fingerprint": Field(
        lambda value: isinstance(value, str) and FINGERPRINT.fullmatch(value) is not None,
        'fingerprint = "...", the 64 hexadecimal digits of a SHA-256',
    ),
    "keyring_account": Field(_is_text, 'keyring_account = "...", an account in the keyring'),
    "password": Field(_is_text, 'password = "...", or remove the line'),
}
"""The keys in the table of a device."""


def _line_of(text: str, keys: Sequence[str]) -> int:
    """Return the line where a value ends: the first that, with all before it, holds the value."""
    lines = text.split("\n")
    for count in range(1, len(lines) + 1):
        try:
            value: Any = tomllib.loads("\n".join(lines[:count]) + "\n")
            for key in keys:
                value = value[key]
        except (tomllib.TOMLDecodeError, KeyError, TypeError):
            continue
        return count
    return len(lines)


def _error(path: Path, line: int, message: str) -> ShellError:
    return unreadable_config(f"{path}, line {line}: {message}")
