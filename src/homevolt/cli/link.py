"""The way from a command to its device: address, password, and the simulated one if need be.

This room loads the HTTP library, so `later` opens it when a command runs.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

import aiohttp

from homevolt.cli.options import PASSWORD_VARIABLE, Target
from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCertificateError,
    HomevoltRateLimitError,
    HomevoltValueError,
)
from homevolt.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.device import Device

SHA256_BYTES = 32


class Link(NamedTuple):
    """A device that was just read.

    Attributes:
        device: The device.
        url: Its address.
        simulated: Whether it is the simulated one of this process.
    """

    device: Device
    url: str
    simulated: bool = False


def run(target: Target, work: Callable[[Link], Awaitable[None]]) -> None:
    """Read the device once, and give it to a command's work.

    Args:
        target: Which device.
        work: What the command does with it.

    Raises:
        HomevoltError: Whatever went wrong, in words for people at a shell.
    """
    asyncio.run(_run(target, work))


async def _run(target: Target, work: Callable[[Link], Awaitable[None]]) -> None:
    async with AsyncExitStack() as stack:
        simulated = target.host is None
        password = os.environ.get(PASSWORD_VARIABLE) or None
        if simulated:
            simulator = await stack.enter_async_context(Simulator(secrets.token_hex(4)))
            target, password = target._replace(host=simulator.host), simulator.password
        connection = await _read(stack, target, password)
        await work(Link(connection.get_device(), connection.base_url, simulated))


async def _read(stack: AsyncExitStack, target: Target, password: str | None) -> Homevolt:
    """Read a device; ask for its password if it wants one and somebody is there to ask."""
    connection = await stack.enter_async_context(_connection(target, password))
    url = connection.base_url
    try:
        await connection.update_info()
    except HomevoltRateLimitError:
        raise
    except HomevoltAuthenticationError as error:
        if password is not None:
            raise HomevoltAuthenticationError(
                f"{url} refuses the password. Correct {PASSWORD_VARIABLE}, or unset it to be asked."
            ) from error
        if not sys.stdin.isatty():
            raise HomevoltAuthenticationError(
                f"{url} wants a password. Put it into {PASSWORD_VARIABLE}."
            ) from error
        return await _read(stack, target, _asked(url))
    except HomevoltCertificateError as error:
        raise HomevoltCertificateError(
            f"The certificate of {url} is not trusted. If it is the device's own, pin it with "
            "--fingerprint."
        ) from error
    return connection


def _asked(url: str) -> str:
    password = getpass.getpass(f"Password of {url}: ")
    if not password:
        raise HomevoltAuthenticationError(f"{url} wants a password, and none was given.")
    return password


def _connection(target: Target, password: str | None) -> Homevolt:
    host = target.host or ""
    if "@" in host:
        raise HomevoltValueError(
            f"The address holds credentials. Give it without, and the password in "
            f"{PASSWORD_VARIABLE}."
        )
    ssl = True if target.fingerprint is None else _fingerprint(target.fingerprint)
    return Homevolt(host, password, timeout=target.timeout, ssl=ssl)


def _fingerprint(text: str) -> aiohttp.Fingerprint:
    """Read a fingerprint as browsers and openssl print it, with or without colons."""
    try:
        digest = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        digest = b""
    if len(digest) != SHA256_BYTES:
        raise HomevoltValueError(
            f"{text!r} is no SHA-256 fingerprint: it has 64 hexadecimal digits."
        )
    return aiohttp.Fingerprint(digest)
