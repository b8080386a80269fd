"""The configuration file: where it is, what it holds, and what is wrong with it."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt._settings import (
    SYNTAX_HINT,
    Field,
    Mistake,
    SyntaxMistakeError,
    closest,
    is_text,
    line_of,
    parse_toml,
    secret_path,
    unknown_keys,
    unusable_values,
)
from homevolt.cli.errors import unreadable_config
from homevolt.cli.output import CONFIG_VARIABLE, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from homevolt.cli.errors import ShellError

FILE_NAME = "config.toml"
NAME = re.compile(r"[^\W_][\w-]{0,39}")
NAME_RULE = "a name has up to 40 letters, digits, - and _, and begins with a letter or digit"
FINGERPRINT = re.compile(r"(?:[0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}")
SHORTEST_INTERVAL_S = 1.0
LONGEST_S = 86_400.0


class ConfiguredDevice(NamedTuple):
    """A device that has a name; each field but the name is a key of its table in the file.

    Attributes:
        name: Its name.
        host: Its address.
        timeout_s: Seconds for one request, None for the default.
        fingerprint: SHA-256 of the certificate to trust, in hex.
        interval_s: Seconds from one read to the next in `homevolt run`, None for the file's.
        keyring_account: Under which account its password is in the system's keyring.
        password_file: The file that holds its password.
        password: Its password, where it is in the file.
    """

    name: str
    host: str
    timeout_s: float | None = None
    fingerprint: str | None = None
    interval_s: float | None = None
    keyring_account: str | None = None
    password_file: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Show which device it is, without its password."""
        return f"ConfiguredDevice({self.name!r}, {self.host!r})"

    @property
    def password_place(self) -> str | None:
        """Where its password is: `keyring`, `password_file`, `file`, or None if none is kept."""
        if self.keyring_account is not None:
            return "keyring"
        if self.password_file is not None:
            return "password_file"
        return None if self.password is None else "file"


class Config(NamedTuple):
    """What the configuration file holds.

    Attributes:
        path: Where it is.
        devices: The devices by name, in the order of the file.
        default: The name of the device for commands that name none, None if there is none.
    """

    path: Path
    devices: dict[str, ConfiguredDevice]
    default: str | None


def config_path() -> Path:
    """Return where the configuration file is, or would be."""
    if named := os.environ.get(CONFIG_VARIABLE):
        return Path(named)
    import platformdirs  # noqa: PLC0415 - only where a device is looked up by name

    return platformdirs.user_config_path(PROGRAM, appauthor=False) / FILE_NAME


def load() -> Config:
    """Read the configuration file; one that does not exist is empty.

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
    """Return the names in the configuration file, and none where it cannot be read."""
    try:
        devices = tomllib.loads(config_path().read_bytes().decode("utf-8-sig")).get("devices")
    except (OSError, ValueError, RecursionError, ModuleNotFoundError):
        return []
    return [*devices] if isinstance(devices, dict) else []


def read_text(path: Path) -> str:
    """Return the text of the configuration file; one that does not exist is empty.

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
        raise config_error(path, line, f"not UTF-8 text. {SYNTAX_HINT}") from None


def parse(text: str, path: Path) -> Config:
    """Return what a configuration file holds.

    Args:
        text: Its text.
        path: Where it is, for messages.

    Raises:
        ShellError: Something in it is wrong; the error names the line and what to do.
    """
    document = parse_document(text, path)
    found = next(mistakes(document), None)
    if found is not None:
        raise config_error(path, line_of(text, found.keys), found.message)
    return config_of(document, path)


def parse_document(text: str, path: Path) -> dict[str, Any]:
    """Return the document of the text of a file.

    Raises:
        ShellError: It is not TOML; the error names the line.
    """
    try:
        return parse_toml(text)
    except SyntaxMistakeError as mistake:
        raise config_error(path, mistake.line, str(mistake)) from None


def is_name(text: str) -> bool:
    """Whether a text can be the name of a device."""
    return NAME.fullmatch(text) is not None


def mistakes(document: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield everything that is wrong with the devices of a document, in its order."""
    yield from unknown_keys((), document, TABLES)
    tables = document.get("devices", {})
    if not isinstance(tables, dict):
        yield Mistake(("devices",), "devices must be tables. Write [devices.NAME].")
        return
    for name, table in tables.items():
        yield from _mistakes_of_device(name, table)
    default = document.get("default")
    if default is not None and not (isinstance(default, str) and default in tables):
        yield Mistake(
            ("default",),
            f"default names no device of this file: {default!r}.{closest(str(default), tables)} "
            f"Change it with '{PROGRAM} device default NAME'.",
        )


def config_of(document: Mapping[str, Any], path: Path) -> Config:
    """Return what a document without mistakes holds."""
    devices = {
        name: ConfiguredDevice(name, **_with_paths(table, path.parent))
        for name, table in document.get("devices", {}).items()
    }
    default = document.get("default")
    if default is None and len(devices) == 1:
        (default,) = devices
    return Config(path, devices, default)


def config_error(path: Path, line: int, message: str) -> ShellError:
    """Return the error of a mistake in a file."""
    return unreadable_config(f"{path}, line {line}: {message}")


def _mistakes_of_device(name: str, table: Any) -> Iterator[Mistake]:
    keys = ("devices", name)
    if not is_name(name):
        yield Mistake(keys, f"{name!r} cannot be a name: {NAME_RULE}. Rename it.")
    elif not isinstance(table, dict):
        yield Mistake(keys, f"{name} must be a table. Write [devices.{name}].")
    else:
        yield from unknown_keys(keys, table, FIELDS)
        if "host" not in table:
            example = FIELDS["host"].example
            yield Mistake(keys, f"the device {name} has no host. Add {example}.")
        yield from unusable_values(keys, name, table, FIELDS)


def _with_paths(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the table of a device with the whole path of the file that holds its password."""
    if (name := table.get("password_file")) is None:
        return {**table}
    return {**table, "password_file": str(secret_path(name, folder))}


def _is_address(value: Any) -> bool:
    from homevolt.exceptions import HomevoltValueError  # noqa: PLC0415 - completion does without
    from homevolt.transport.address import base_url  # noqa: PLC0415 - completion does without

    try:
        base_url(value)
    except HomevoltValueError:
        return False
    return True


def _is_duration(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= LONGEST_S


FIELDS = {
    "host": Field(_is_address, 'host = "192.168.1.100", an address without a password'),
    "timeout_s": Field(_is_duration, f"timeout_s = 30, at most {LONGEST_S:g} seconds"),
    "fingerprint": Field(
        lambda value: isinstance(value, str) and FINGERPRINT.fullmatch(value) is not None,
        'fingerprint = "...", the 64 hexadecimal digits of a SHA-256',
    ),
    "keyring_account": Field(is_text, 'keyring_account = "...", an account in the keyring'),
    "interval_s": Field(
        lambda value: _is_duration(value) and value >= SHORTEST_INTERVAL_S,
        f"interval_s = 10, from {SHORTEST_INTERVAL_S:g} to {LONGEST_S:g} seconds",
    ),
    "password_file": Field(is_text, 'password_file = "...", a file or credential that holds it'),
    "password": Field(is_text, 'password = "...", or remove the line'),
}
"""The keys in the table of a device."""

TABLES = ("default", "devices", "interval_s", "mqtt", "prometheus", "http", "planner")
"""The keys of the file; what is not about devices is checked where it is used."""
