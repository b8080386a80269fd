"""Which of the named devices a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt._settings import closest
from homevolt.cli.devices.config import load
from homevolt.cli.errors import usage_error
from homevolt.cli.output import PROGRAM

if TYPE_CHECKING:
    from homevolt.cli.devices.config import Config, ConfiguredDevice
    from homevolt.cli.errors import ShellError
    from homevolt.cli.shared_options import Target

ADD = f"Add one with '{PROGRAM} device add NAME ADDRESS'."
NO_DEVICES = f"No device is configured. {ADD}"


def selected(target: Target) -> Target:
    """Return a target with its device: the one it names, or else the default.

    Args:
        target: What the command line says. One with an address, or of a simulated device, is
            returned as it is, and so is one without a name where no device is configured.

    Raises:
        ShellError: There is no such device, several of which none is the default, or the file of
            devices cannot be read.
    """
    if target.host is not None or target.simulate:
        return target
    config = load()
    if target.name is None and not config.devices:
        return target
    return with_device(target, find(config, target.name))


def every(target: Target) -> list[Target]:
    """Return a target for each configured device.

    Raises:
        ShellError: There are none, or the configuration file cannot be read.
    """
    config = load()
    if not config.devices:
        raise usage_error(NO_DEVICES)
    return [with_device(target, device) for device in config.devices.values()]


def find(config: Config, name: str | None) -> ConfiguredDevice:
    """Return a device by its name, or the default.

    Args:
        config: The configured devices.
        name: The name, None for the default.

    Raises:
        ShellError: There is no such device, or several of which none is the default.
    """
    wanted = config.default if name is None else name
    if wanted is not None and wanted in config.devices:
        return config.devices[wanted]
    if wanted is not None or not config.devices:
        raise unknown_device(wanted, config)
    raise usage_error(
        f"Several devices are configured and none is the default: {', '.join(config.devices)}. "
        f"Name one, or choose the default with '{PROGRAM} device default NAME'."
    )


def unknown_device(name: str | None, config: Config) -> ShellError:
    """Return the error of a device that is not configured, with the names that are close."""
    if not config.devices:
        return usage_error(NO_DEVICES if name is None else f"No device {name!r}. {NO_DEVICES}")
    hint = closest(name or "", config.devices) or f" Configured: {', '.join(config.devices)}."
    return usage_error(f"No device {name!r}.{hint}")


def with_device(target: Target, device: ConfiguredDevice) -> Target:
    """Return a target with a device; what the command line says beats the file."""
    return target._replace(
        name=device.name,
        host=device.host,
        timeout_s=target.timeout_s or device.timeout_s,
        fingerprint=target.fingerprint or device.fingerprint,
        device=device,
    )
