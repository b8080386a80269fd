"""Showing what was read of a device: once, or for as long as somebody looks."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.live import Live
from rich.text import Text

from homevolt.cli.output import print_err, print_json
from homevolt.cli.render.documents import sensors_document, status_document
from homevolt.cli.render.status_view import StatusView
from homevolt.cli.render.tables import SensorTable, StepTable, matching
from homevolt.cli.render.terminal import Terminal
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from homevolt.cli.session import Session

WATCH_LOGGER = "homevolt.device"


def show(session: Session, *, as_json: bool) -> None:
    """Show what was read of a device last."""
    if as_json:
        print_json(document(session))
    else:
        Terminal().show(picture(session))


def document(session: Session) -> dict[str, Any]:
    """Return what was read of a device last, for programs."""
    device = session.device
    return status_document(
        device.snapshot, url=session.url, simulated=session.is_simulated, problems=device.problems
    )


def picture(
    session: Session, trouble: str | None = None, *, interval_s: float | None = None
) -> StatusView:
    """Return what was read of a device last, for people.

    Args:
        session: The device.
        trouble: Why the picture is not up to date, or None if it is.
        interval_s: Seconds until it is read again, None if it is not.
    """
    remarks = [str(error) for error in session.device.problems.values()]
    if trouble is not None:
        remarks = [trouble, "Trying again."]
    return StatusView(
        session.device.snapshot, url=session.url, remarks=tuple(remarks), interval_s=interval_s
    )


def show_sensors(session: Session, words: Sequence[str], *, as_json: bool) -> None:
    """Show the readings that have all `words` in their name or part.

    Raises:
        HomevoltValueError: There is none.
    """
    rows = matching(session.device.sensors.values(), words)
    if not rows:
        raise HomevoltValueError(
            f"No reading has {' and '.join(map(repr, words))} in its name or part; without words "
            "all are shown."
        )
    if as_json:
        print_json(sensors_document(rows, url=session.url, simulated=session.is_simulated))
    else:
        Terminal().show(SensorTable(rows))


def advise(text: str, steps: Sequence[tuple[str, str]]) -> None:
    """Show a text, and below it commands with what each of them does."""
    terminal = Terminal()
    terminal.show(Text(text))
    terminal.show(StepTable(steps))


async def keep_showing(session: Session, interval: float, *, as_json: bool) -> None:
    """Read a device every `interval` seconds and show it, until interrupted.

    A terminal shows one picture that changes; a file or a pipe gets one after the other, and a
    program one document a line.
    """
    terminal = Terminal()
    if as_json:
        with Trouble(print_err):
            async for _ in session.device.watch(interval):
                print_json(document(session), indent=None)
    elif terminal.is_terminal:
        await _keep_drawing(session, interval, terminal)
    else:
        with Trouble(print_err):
            async for _ in session.device.watch(interval):
                terminal.show(picture(session))


async def _keep_drawing(session: Session, interval: float, terminal: Terminal) -> None:
    def drawn(trouble: str | None = None) -> StatusView:
        return picture(session, trouble, interval_s=interval)

    def redraw(trouble: str | None = None) -> None:
        live.update(drawn(trouble), refresh=True)

    with (
        Live(drawn(), console=terminal, screen=True, auto_refresh=False) as live,
        _redrawn_when_resized(live),
        Trouble(redraw),
    ):
        async for _ in session.device.watch(interval):
            redraw()


@contextmanager
def _redrawn_when_resized(live: Live) -> Iterator[None]:
    """Fit a picture to its terminal at once, since the next read may be minutes away."""
    resized = getattr(signal, "SIGWINCH", None)
    if resized is None:  # Windows does not tell
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(resized, live.refresh)
    try:
        yield
    finally:
        loop.remove_signal_handler(resized)


class Trouble(logging.Handler):
    """Passes on what a watch warns of; the watch itself goes on.

    Args:
        say: Takes each warning.
    """

    def __init__(self, say: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a warning on."""
        self._say(record.getMessage())

    def __enter__(self) -> None:
        logging.getLogger(WATCH_LOGGER).addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger(WATCH_LOGGER).removeHandler(self)
