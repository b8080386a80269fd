"""The way from a command to its device: address, password, and the simulated one if need be.

This room loads the HTTP library, so `later` opens it when a command runs.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import sys
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import aiohttp

from homevolt.cli.output import print_err
from homevolt.cli.shared_options import PASSWORD_VARIABLE, Target
from homevolt.connection import Homevolt
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCertificateError,
    HomevoltDataError,
    HomevoltRateLimitError,
    HomevoltValueError,
)
from homevolt.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from homevolt.device import Device

SHA256_BYTES = 32


class Session(NamedTuple):
    """A device that was just read.

    Attributes:
        device: The device.
        url: Its address.
        simulated: Whether it is the simulated one of this process.
    """

    device: Device
    url: str
    simulated: bool = False


def run(target: Target, work: Callable[[Session], Awaitable[None]]) -> None:
    """Read the device once, and give it to a command's work.

    Args:
        target: Which device.
        work: What the command does with it.

    Raises:
        HomevoltError: Whatever went wrong, in words for people at a shell.
    """
    password = os.environ.get(PASSWORD_VARIABLE) or None
    try:
        asyncio.run(_run(target, password, work))
    except HomevoltAuthenticationError:
        if target.host is None or password is not None or not sys.stdin.isatty():
            raise
        # Outside of the event loop, which would keep a Ctrl-C from ending the question.
        asyncio.run(_run(target, _asked(target.host), work))


async def _run(
    target: Target, password: str | None, work: Callable[[Session], Awaitable[None]]
) -> None:
    async with AsyncExitStack() as stack:
        simulated = target.host is None
        if simulated:
            simulator = await stack.enter_async_context(Simulator(secrets.token_hex(4)))
            target, password = target._replace(host=simulator.host), simulator.password
        connection = await stack.enter_async_context(_connection(target, password))
        with _in_words_of_the_shell(connection.base_url, target, password):
            await connection.update_info()
        await work(Session(connection.get_device(), connection.base_url, simulated))


@contextmanager
def _in_words_of_the_shell(url: str, target: Target, password: str | None) -> Iterator[None]:
    """Say in options and variables what the library says in arguments."""
    try:
        yield
    except HomevoltRateLimitError:
        raise
    except HomevoltAuthenticationError as error:
        if password is None:
            raise HomevoltAuthenticationError(
                f"{url} wants a password. Put it into {PASSWORD_VARIABLE}."
            ) from error
        remedy = (
            f"Correct {PASSWORD_VARIABLE}, or unset it to be asked."
            if os.environ.get(PASSWORD_VARIABLE)
            else "Run the command again to be asked for another one."
        )
        raise HomevoltAuthenticationError(f"{url} refuses the password. {remedy}") from error
    except HomevoltDataError as error:
        raise HomevoltDataError(
            f"{url} does not answer as a Homevolt does: {error}", path=error.path
        ) from error
    except HomevoltCertificateError as error:
        raise HomevoltCertificateError(
            f"The certificate of {url} is not trusted. If it is the device's own, pin it with "
            "--fingerprint."
            if target.fingerprint is None
            else f"The certificate of {url} has another fingerprint than --fingerprint says."
        ) from error


def _asked(host: str) -> str:
    """Ask the person at the terminal for the password, without showing it."""
    try:
        password = getpass.getpass(f"Password of {host}: ")
    except KeyboardInterrupt:
        print_err("")  # the question's line has not ended yet
        raise
    if not password:
        raise HomevoltAuthenticationError("No password was given.")
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
