"""Signals that end what runs in the foreground, or have it load its configuration again."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@contextmanager
def handled(handlers: Mapping[str, Callable[[], object]]) -> Iterator[None]:
    """Call functions on signals, in the event loop, and afterwards leave signals as they were.

    Args:
        handlers: What is called, by the name of the signal; one that this system lacks is left out.
    """
    if threading.current_thread() is not threading.main_thread():  # only that one gets signals
        yield
        return
    loop = asyncio.get_running_loop()
    numbers = {name: getattr(signal, name) for name in handlers if hasattr(signal, name)}
    previous = {number: signal.getsignal(number) for number in numbers.values()}
    for name, number in numbers.items():
        _handle(loop, number, handlers[name])
    try:
        yield
    finally:
        for number, handler in previous.items():
            with suppress(NotImplementedError):  # on Windows
                loop.remove_signal_handler(number)
            if handler is not None:  # as that of a program in C that runs Python
                signal.signal(number, handler)


def _handle(
    loop: asyncio.AbstractEventLoop, number: signal.Signals, handler: Callable[[], object]
) -> None:
    try:
        loop.add_signal_handler(number, handler)
    except NotImplementedError:  # on Windows
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(handler))
