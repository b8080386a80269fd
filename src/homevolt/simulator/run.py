"""Simulated devices in the foreground, as `homevolt simulate` runs them."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
import threading
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from homevolt.simulator.control import ControlServer
from homevolt.simulator.fleet import Fleet
from homevolt.simulator.web.auth import USER
from homevolt.simulator.world.clock import RealClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What to simulate.

    Attributes:
        host: Address to bind; others than this machine reach it only if it is not loopback.
        port: Port of the first device, 0 for any free one.
        password: Password of the user `admin`; None for the simulator's own, empty for none.
        seed: Seed of the first device.
        units: Units per installation.
        firmware: Name of a firmware profile.
        speed: Simulated seconds per second, 1 to 3600.
        fleet: How many devices, each on a port of its own.
        faults: Faults to begin with, as `Fault.parse` reads them.
        control_port: Port of the control endpoint on loopback, 0 for any free one, None for none.
        https: Whether to serve https too.
        mdns: Whether to announce the devices; needs the extra `discovery`.
        local_mode: Whether local control is on from the start.
    """

    host: str = "127.0.0.1"
    port: int = 0
    password: str | None = None
    seed: int = 1
    units: int = 1
    firmware: str = "new"
    speed: float = 1.0
    fleet: int = 1
    faults: tuple[str, ...] = ()
    control_port: int | None = None
    https: bool = False
    mdns: bool = False
    local_mode: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where the simulated devices are found.

    Attributes:
        devices: URL of each device over http.
        https_devices: URL of each over https, in the same order; empty when they serve no https.
        user: Name of the user of all of them.
        password: Password of that user; None when they ask for none.
        control: URL of the control endpoint, None when there is none.
    """

    devices: tuple[str, ...]
    https_devices: tuple[str, ...]
    user: str
    password: str | None
    control: str | None


def greeting(ready: Ready) -> Iterator[str]:
    """Yield the lines for people; the first of each device begins `Simulated Homevolt at `."""
    for url, https_url in zip_longest(ready.devices, ready.https_devices):
        yield f"Simulated Homevolt at {url}"
        if https_url:
            yield f"  also at {https_url} (self-signed certificate)"
    first = ready.devices[0]
    if ready.password:
        yield f"User {ready.user}, password {ready.password}"
        user = shlex.quote(f"{ready.user}:{ready.password}")
        yield f"Try: curl -u {user} {first}/ems.json"
    else:
        yield "No password"
        yield f"Try: curl {first}/ems.json"
    if ready.control:
        yield f"Control endpoint at {ready.control} (faults, journal, reboot)"
    yield "Press Ctrl-C to end"


def greet(ready: Ready) -> None:
    """Write the greeting; whoever waits for it at the other end of a pipe gets it at once."""
    sys.stdout.writelines(f"{line}\n" for line in greeting(ready))
    sys.stdout.flush()


async def serve(
    options: ServeOptions,
    *,
    ready: Callable[[Ready], object] = greet,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until `stop` is set.

    Args:
        options: What to simulate.
        ready: Is called once, when every device serves; greets people unless told otherwise.
        stop: Ends it from within, for callers that are no process of their own.

    Raises:
        ValueError: When an option makes no sense.
        OSError: When a port cannot be bound.
    """
    stop = stop or asyncio.Event()
    fleet = _fleet(options)
    with _ended_by_signals(stop):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(fleet)
            control = None
            if options.control_port is not None:
                control = ControlServer(fleet.devices, options.control_port)
                await stack.enter_async_context(control)
            if options.mdns:
                await stack.enter_async_context(_announced(fleet, options.host))
            ready(_ready(fleet, control))
            await stop.wait()


def _fleet(options: ServeOptions) -> Fleet:
    password = {} if options.password is None else {"password": options.password}
    return Fleet(
        options.fleet,
        seed=options.seed,
        port=options.port,
        clock=RealClock(options.speed),
        host=options.host,
        units=options.units,
        firmware=options.firmware,
        faults=options.faults,
        https=options.https,
        local_mode=options.local_mode,
        **password,
    )


def _announced(fleet: Fleet, host: str) -> AbstractAsyncContextManager[None]:
    try:
        from homevolt.simulator.announce import announced  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ValueError(
            "announcing needs the extra discovery: pip install 'homevolt[discovery]'"
        ) from error
    return announced(fleet.devices, host)


def _ready(fleet: Fleet, control: ControlServer | None) -> Ready:
    return Ready(
        devices=tuple(device.url for device in fleet),
        https_devices=tuple(device.https_url for device in fleet if device.https_url),
        user=USER,
        password=fleet[0].password,
        control=None if control is None else control.url,
    )


@contextmanager
def _ended_by_signals(stop: asyncio.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        # Signals belong to the main thread; here only `stop` ends it.
        yield
        return
    loop = asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in SIGNALS}

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in SIGNALS:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
