"""A window that a bridge wrote over the plan of a device, and the plan that goes on without it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from homevolt.control.overlay import overlay_plan
from homevolt.exceptions import HomevoltDataError, HomevoltValueError
from homevolt.schedule.comparing import without_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from homevolt.device import Device
    from homevolt.schedule.entry import ScheduleEntry

Entries = tuple["ScheduleEntry", ...]

KEPT_SHARE = 0.1
"""An extension by less than this share of the duration is not worth a write to the flash."""


class _Written(NamedTuple):
    """What was written.

    Attributes:
        window: The window.
        previous: The plan that it was written over.
        plan: The plan that came of it.
        label: What its caller calls it.
    """

    window: ScheduleEntry
    previous: Entries
    plan: Entries
    label: str


class Override:
    """The windows of one device, which all bridges of this process share; see `override_of`."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._written: list[_Written] = []

    async def start(
        self,
        device: Device,
        wanted: ScheduleEntry,
        duration_s: float,
        *,
        otherwise: ScheduleEntry | None = None,
        label: str = "",
    ) -> ScheduleEntry:
        """Write a window that begins now, or extend the one that stands if it does the same.

        Args:
            device: The device, held for a command.
            wanted: What to do; its window is disregarded.
            duration_s: When the window ends, in seconds from now.
            otherwise: What to do after it if the plan has nothing, now or later.
            label: What the caller calls it, for `label`.

        Returns:
            The window that stands.

        Raises:
            HomevoltError: As `Device.replace_schedule`.
        """
        async with self._lock:
            now, actual = await _read(device)
            last = self._standing(actual, now)
            previous = actual if last is None else last.previous
            end = now + timedelta(seconds=round(duration_s))
            start = now
            if last is not None and last.window.holds(now) and _does(last.window) == _does(wanted):
                extended_s = (end - _end(last.window)).total_seconds()
                if 0 <= extended_s < duration_s * KEPT_SHARE and last.label == label:
                    return last.window
                start = last.window.from_time or now
            window = msgspec.structs.replace(wanted, id=None, from_time=start, to_time=end)
            below = _with_fallback(previous, otherwise, now)
            plan = overlay_plan(below, [window], now)
            await self._replace(device, _Written(window, below, plan, label), last)
            return window

    async def end(self, device: Device, *, otherwise: ScheduleEntry | None = None) -> None:
        """Put back the plan that goes on without the window; nothing is sent if it stands.

        Args:
            device: The device, held for a command.
            otherwise: What to do if that plan has nothing, now or later.

        Raises:
            HomevoltValueError: No window of this bridge stands, and nothing is to be done then.
            HomevoltError: As `Device.replace_schedule`.
        """
        async with self._lock:
            now, actual = await _read(device)
            last = self._standing(actual, now)
            if last is None and otherwise is None:
                raise HomevoltValueError(
                    "nothing that this bridge started stands in the plan, so there is nothing to "
                    "end; nothing was sent"
                )
            previous = actual if last is None else last.previous
            plan = overlay_plan(_with_fallback(previous, otherwise, now), [], now)
            if not _same(plan, actual, now):
                await device.replace_schedule(plan)
            self._written.clear()

    def active(self, entries: Entries, now: datetime) -> tuple[ScheduleEntry, str] | None:
        """Return the window of a bridge that holds now, and its label; None without one."""
        last = self._standing(entries, now)
        return (last.window, last.label) if last is not None and last.window.holds(now) else None

    async def _replace(self, device: Device, new: _Written, last: _Written | None) -> None:
        # If the outcome stays unknown either plan may stand; the next read shows which one.
        self._written = [new] if last is None else [new, last]
        schedule = await device.replace_schedule(new.plan)
        self._written = [new._replace(plan=schedule.entries)]

    def _standing(self, actual: Entries, now: datetime) -> _Written | None:
        """Return what was written and stands unchanged, or None if somebody else wrote since."""
        return next((w for w in self._written if _same(w.plan, actual, now)), None)


_OVERRIDES: WeakKeyDictionary[Device, Override] = WeakKeyDictionary()


def override_of(device: Device) -> Override:
    """Return the windows of a device; the same object for every bridge of this process."""
    return _OVERRIDES.setdefault(device, Override())


async def _read(device: Device) -> tuple[datetime, Entries]:
    """Return the present by the device's clock in whole seconds, and the plan that stands."""
    await device.fetch_schedule_data()
    schedule = device.schedule
    if schedule is None:
        raise HomevoltDataError("The plan on the device cannot be read; nothing was sent.")
    return device.now().replace(microsecond=0), schedule.entries


def _with_fallback(
    entries: Entries, otherwise: ScheduleEntry | None, now: datetime
) -> tuple[ScheduleEntry, ...]:
    """Return a plan, with an entry from now on if it has nothing, now or later."""
    if otherwise is None or any(_lasts(entry, now) for entry in entries):
        return entries
    return (msgspec.structs.replace(otherwise, from_time=now, to_time=None),)


def _same(one: Iterable[ScheduleEntry], other: Iterable[ScheduleEntry], now: datetime) -> bool:
    """Tell whether two plans do the same from now on."""
    first, second = (
        sorted(repr(without_id(e)) for e in plan if _lasts(e, now)) for plan in (one, other)
    )
    return first == second


def _lasts(entry: ScheduleEntry, now: datetime) -> bool:
    return entry.to_time is None or entry.to_time > now


def _end(entry: ScheduleEntry) -> datetime:
    if entry.to_time is None:
        raise AssertionError(entry)  # a window always has an end
    return entry.to_time


def _does(entry: ScheduleEntry) -> tuple[int, dict[str, object]]:
    """Return what an entry does, its window aside."""
    return int(entry.mode), entry.options()
