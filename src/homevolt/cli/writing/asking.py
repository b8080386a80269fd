"""Questions to the person at the terminal before something is written."""

from __future__ import annotations

import asyncio
import getpass
import signal
import sys
import threading
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from homevolt.cli.errors import ShellError, usage_error
from homevolt.cli.output import PROGRAM, can_ask, print_err

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

YES = ("y", "yes")
LOCAL_MODE_ENDED = (
    f"Ended while local mode was switched; '{PROGRAM} local status' shows which state it is in."
)
"""What is said if Ctrl-C ends that."""
STILL_ENDING = "Still ending: what was sent is read back first, and undone if need be."
"""What is said if Ctrl-C comes again; each request that is waited for has a time limit."""


def confirm(question: str, *, yes: bool, must_ask: bool = False) -> bool:
    """Ask on a terminal whether to go on.

    Args:
        question: What is asked.
        yes: Whether the answer was given on the command line.
        must_ask: Whether a command without a terminal needs that answer.

    Returns:
        Whether a person was asked, which may have taken any time.

    Raises:
        ShellError: The answer is no, or there is no answer where one is needed.
    """
    if yes:
        return False
    if not can_ask():
        if must_ask:
            raise usage_error(f"{question} Confirm it with --yes.")
        return False
    if not ask(question):
        raise ShellError("Not confirmed; nothing was sent.", kind="NotConfirmed", code=1)
    return True


@contextmanager
def explain_interrupt(text: str) -> Iterator[None]:
    """Say what is not certain if Ctrl-C ends a write; a second Ctrl-C does not leave half of it.

    Args:
        text: What was under way, and how to see whether it was carried out.
    """
    with _first_ctrl_c_alone():
        try:
            yield
        except asyncio.CancelledError:
            print_err(text)
            raise


def ask(question: str) -> bool:
    """Ask the person at the terminal; anything but yes is no."""
    return typed_text(f"{question} [y/N] ").lower() in YES


def typed_text(question: str) -> str:
    """Ask the person at the terminal for a line, without the space around it."""
    with _ctrl_c_ends_it():
        sys.stderr.write(question)
        sys.stderr.flush()
        try:
            return typed_line().strip()
        except KeyboardInterrupt:
            print_err("")  # the question's line has not ended yet
            raise


def ask_secret(question: str) -> str:
    """Ask the person at the terminal for a text that is not shown."""
    with _ctrl_c_ends_it():
        try:
            return getpass.getpass(f"{question}: ")
        except UnicodeDecodeError as error:
            raise _not_text() from error
        except (KeyboardInterrupt, EOFError):
            print_err("")  # likewise
            raise


def typed_line() -> str:
    """Return a line of stdin, empty at its end.

    Raises:
        ShellError: It is not text in the encoding of stdin.
    """
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError as error:
        raise _not_text() from error


def _not_text() -> ShellError:
    return usage_error("What was typed is not text in the encoding of the terminal, or of stdin.")


@contextmanager
def _ctrl_c_ends_it() -> Iterator[None]:
    """Let Ctrl-C end the question: the event loop would wait for the answer first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def _first_ctrl_c_alone() -> Iterator[None]:
    """Let the first Ctrl-C cancel the work as ever, which undoes what it began, and no other."""
    cancel = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(cancel):
        yield
        return
    loop, received = asyncio.get_running_loop(), count(1)

    def handle(number: int, frame: FrameType | None) -> None:
        times = next(received)
        if times == 1:
            cancel(number, frame)
        elif times == 2:  # noqa: PLR2004 - said once, however often it comes
            loop.call_soon_threadsafe(print_err, STILL_ENDING)

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, cancel)
