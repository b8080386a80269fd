"""Keeping a status on the screen and up to date, as the keys of the person at it say."""

from __future__ import annotations

import asyncio
import signal
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rich.live import Live

from homevolt.cli.render.display import age_s_of, problems_of
from homevolt.cli.render.keys import pressed_keys
from homevolt.cli.render.overview import overview
from homevolt.cli.render.status_view import Outage, StatusView
from homevolt.cli.render.watch_view import MOST_SAMPLES, Sample, Watched
from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from homevolt.cli.render.terminal import Terminal
    from homevolt.cli.session import Session
    from homevolt.readings.snapshot import Snapshot, Update

TICK_S = 1.0
"""How often an age on the screen is renewed."""
INTERVALS_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""What + and - choose from."""
MAIN_FUSE = "ecu_main_fuse_size_a"


async def watch_on_screen(session: Session, interval_s: float, terminal: Terminal) -> None:
    """Read a device again and again and show it, until the key q or Ctrl-C.

    The terminal is as before afterwards, however this ends.

    Args:
        session: The device.
        interval_s: Seconds between two reads, to begin with.
        terminal: Where to show it.
    """
    watch = _Watch(session, interval_s)
    with (
        pressed_keys() as keys,
        Live(get_renderable=watch.view, console=terminal, screen=True, auto_refresh=False) as live,
        _redrawn_when_resized(live.refresh),
    ):
        watch.has_keys = keys is not None
        live.refresh()
        watch.main_fuse_a = await _main_fuse_a(session)
        await watch.run(keys or asyncio.Queue(), live.refresh)


class _Watch:
    """What is on the screen, and how it changes.

    Args:
        session: The device.
        interval_s: Seconds between two reads, to begin with.
    """

    def __init__(self, session: Session, interval_s: float) -> None:
        self.session = session
        self.interval_s = interval_s
        self.has_keys = False
        self.main_fuse_a: float | None = None
        self._is_paused = False
        self._is_ended = False
        self._last = session.device.snapshot
        self._outage: Outage | None = None
        self._samples: deque[Sample] = deque([_sample(self._last)], maxlen=MOST_SAMPLES)
        self._keys: dict[str, Callable[[], None]] = {
            "p": self._pause,
            "+": lambda: self._choose(1),
            "-": lambda: self._choose(-1),
            "q": self._end,
        }

    def view(self) -> StatusView:
        """Return what is to be shown now."""
        age_s = age_s_of(self._last)
        return StatusView(
            self._last,
            url=self.session.url,
            problems=problems_of(self.session),
            interval_s=self.interval_s,
            outage=self._outage and self._outage._replace(age_s=age_s),
            watched=Watched(
                has_keys=self.has_keys,
                paused_s=age_s if self._is_paused else None,
                main_fuse_a=self.main_fuse_a,
                samples=tuple(self._samples),
            ),
        )

    async def run(self, keys: asyncio.Queue[str], refresh: Callable[[], None]) -> None:
        """Read and show until a key ends it."""
        while not self._is_ended:
            if self._is_paused:
                await self._wait_for_key(keys, refresh)
            else:
                await self._read(keys, refresh)

    async def _read(self, keys: asyncio.Queue[str], refresh: Callable[[], None]) -> None:
        """Read and show until a key changes how."""
        updates = self.session.device.updates(self.interval_s)
        following = asyncio.ensure_future(anext(updates))
        key = asyncio.ensure_future(keys.get())
        try:
            while True:
                both = {following, key}
                await asyncio.wait(both, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
                if key.done():
                    if self._press(key.result()):
                        refresh()
                        return
                    key = asyncio.ensure_future(keys.get())
                elif following.done():
                    self._note(following.result())
                    following = asyncio.ensure_future(anext(updates))
                    refresh()
                elif self._outage is not None:
                    refresh()
        finally:
            await _cancelled(following, key)

    async def _wait_for_key(self, keys: asyncio.Queue[str], refresh: Callable[[], None]) -> None:
        """Wait for a key, while the readings grow older."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                self._press(await keys.get())
        refresh()

    def _press(self, key: str) -> bool:
        """Do what a key stands for; return whether that changes anything."""
        before = (self._is_paused, self._is_ended, self.interval_s)
        self._keys.get(key.lower(), lambda: None)()
        return before != (self._is_paused, self._is_ended, self.interval_s)

    def _note(self, update: Update) -> None:
        """Keep what a read brought."""
        self._last = update.snapshot or self._last
        self._outage = _outage(self.session, update)
        if update.error is None and update.snapshot is not None:
            self._samples.append(_sample(update.snapshot))

    def _pause(self) -> None:
        self._is_paused = not self._is_paused

    def _end(self) -> None:
        self._is_ended = True

    def _choose(self, step: int) -> None:
        """Choose the next longer or shorter interval, if there is one."""
        longer = step > 0
        others = [each for each in INTERVALS_S if each != self.interval_s]
        beyond = [each for each in others if (each > self.interval_s) == longer]
        if beyond:
            self.interval_s = min(beyond) if longer else max(beyond)


async def _cancelled(*futures: asyncio.Future[Any]) -> None:
    """Cancel what is not awaited any more, and wait for its end."""
    for future in futures:
        future.cancel()
    # A read that failed meanwhile was shown already, or fails again.
    await asyncio.gather(*futures, return_exceptions=True)


async def _main_fuse_a(session: Session) -> float | None:
    """Return the size of the main fuse in A, None if the device does not report."""
    try:
        value = await session.device.get_parameter(MAIN_FUSE)
    except HomevoltError:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if value > 0 else None


def _sample(snapshot: Snapshot) -> Sample:
    glance = overview(snapshot)
    return Sample(snapshot.ems_at, glance.battery.power_w, glance.grid.power_w)


def _outage(session: Session, update: Update) -> Outage | None:
    if update.error is None:
        return None
    return Outage(str(session.shell_error(update.error)), update.age_s or 0.0, not update.snapshot)


@contextmanager
def _redrawn_when_resized(refresh: Callable[[], None]) -> Iterator[None]:
    """Fit a view to its terminal at once, since the next read may be minutes away."""
    resized = getattr(signal, "SIGWINCH", None)
    if resized is None:  # Windows does not send it
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(resized, refresh)
    try:
        yield
    finally:
        loop.remove_signal_handler(resized)
