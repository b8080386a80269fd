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

from homevolt.simulator.control_endpoint import ControlServer
from homevolt.simulator.web.auth import USER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager

    from homevolt.simulator.fleet import Fleet

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where the simulated devices can be reached.

    Attributes:
        devices: URL of each device over http.
        https_devices: URL of each over https, in the same order; empty without https.
        fingerprint: SHA-256 of the certificate they serve https with, in hex; None without https.
        user: Name of the user of all of them.
        password: Password of that user; None for devices without one.
        control: URL of the control endpoint, None without one.
    """

    devices: tuple[str, ...]
    https_devices: tuple[str, ...]
    fingerprint: str | None
    user: str
    password: str | None
    control: str | None


def greeting(ready: Ready) -> Iterator[str]:
    """Yield the lines for people; the first of each device begins `Simulated Homevolt at `."""
    for url, https_url in zip_longest(ready.devices, ready.https_devices):
        yield f"Simulated Homevolt at {url}"
        if https_url:
            yield f"  also at {https_url}"
    if ready.fingerprint:
        yield f"Self-signed certificate, SHA-256 {ready.fingerprint}"
    first = ready.devices[0]
    if ready.password:
        yield f"User {ready.user}, password {ready.password}"
        user = shlex.quote(f"{ready.user}:{ready.password}")
        yield f"Try: curl -u {user} {first}/ems.json"
    else:
        yield "No password is needed"
        yield f"Try: curl {first}/ems.json"
    if ready.control:
        yield f"Control endpoint at {ready.control} (faults, journal, reboot)"
    yield "Press Ctrl-C to end"


async def serve(
    fleet: Fleet,
    *,
    ready: Callable[[Ready], object],
    control_port: int | None = None,
    mdns: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until `stop` is set.

    Args:
        fleet: What to serve.
        ready: Called once, when every device serves.
        control_port: Port of the control endpoint on loopback, 0 for any free one, None for none.
        mdns: Whether to announce the devices by mDNS; needs the extra `discovery`.
        stop: Ends it when set, for callers that do not end it by a signal.

    Raises:
        ValueError: An option is out of its range, or needs a package that is not installed.
        OSError: A port cannot be bound.
    """
    stop = stop or asyncio.Event()
    with _stopped_by_signals(stop):
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(fleet)
            control = None
            if control_port is not None:
                control = ControlServer(fleet.devices, control_port)
                await stack.enter_async_context(control)
            if mdns:
                await stack.enter_async_context(_announced(fleet))
            ready(_ready(fleet, control))
            await stop.wait()


def _announced(fleet: Fleet) -> AbstractAsyncContextManager[None]:
    try:
        from homevolt.simulator.announce import announced  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ValueError(
            "announcing needs the extra discovery: pip install 'homevolt[discovery]'"
        ) from error
    return announced(fleet.devices)


def _ready(fleet: Fleet, control: ControlServer | None) -> Ready:
    return Ready(
        devices=tuple(device.url for device in fleet),
        https_devices=tuple(device.https_url for device in fleet if device.https_url),
        fingerprint=fleet[0].fingerprint,
        user=USER,
        password=fleet[0].password,
        control=None if control is None else control.url,
    )


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread can handle signals; on another, only `stop` ends it.
        yield
        return
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        _handle(loop, number, stop.set)
    try:
        yield
    finally:
        for number, handler in previous.items():
            if sys.platform != "win32":
                loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _handle(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, action: Callable[[], None]
) -> None:
    """Run `action` on a signal; one that comes right before the loop waits wakes it, too."""
    if sys.platform == "win32":  # its loops cannot, but wake up for every signal
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(action))
    else:
        loop.add_signal_handler(number, action)
