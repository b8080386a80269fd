"""`homevolt device add`: give a device a name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.devices import config
from homevolt.cli.errors import usage_error
from homevolt.cli.output import PASSWORD_VARIABLE, can_ask, print_json, print_text
from homevolt.cli.shared_options import Target, fingerprint_option, json_option, timeout_option

if TYPE_CHECKING:
    from homevolt.cli.devices.config import Config, ConfiguredDevice

EPILOG = "Example: homevolt device add house 192.168.1.100"


@click.command("add", epilog=EPILOG)
@click.argument("name")
@click.argument("host", metavar="ADDRESS")
@timeout_option
@fingerprint_option
@click.option("--replace", is_flag=True, help="Replace the device that has this name.")
@click.option("--no-test", is_flag=True, help="Do not read the device first.")
@click.option("--no-password", is_flag=True, help="Keep no password.")
@json_option
def command(
    *,
    name: str,
    host: str,
    timeout_s: float | None,
    fingerprint: str | None,
    replace: bool,
    no_test: bool,
    no_password: bool,
    as_json: bool,
) -> None:
    """Give a device a name; it is read once before it is kept.

    Its password is read from HOMEVOLT_PASSWORD or asked for, and kept in the system's keyring, or
    in the configuration file where there is none. The first device becomes the default.
    """
    if not config.is_name(name):
        raise usage_error(f"{name!r} cannot be a name: {config.NAME_RULE}.")
    configured = config.load()
    if name in configured.devices and not replace:
        from homevolt.cli.devices.store import name_in_use  # noqa: PLC0415 - tomlkit loads slowly

        raise name_in_use(name)
    target = Target(host, timeout_s, fingerprint)
    password = (
        _password_untested(target, no_password=no_password) if no_test else _password_tested(target)
    )
    device = config.ConfiguredDevice(name, host, timeout_s, fingerprint)
    previous = configured.devices.get(name)
    changed = _save(device, None if no_password else password, previous)
    _show(changed, name, as_json=as_json)


def _password_tested(target: Target) -> str | None:
    """Read a device; return the password that it wants, None if it wants none."""
    logins: list[session.Login] = []

    async def work(opened: session.Session) -> None:
        logins.append(opened.login)

    session.run(target, work)
    return logins[0].password


def _password_untested(target: Target, *, no_password: bool) -> str | None:
    """Return the password of the variable or what a person enters; the device is not read."""
    session.connection(target, None)  # refuses what is not an address or a fingerprint
    if (password := os.environ.get(PASSWORD_VARIABLE)) or no_password or not can_ask():
        return password or None
    return session.ask(target.host or "", " (empty for none)") or None


def _save(
    device: ConfiguredDevice, password: str | None, previous: ConfiguredDevice | None
) -> Config:
    """Keep a device and its password; without the device no password is kept."""
    from homevolt.cli.devices import passwords, store  # noqa: PLC0415 - both load slowly

    device = passwords.keep(device, password)
    try:
        changed = store.put_device(device, replace=previous is not None)
    except BaseException:
        passwords.forget(device)
        raise
    if previous is not None:
        passwords.forget(previous)
    return changed


def _show(changed: Config, name: str, *, as_json: bool) -> None:
    device = changed.devices[name]
    if as_json:
        print_json(config.device_document(device, changed))
        return
    default = " It is the default device." if changed.default == name else ""
    places = {
        "keyring": "in the keyring",
        "file": "in the configuration file",
        "password_file": "in another file",
        None: "none kept",
    }
    print_text(f"{name} is {device.host}; password: {places[device.password_place]}.{default}\n")
