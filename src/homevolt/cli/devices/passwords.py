"""The passwords of the devices that have a name, in the system's keyring where there is one."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from homevolt._settings import SecretError, read_secret
from homevolt.cli.output import PROGRAM, print_err

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from homevolt.cli.devices.config import ConfiguredDevice

SERVICE = PROGRAM
USABLE_PRIORITY = 1.0
"""What the package keyring itself takes for safe; below are backends that keep plain text."""


def keep(device: ConfiguredDevice, password: str | None) -> ConfiguredDevice:
    """Put a password into the keyring, or into the device's table, which a note on stderr says.

    Args:
        device: The device.
        password: Its password, None for none.

    Returns:
        The device with where its password is.
    """
    if password is None:
        return device._replace(keyring_account=None, password_file=None, password=None)
    # A name of its own, so that two configuration files share no password.
    account = f"{device.name}-{secrets.token_hex(4)}"
    problem = _put(account, password)
    if problem is None:
        return device._replace(keyring_account=account, password=None)
    print_err(f"{problem} The password is kept in the configuration file, which only you can read.")
    return device._replace(keyring_account=None, password=password)


def kept_password(device: ConfiguredDevice) -> str | None:
    """Return the password of a device, None if none is kept or it cannot be read."""
    if device.password_file is not None:
        return _password_in(device.password_file)
    if device.keyring_account is None:
        return device.password
    try:
        backend = _backend_or_none()
        found = backend and backend.get_password(SERVICE, device.keyring_account)
    except Exception as error:  # noqa: BLE001 - a backend is any plug-in, with errors of its own
        print_err(f"The keyring failed ({type(error).__name__}): no password of {device.name}.")
        return None
    if not found:
        print_err(f"The keyring has no password of {device.name}.")
    return found or None


def forget(device: ConfiguredDevice) -> None:
    """Remove the password of a device from the keyring."""
    if device.keyring_account is None:
        return
    try:
        backend = _backend_or_none()
        if backend is not None:
            backend.delete_password(SERVICE, device.keyring_account)
            return
        reason = "no usable keyring"
    except Exception as error:  # noqa: BLE001 - a backend is any plug-in, with errors of its own
        reason = type(error).__name__
    print_err(
        f"The password of {device.name} was not removed from the keyring ({reason}): service "
        f"{SERVICE}, account {device.keyring_account}."
    )


def _password_in(file: str) -> str | None:
    try:
        return read_secret(Path(file))
    except SecretError as error:
        print_err(str(error))
        return None


def _put(account: str, password: str) -> str | None:
    """Put a password into the keyring; return why that is not possible, None if it was."""
    try:
        backend = _backend_or_none()
        if backend is None:
            return "This system has no usable keyring."
        backend.set_password(SERVICE, account, password)
        if backend.get_password(SERVICE, account) != password:
            return "The keyring did not keep the password."
    except Exception as error:  # noqa: BLE001 - a backend is any plug-in, with errors of its own
        return f"The keyring failed ({type(error).__name__})."
    return None


def _backend_or_none() -> KeyringBackend | None:
    """Return the keyring of the system, None if it has none that keeps passwords safe."""
    import keyring  # noqa: PLC0415 - takes long to load

    backend = keyring.get_keyring()
    return backend if backend.priority >= USABLE_PRIORITY else None
