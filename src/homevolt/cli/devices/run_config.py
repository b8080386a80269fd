"""The configuration file as `homevolt run` takes it: with outputs, and all mistakes at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from homevolt._settings import Mistake, SecretError, line_of, read_secret, secret_path
from homevolt.bridges import settings
from homevolt.bridges.config import DEFAULT_INTERVAL_S, DEFAULT_TIMEOUT_S, DeviceConfig
from homevolt.cli.devices import config
from homevolt.cli.devices.passwords import kept_password
from homevolt.cli.errors import CONFIG_UNREADABLE, ShellError
from homevolt.cli.output import PASSWORD_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from homevolt.bridges.config import RunConfig
    from homevolt.cli.devices.config import ConfiguredDevice

    Check = Callable[[Mapping[str, Any], Path], Iterable[Mistake]]


class ConfigMistakesError(ShellError):
    """A file cannot be used.

    Args:
        path: Where it is.
        lines: Everything that is wrong with it, each with its line and what to do.
    """

    def __init__(self, path: Path, lines: tuple[str, ...]) -> None:
        count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
        message = f"{path} cannot be used: {count}. Nothing was started."
        super().__init__(message, kind="ConfigError", code=CONFIG_UNREADABLE)
        self.lines = lines


def load_run_config(
    path: Path, *, has_devices: bool = False, checks: Iterable[Check] = ()
) -> RunConfig:
    """Read and check a whole file.

    Args:
        path: Where it is.
        has_devices: Whether devices come from elsewhere, so that the file needs none.
        checks: What else of it is checked, each given the document and the folder of the file.

    Raises:
        ConfigMistakesError: Something in it is wrong.
        ShellError: It cannot be read, or it is not TOML.
    """
    text = config.read_text(path)
    document = config.parse_document(text, path)
    found = [
        *config.mistakes(document),
        *_missing(document, path, has_devices=has_devices),
        *settings.mistakes(document, path.parent),
        *(mistake for check in checks for mistake in check(document, path.parent)),
    ]
    lines = sorted((line_of(text, keys) if keys else 1, message) for keys, message in found)
    if lines:
        raise ConfigMistakesError(
            path, tuple(f"{path}, line {line}: {message}" for line, message in lines)
        )
    interval_s = float(document.get("interval_s", DEFAULT_INTERVAL_S))
    configured = config.config_of(document, path).devices.values()
    devices = [_device(each, interval_s) for each in configured]
    return settings.run_config(document, devices, path.parent)


def _missing(document: Mapping[str, Any], path: Path, *, has_devices: bool) -> Iterator[Mistake]:
    """Yield what other commands do without: a device, and a password in the file that it names."""
    tables = document.get("devices", {})
    if not tables and not has_devices:
        yield Mistake((), "there is no device. Add [devices.NAME] with its host.")
    for name, table in tables.items() if isinstance(tables, dict) else ():
        file = table.get("password_file") if isinstance(table, dict) else None
        if isinstance(file, str) and file:
            try:
                read_secret(secret_path(file, path.parent))
            except SecretError as error:
                yield Mistake(("devices", name, "password_file"), str(error))


def _device(device: ConfiguredDevice, interval_s: float) -> DeviceConfig:
    return DeviceConfig(
        device.name,
        device.host,
        kept_password(device) or os.environ.get(PASSWORD_VARIABLE) or None,
        interval_s=float(device.interval_s or interval_s),
        timeout_s=float(device.timeout_s or DEFAULT_TIMEOUT_S),
        fingerprint=device.fingerprint,
    )
