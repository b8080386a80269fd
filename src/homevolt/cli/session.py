"""The connection of a command to its device, which may be a simulated one."""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import sys
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import homevolt
from homevolt.cli.errors import Origin, ShellError, shell_error, usage_error
from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE, print_err
from homevolt.exceptions import HomevoltAuthenticationError, HomevoltError, HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    import aiohttp

    from homevolt.cli.shared_options import Target

    Work = Callable[["Session"], Coroutine[Any, Any, None]]

SIMULATED = f"No --host and no {HOST_VARIABLE} given: this is a simulated Homevolt."
NO_DEVICE = (
    f"No device is named. Give its address with --host or in {HOST_VARIABLE}, or try the command "
    "on a simulated one with --simulate."
)
PROMPT = "prompt"
SHA256_BYTES = 32


class Session(NamedTuple):
    """A device that was read.

    Attributes:
        device: The device.
        origin: Where its errors come from.
        is_simulated: Whether it is the simulated one of this process.
    """

    device: homevolt.Device
    origin: Origin
    is_simulated: bool = False

    @property
    def url(self) -> str:
        """The address of the device."""
        return self.origin.url

    def shell_error(self, error: HomevoltError) -> ShellError:
        """Return an error of this device in the words of the shell."""
        return shell_error(error, self.origin)


def run(target: Target, work: Work, *, writes: bool = False) -> None:
    """Read a device once, and give it to the work of a command, which is never run twice.

    If the device requires a password and none is set, the person at the terminal is asked for it.

    Args:
        target: Which device. Without an address a command that only reads gets a simulated one,
            and says so on stderr.
        work: What the command does with the device.
        writes: Whether the work writes.

    Raises:
        ShellError: The device cannot be reached, the work failed, or a command that writes has no
            device; nothing was sent then.
        HomevoltError: An option or the password entered cannot be used.
    """
    if target.host is None and not target.simulate:
        if writes:
            raise usage_error(NO_DEVICE)
        print_err(SIMULATED)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            session = _open(runner, stack, target)
            with _shell_words(session.origin):
                runner.run(work(session))
        finally:
            runner.run(stack.aclose())


def _open(runner: asyncio.Runner, stack: AsyncExitStack, target: Target) -> Session:
    """Connect to a device and read it; the stack closes the connection."""
    if target.host is None:
        return runner.run(_open_simulated(stack, target))
    password = os.environ.get(PASSWORD_VARIABLE) or None
    try:
        source = None if password is None else PASSWORD_VARIABLE
        return runner.run(_read(stack, target, password, source))
    except ShellError as error:
        is_refused = error.kind == HomevoltAuthenticationError.__name__
        if password is not None or not is_refused or not _can_ask():
            raise
    # Outside of the event loop, which would keep a Ctrl-C from ending the question.
    return runner.run(_read(stack, target, _ask(target.host), PROMPT))


async def _open_simulated(stack: AsyncExitStack, target: Target) -> Session:
    from homevolt.simulator import Simulator  # noqa: PLC0415 - a real device does without

    simulator = await stack.enter_async_context(Simulator(secrets.token_hex(4)))
    target = target._replace(host=simulator.host)
    session = await _read(stack, target, simulator.password, None)
    return session._replace(is_simulated=True)


async def _read(
    stack: AsyncExitStack, target: Target, password: str | None, password_from: str | None
) -> Session:
    async with AsyncExitStack() as attempt:
        connection = await attempt.enter_async_context(_connection(target, password))
        origin = Origin(connection.base_url, password_from, target.fingerprint is not None)
        with _shell_words(origin):
            await connection.update_info()
        stack.push_async_exit(attempt.pop_all())
        return Session(connection.get_device(), origin._replace(is_known=True))


@contextmanager
def _shell_words(origin: Origin) -> Iterator[None]:
    """Turn errors of the library into those of the shell."""
    try:
        yield
    except HomevoltError as error:
        raise shell_error(error, origin) from error


def _can_ask() -> bool:
    """Whether there is a terminal whose person can answer; a closed stdin is None."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def _ask(host: str) -> str:
    """Ask the person at the terminal for the password, without showing it."""
    try:
        password = getpass.getpass(f"Password of {host}: ")
    except (KeyboardInterrupt, EOFError):
        print_err("")  # the question's line has not ended yet
        raise
    if not password:
        raise HomevoltAuthenticationError("No password was given.")
    return password


def _connection(target: Target, password: str | None) -> homevolt.Homevolt:
    host = target.host or ""
    if "@" in host:
        raise HomevoltValueError(
            "The address contains credentials. Give it without them, and the password in "
            f"{PASSWORD_VARIABLE}."
        )
    ssl = True if target.fingerprint is None else _fingerprint(target.fingerprint)
    return homevolt.Homevolt(host, password, timeout=target.timeout_s, ssl=ssl)


def _fingerprint(text: str) -> aiohttp.Fingerprint:
    """Read a fingerprint as browsers and openssl print it, with or without colons."""
    import aiohttp  # noqa: PLC0415 - the help of a command does without

    try:
        digest = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        digest = b""
    if len(digest) != SHA256_BYTES:
        raise HomevoltValueError(
            f"{text!r} is not a SHA-256 fingerprint, which has 64 hexadecimal digits."
        )
    return aiohttp.Fingerprint(digest)
