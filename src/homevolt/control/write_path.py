"""The one write path: send once, parse the reply, read back, compare.

What may happen to a write, and what the caller learns:

* It never left this machine, or the device refused the password: that error, as it is.
* The device refused it: `HomevoltCommandRejectedError` with its own words.
* The device confirmed it and the read-back shows it: success.
* The device confirmed it and the read-back shows something else:
  `HomevoltCommandVerificationError`.
* No answer came, or none that is understood: the read-back decides. If it shows the write, that is
  a success; if not, `HomevoltCommandOutcomeUnknownError`, since the device may still be at it.
* The read-back fails, or it shows a write that may not last, since the device had no room to store
  it or local mode went off meanwhile: `HomevoltCommandOutcomeUnknownError`.

A write is never sent again. From the moment it may have been sent until it has been read back it
cannot be cancelled half-way: a cancelled caller gets its `CancelledError` after that, at the latest
when the transport's deadlines have passed. While it waits for its turn or checks, it is cancelled
at once and nothing is sent.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from homevolt._common import LoopLock
from homevolt.exceptions import (
    HomevoltCommandOutcomeUnknownError,
    HomevoltCommandRejectedError,
    HomevoltCommandVerificationError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltLocalModeError,
)
from homevolt.protocol.console import parse_reply
from homevolt.protocol.parameter import Parameter
from homevolt.protocol.resources import PARAMS, SCHEDULE
from homevolt.protocol.schedule_document import PartialEntry
from homevolt.schedule.entry import Schedule, typed_schedule, unreadable_key

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.protocol.store import Record, ResourceStore
    from homevolt.transport.client import Transport

_LOGGER = logging.getLogger(__name__)

CONSOLE_PATH = "/console.json"
PARAMS_PATH = "/params.json"
LOCAL_MODE_KEY = "settings_local"

T = TypeVar("T")


class WritePath:
    """What every write to one device goes through.

    Args:
        transport: The requests to the device.
        store: What was read of the device last; whatever is read on the way goes through it.
    """

    def __init__(self, transport: Transport, store: ResourceStore) -> None:
        self._transport = transport
        self.store = store
        self._lock = LoopLock()

    @property
    def turn(self) -> AbstractAsyncContextManager[None]:
        """Held by a write from its first check until it has been read back."""
        return self._transport.operation(self._lock.get())

    async def schedule(self) -> Schedule:
        """Read `/schedule.json` afresh and return the plan."""
        return whole_schedule((await self.store.read(SCHEDULE)).value)

    async def require_local_mode(self) -> Record[ScheduleData]:
        """Read the schedule afresh and make sure that local mode is on.

        Returns:
            The schedule as it was read.

        Raises:
            HomevoltLocalModeError: It is off, or the device does not say that it is on.
        """
        record = await self.store.read(SCHEDULE)
        on = await self.tells_local_mode(record.value)
        if on:
            return record
        state = "is off" if on is False else "is not reported by the device"
        raise HomevoltLocalModeError(
            f"Local mode {state}, so the cloud may replace the schedule at any time; "
            "call enable_local_mode() first. Nothing was sent."
        )

    async def refresh_schedule(self) -> None:
        """Read the schedule after a write that did not need it; what was written stands anyway."""
        try:
            await self.store.read(SCHEDULE)
        except HomevoltError as error:
            _LOGGER.warning("The schedule was not read after the write: %s", error)

    async def tells_local_mode(self, data: ScheduleData | Schedule) -> bool | None:
        """Return local mode, from its parameter for firmware that tells it nowhere else."""
        if data.local_mode is not None:
            return data.local_mode
        for item in (await self.store.read(PARAMS)).value:
            if item.name == LOCAL_MODE_KEY and (parameter := Parameter.from_wire(item)):
                return bool(parameter.value) if parameter.value in (0, 1) else None
        return None

    async def command(self, line: str, what: object) -> HomevoltError | None:
        """Send a console command once.

        Args:
            line: The command line.
            what: What to call it in messages; written out only if one is needed.

        Returns:
            None if the device confirmed it, or what leaves its outcome in doubt.

        Raises:
            HomevoltCommandRejectedError: The device refused it.
            HomevoltConnectionError: It was not sent.
            HomevoltAuthenticationError: The device refused the password.
        """
        body, doubt = await self.post(CONSOLE_PATH, {"cmd": line})
        if doubt is not None:
            return doubt
        reply = parse_reply(body)
        if reply.succeeded is None:
            return HomevoltDataError(f"the reply to {what} is not understood: {body[:100]!r}")
        if not reply.succeeded:
            code = "" if reply.error_code is None else f" (error code {reply.error_code:#x})"
            raise HomevoltCommandRejectedError(
                f"The device refused {what}: {reply.reason}{code}.", reply=reply.reason
            )
        return None

    async def post(self, path: str, form: dict[str, str]) -> tuple[bytes, HomevoltError | None]:
        """Send a form once; return the answer, or what leaves its outcome in doubt.

        Raises:
            HomevoltConnectionError: It was not sent.
            HomevoltAuthenticationError: The device refused the password.
        """
        try:
            return await self._transport.post(path, form), None
        except HomevoltConnectionError as error:
            if not error.maybe_sent:
                raise
            return b"", error
        except HomevoltDataError as error:
            return b"", error

    async def confirmed(
        self, what: object, doubt: HomevoltError | None, confirm: Callable[[Schedule], T]
    ) -> T:
        """Read the schedule back and let `confirm` compare it.

        Args:
            what: What to call the command in messages.
            doubt: What leaves its outcome in doubt, None if the device confirmed it.
            confirm: Returns the result, or raises `HomevoltCommandVerificationError`.

        Returns:
            What `confirm` returned.

        Raises:
            HomevoltCommandVerificationError: The device confirmed something else.
            HomevoltCommandOutcomeUnknownError: Reading back failed or did not settle it.
        """
        try:
            seen = await self.schedule()
            is_local = await self.tells_local_mode(seen)
        except HomevoltError as error:
            raise read_back_failed(what, doubt, error) from error
        try:
            result = confirm(seen)
        except HomevoltCommandVerificationError as error:
            if doubt is None:
                raise
            raise outcome_unknown(what, doubt, error) from doubt
        check_kept(what, doubt)
        check_still_local(what, is_local)
        return result

    async def write(self, line: str, confirm: Callable[[Schedule], T]) -> T:
        """Send a command once, and return what the schedule that was read back confirms."""

        async def send_and_confirm() -> T:
            return await self.confirmed(line, await self.command(line, line), confirm)

        return await shielded(send_and_confirm())


def whole_schedule(data: ScheduleData) -> Schedule:
    """Return the typed plan, every entry of it.

    Raises:
        HomevoltDataError: The plan is missing, or the mode or the window of an entry cannot be
            read. To show such a plan without it is one thing; to compare with it would be a lie.
    """
    if data.schedule is None:
        raise HomevoltDataError("/schedule.json tells no schedule.", path="$.schedule")
    for index, entry in enumerate(data.schedule):
        if key := unreadable_key(entry):
            raise _unreadable(index, key)
    return typed_schedule(data)


def restorable_schedule(data: ScheduleData) -> Schedule:
    """Return the typed plan, every entry of it with every option.

    Raises:
        HomevoltDataError: Something of it cannot be read, so that it could not be written again.
    """
    for index, entry in enumerate(data.schedule or ()):
        for key in entry.lost if isinstance(entry, PartialEntry) else ():
            if key != "id":
                raise _unreadable(index, key)
    return whole_schedule(data)


def _unreadable(index: int, key: str) -> HomevoltDataError:
    return HomevoltDataError(
        f"{key!r} of entry {index} of /schedule.json is missing or cannot be read.",
        path=f"$.schedule[{index}].{key}",
    )


def read_back_failed(
    what: object, doubt: HomevoltError | None, error: HomevoltError
) -> HomevoltCommandOutcomeUnknownError:
    """Return the error for a write that could not be read back."""
    said = "was confirmed by the device" if doubt is None else f"was sent once ({doubt})"
    return HomevoltCommandOutcomeUnknownError(f"{what} {said}, but reading back failed: {error}")


def check_kept(what: object, doubt: HomevoltError | None) -> None:
    """Make sure that a write that is in force is not one that the device could not store.

    Raises:
        HomevoltCommandOutcomeUnknownError: The device answered that its flash is full.
    """
    status = doubt.status if isinstance(doubt, HomevoltConnectionError) else None
    if status == HTTPStatus.INSUFFICIENT_STORAGE:
        raise HomevoltCommandOutcomeUnknownError(
            f"{what} is in force, but the device answered 507: its flash is full, so the next "
            "restart may undo it."
        ) from doubt


def check_still_local(what: object, is_local: bool | None) -> None:  # noqa: FBT001 - what was read
    """Make sure that a write that is in force is not one that the cloud may undo at any moment.

    Raises:
        HomevoltCommandOutcomeUnknownError: Local mode was switched off while it was written.
    """
    if is_local is False:
        raise HomevoltCommandOutcomeUnknownError(
            f"{what} is in force, but local mode was switched off meanwhile, so the cloud may "
            "replace it at any moment; call enable_local_mode() to keep it."
        )


def outcome_unknown(
    what: object, doubt: HomevoltError, error: HomevoltError
) -> HomevoltCommandOutcomeUnknownError:
    """Return the error for a write without an answer that the read-back does not show."""
    return HomevoltCommandOutcomeUnknownError(
        f"{what} was sent once and got no usable answer ({doubt}); reading back does not show that "
        f"it took effect ({error}). It was not sent again."
    )


async def shielded(work: Coroutine[Any, Any, T], on_cancel: Callable[[], None] = lambda: None) -> T:
    """Run `work` to its end, also when the caller is cancelled meanwhile.

    Only an event loop that is torn down with all its tasks cuts it off.

    Args:
        work: What must not be cut off half-way.
        on_cancel: Called at each cancellation, to let `work` end early in its own way.

    Returns:
        The result of `work`.

    Raises:
        CancelledError: The caller was cancelled; `work` has ended nevertheless.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
            on_cancel()
    if cancelled is None or task.cancelled():
        return task.result()
    if task.exception() is not None:
        _LOGGER.warning("A write whose caller was cancelled failed: %s", task.exception())
    raise cancelled
