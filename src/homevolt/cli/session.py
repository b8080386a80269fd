"""The connection of a command to its device, which may be a simulated one."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import homevolt
from homevolt.cli import known
from homevolt.cli.devices.selection import ADD, selected
from homevolt.cli.errors import KEPT, Origin, ShellError, shell_error, usage_error
from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE, PROGRAM, can_ask, print_err
from homevolt.cli.shared_options import DEFAULT_TIMEOUT_S
from homevolt.cli.writing.asking import ask_secret
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltValueError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import aiohttp

    from homevolt.cli.render.sheets import Sheet
    from homevolt.cli.shared_options import Target

    Read = Callable[["Session"], Awaitable["Answer"]]
    Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]
    Work = Callable[["Session"], Coroutine[Any, Any, None]]

SIMULATED = (
    "No device is configured and none is named: this is a simulated Homevolt. Yours: "
    f"'{PROGRAM} device add NAME ADDRESS'."
)
NO_DEVICE = (
    f"No device is configured and none is named. {ADD} Or give its address with --host or in "
    f"{HOST_VARIABLE}, or try the command on a simulated one with --simulate."
)
PROMPT = "prompt"
SHA256_BYTES = 32
READ_FAILURES = (HomevoltConnectionError, HomevoltDataError)
"""What a command that does without readings goes on after."""


class Login(NamedTuple):
    """A password, and where it came from.

    Attributes:
        password: The password, None for none.
        source: A variable, `PROMPT`, `KEPT`, or None without one.
    """

    password: str | None = None
    source: str | None = None

    def __repr__(self) -> str:
        """Show where the password came from, and not the password."""
        return f"Login(source={self.source!r})"


class Session(NamedTuple):
    """A device that was read.

    Attributes:
        device: The device.
        origin: Where its errors come from.
        is_simulated: Whether it is the simulated one of this process.
        login: The password that it was read with.
        failure: Why it could not be read, of a command that does without its readings.
    """

    device: homevolt.Device
    origin: Origin
    is_simulated: bool = False
    login: Login = Login()
    failure: ShellError | None = None

    @property
    def url(self) -> str:
        """The address of the device."""
        return self.origin.url

    def shell_error(self, error: HomevoltError) -> ShellError:
        """Return an error of this device in the words of the shell."""
        return shell_error(error, self.origin)

    def note(self, kind: str, words: Iterable[object]) -> None:
        """Note words of the device for completion; those of a simulated one are forgotten."""
        if not self.is_simulated:
            known.note(self.url, kind, words)

    def note_entries(self) -> None:
        """Note the ids of the entries that were read last."""
        schedule = self.device.schedule
        if schedule is not None:
            ids = [entry.id for entry in schedule.entries if entry.id is not None]
            self.note(known.ENTRY_IDS, ids)


class Answer(NamedTuple):
    """What was read of a device.

    Attributes:
        document: What programs get, besides `url` and `simulated`.
        show: Shows it to people.
        sheet: Returns it as rows, to be shown beside those of other devices; None where the query
            has a `view_of_all`.
        nothing: What is wrong if nothing matches what was asked for, None if something is.
    """

    document: dict[str, Any]
    show: Callable[[], None]
    sheet: Callable[[], Sheet] | None = None
    nothing: str | None = None


class Reading(NamedTuple):
    """One of several devices that were read at once.

    Attributes:
        name: Its name.
        url: Its address.
        session: The device, None if it could not be read.
        error: Why it could not be read.
        login: The password that it was read with.
        answer: What else was read of it, None if it was not asked or could not be read.
        duration_s: How many seconds that took.
    """

    name: str
    url: str
    session: Session | None = None
    error: ShellError | None = None
    login: Login = Login()
    answer: Answer | None = None
    duration_s: float = 0.0


def chosen(target: Target, *, writes: bool) -> Target:
    """Return a target with its device, as `run` chooses it; without an address it is simulated.

    Args:
        target: As for `run`.
        writes: Likewise.

    Raises:
        ShellError: There is no such device, or a command that writes has none.
    """
    target = selected(target)
    if writes and target.host is None and not target.simulate:
        raise usage_error(NO_DEVICE)
    return target


def run(target: Target, work: Work, *, writes: bool = False, needs_readings: bool = True) -> None:
    """Read a device once, and give it to the work of a command, which is never run twice.

    If the device requires a password and none is set, the person at the terminal is asked for it.

    Args:
        target: Which device: by address or name, and without either the default device. Where none
            is configured, a command that only reads gets a simulated one, and says so on stderr.
        work: What the command does with the device.
        writes: Whether the work writes.
        needs_readings: Whether the work needs the readings; else a device that answers without
            them, or not at all, is given to it with its `failure`. A refused password is an error
            in any case.

    Raises:
        ShellError: The device cannot be reached, the work failed, or a command that writes has no
            device; nothing was sent then.
        HomevoltError: An option or the password entered cannot be used.
    """
    target = chosen(target, writes=writes)
    if target.host is None and not target.simulate:
        print_err(SIMULATED)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            session = _open(runner, stack, target, needs_readings=needs_readings)
            with _as_shell_errors(session.origin):
                runner.run(work(session))
                if session.failure is None:
                    session.note_entries()
        finally:
            runner.run(stack.aclose())


@contextmanager
def no_progress(_: int) -> Iterator[Callable[[], None]]:
    """Show nothing while several devices are read."""
    yield lambda: None


def run_several(
    targets: Sequence[Target],
    show: Callable[[Sequence[Reading]], None],
    read: Read | None = None,
    progress: Progress = no_progress,
) -> bool:
    """Read several configured devices once, all at the same time, and show them together.

    The person at the terminal is not asked for a password.

    Args:
        targets: The devices.
        show: Shows the devices, in the order of `targets`, while their connections are open.
        read: Reads what else is to be shown of a device, None for nothing; its error is that of
            the device.
        progress: Given the number of devices, a context whose function is called after each.

    Returns:
        Whether all of them could be read.
    """
    pairs = [(each, _known_login(each)) for each in targets]

    async def read_all() -> bool:
        async with AsyncExitStack() as stack:
            with progress(len(pairs)) as advance:
                tasks = [_reading(stack, each, login, read, advance) for each, login in pairs]
                readings = await asyncio.gather(*tasks)
            show(readings)
            return all(reading.error is None for reading in readings)

    with asyncio.Runner() as runner:
        return runner.run(read_all())


async def _reading(
    stack: AsyncExitStack,
    target: Target,
    login: Login,
    read: Read | None,
    advance: Callable[[], None],
) -> Reading:
    """Read one of several devices; an error is its result."""
    from homevolt.transport.address import base_url  # noqa: PLC0415 - the help does without

    start = time.monotonic()
    reading = Reading(target.name or "", base_url(target.host or ""), login=login)
    try:
        session = await _read(stack, target, login)
        session.note_entries()
        with _as_shell_errors(session.origin):
            answer = None if read is None else await read(session)
        reading = reading._replace(session=session, answer=answer)
    except ShellError as error:
        reading = reading._replace(error=error)
    except HomevoltError as error:
        reading = reading._replace(error=shell_error(error))
    finally:
        advance()
    return reading._replace(duration_s=round(time.monotonic() - start, 3))


def _known_login(target: Target) -> Login:
    """Return the password that is kept with a device, or else the one of the variable."""
    if target.device is not None and target.device.password_place is not None:
        from homevolt.cli.devices.passwords import kept_password  # noqa: PLC0415 - only with a name

        password = kept_password(target.device)
        if password is not None:
            return Login(password, KEPT)
    password = os.environ.get(PASSWORD_VARIABLE) or None
    return Login(password, None if password is None else PASSWORD_VARIABLE)


def _open(
    runner: asyncio.Runner, stack: AsyncExitStack, target: Target, *, needs_readings: bool
) -> Session:
    """Connect to a device and read it; the stack closes the connection."""
    if target.host is None:
        return runner.run(_open_simulated(stack, target))
    login = _known_login(target)
    try:
        return runner.run(_read(stack, target, login, needs_readings=needs_readings))
    except ShellError as error:
        is_refused = error.kind == HomevoltAuthenticationError.__name__
        if login.password is not None or not is_refused or not can_ask():
            raise
    # Outside of the event loop, which would keep a Ctrl-C from ending the question.
    password = ask(target.host)
    if not password:
        raise HomevoltAuthenticationError("No password was given.")
    login = Login(password, PROMPT)
    return runner.run(_read(stack, target, login, needs_readings=needs_readings))


async def _open_simulated(stack: AsyncExitStack, target: Target) -> Session:
    from homevolt.simulator import Simulator  # noqa: PLC0415 - a real device does without

    simulator = await stack.enter_async_context(Simulator(secrets.token_hex(4)))
    target = target._replace(host=simulator.host)
    session = await _read(stack, target, Login(simulator.password))
    return session._replace(is_simulated=True)


async def _read(
    stack: AsyncExitStack, target: Target, login: Login, *, needs_readings: bool = True
) -> Session:
    async with AsyncExitStack() as attempt:
        opened = await attempt.enter_async_context(connection(target, login.password))
        is_pinned = target.fingerprint is not None
        name = None if target.device is None else target.device.name
        origin = Origin(opened.base_url, login.source, is_pinned, name=name)
        failure = None
        try:
            with _as_shell_errors(origin):
                await opened.update_info()
        except ShellError as error:
            if needs_readings or not isinstance(error.__cause__, READ_FAILURES):
                raise
            failure = error
        stack.push_async_exit(attempt.pop_all())
        device = opened.get_device(allow_unread=failure is not None)
        origin = origin._replace(is_known=failure is None)
        return Session(device, origin, login=login, failure=failure)


@contextmanager
def _as_shell_errors(origin: Origin) -> Iterator[None]:
    """Turn errors of the library into those of the shell."""
    try:
        yield
    except HomevoltError as error:
        raise shell_error(error, origin) from error


def ask(host: str, hint: str = "") -> str:
    """Ask the person at the terminal for a password, without showing it.

    Args:
        host: Of which device.
        hint: What else to know about the answer.
    """
    return ask_secret(f"Password of {host}{hint}")


def connection(target: Target, password: str | None) -> homevolt.Homevolt:
    """Return the connection to a device, which is not opened.

    Args:
        target: The device, with its address.
        password: Its password, None for none.

    Raises:
        HomevoltValueError: The address or the fingerprint cannot be used.
    """
    host = target.host or ""
    if "@" in host:
        raise HomevoltValueError(
            "The address contains credentials. Give it without them, and the password in "
            f"{PASSWORD_VARIABLE}."
        )
    timeout_s = target.timeout_s or DEFAULT_TIMEOUT_S
    ssl = True if target.fingerprint is None else _fingerprint(target.fingerprint)
    return homevolt.Homevolt(host, password, timeout=timeout_s, ssl=ssl)


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
