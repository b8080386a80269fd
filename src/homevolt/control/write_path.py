"""The one write path: send once, parse the reply, read back.

What may happen to a write, and what the caller learns:

* It never left this machine, or the device refused the password: that error, as it is.
* The device refused it in its own words: `HomevoltCommandRejectedError` with these words.
* The device confirmed it and the read-back shows it: success.
* The device confirmed it and the read-back shows something else:
  `HomevoltCommandVerificationError`.
* Anything else came as an answer, or none: the read-back decides. If it shows the write, that is a
  success; if not, `HomevoltCommandOutcomeUnknownError`, since the device may still carry it out.
* The read-back fails, or it shows a write that may not last, since the device had no room to store
  it or local mode went off meanwhile: `HomevoltCommandOutcomeUnknownError`.

What a device made of an entry or a plan, if it is not what was written, is undone by
`homevolt.control.rollback`.

A write is never sent again. From the moment it may have been sent until it has been read back, and
undone if need be, it cannot be cancelled: a cancelled caller gets its `CancelledError` after that.
As long as nothing was sent it is cancelled at once.
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
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
    HomevoltLocalModeError,
)
from homevolt.protocol.console import parse_reply
from homevolt.protocol.parameter import typed_parameter
from homevolt.protocol.report_resources import PARAMS
from homevolt.protocol.resources import SCHEDULE
from homevolt.protocol.schedule_document import PartialEntry, unknown_keys
from homevolt.schedule.comparing import without_repeats
from homevolt.schedule.entry import Schedule, typed_schedule, unreadable_key
from homevolt.schedule.rendering import without_fractions

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from homevolt._common import Clock
    from homevolt.protocol.schedule_document import ScheduleData
    from homevolt.protocol.store import Record, ResourceStore
    from homevolt.transport.client import Transport

_LOGGER = logging.getLogger(__name__)

CONSOLE_PATH = "/console.json"
PARAMS_PATH = "/params.json"
LOCAL_MODE_KEY = "settings_local"
_FLASH_IS_FULL = HTTPStatus.INSUFFICIENT_STORAGE
_LONGEST_QUOTE = 200

T = TypeVar("T")


class WritePath:
    """What every write to one device goes through.

    Args:
        transport: The requests to the device.
        store: What was read of the device last; whatever is read on the way goes through it.
        clock: The time to go by while waiting.
        now: Returns the current time by the device's clock.

    Attributes:
        store: As given.
        clock: As given.
        now: As given.
    """

    def __init__(
        self,
        transport: Transport,
        store: ResourceStore,
        clock: Clock,
        now: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self.store = store
        self.clock = clock
        self.now = now
        self._lock = LoopLock()
        self._has_sent = False
        self._is_cancelled: Callable[[], bool] = lambda: False

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Hold the device for one write, from its first check until it has been read back.

        Raises:
            HomevoltConnectionError: On entry: the connection was closed before its turn came.
        """
        return self._transport.operation(self._lock.get())

    async def plan(self) -> Schedule:
        """Read `/schedule.json` and return the complete plan."""
        return whole_schedule((await self.store.read(SCHEDULE)).value)

    async def require_local_mode(self) -> Record[ScheduleData]:
        """Read the schedule and make sure that local mode is on.

        Returns:
            The schedule as it was read.

        Raises:
            HomevoltLocalModeError: It is off, or the device does not report that it is on.
        """
        record = await self.store.read(SCHEDULE)
        is_on = await self.local_mode(record.value.local_mode)
        if is_on:
            return record
        state = "is off" if is_on is False else "is not reported by the device"
        raise HomevoltLocalModeError(
            f"Local mode {state}, so the cloud may replace the schedule at any time; "
            "call enable_local_mode() first. Nothing was sent."
        )

    async def refresh_schedule(self) -> None:
        """Read the schedule after a write that did not need it; a failure is only logged."""
        try:
            await self.store.read(SCHEDULE)
        except HomevoltError as error:
            _LOGGER.warning("The schedule was not read after the write: %s", error)

    async def local_mode(self, reported: bool | None) -> bool | None:  # noqa: FBT001 - what was read
        """Return local mode, from its parameter on firmware that reports it nowhere else.

        Args:
            reported: Local mode by `/schedule.json`, None if it does not say.
        """
        return await self.local_mode_parameter() if reported is None else reported

    async def local_mode_parameter(self) -> bool | None:
        """Read local mode from its parameter; None if the device has none or it is unreadable."""
        for item in (await self.store.read(PARAMS)).value:
            if item.name == LOCAL_MODE_KEY and (parameter := typed_parameter(item)):
                return bool(parameter.value) if parameter.value in (0, 1) else None
        return None

    async def command(self, line: str, what: object) -> HomevoltError | None:
        """Send a console command once.

        Args:
            line: The command line.
            what: What to call it in messages; written out only if one is needed.

        Returns:
            None if the device confirmed it, or what makes its outcome uncertain.

        Raises:
            HomevoltCommandRejectedError: The device refused it.
            HomevoltConnectionError: It was not sent.
            HomevoltAuthenticationError: The device refused the password.
        """
        body, uncertain_cause = await self.post(CONSOLE_PATH, {"cmd": line})
        if uncertain_cause is not None:
            return uncertain_cause
        reply = parse_reply(body)
        if reply.succeeded is None:
            return unclear_answer(what, reply.text)
        if not reply.succeeded:
            code = "" if reply.error_code is None else f" (error code {reply.error_code:#x})"
            raise HomevoltCommandRejectedError(
                f"The device refused {what}: {shortened(reply.reason)}{code}.",
                reply=reply.reason,
            )
        return None

    async def post(self, path: str, form: dict[str, str]) -> tuple[bytes, HomevoltError | None]:
        """Send a form once; return the answer, or what makes its outcome uncertain.

        Raises:
            HomevoltConnectionError: It was not sent.
            HomevoltAuthenticationError: The device refused the password.
        """
        try:
            return await self._transport.post(path, form, before_send=self._before_send), None
        except HomevoltConnectionError as error:
            # An answer of any status means that the device has received the request.
            if not error.maybe_sent and error.status is None:
                raise
            return b"", error
        except HomevoltDataError as error:
            return b"", error

    async def read_back(
        self, what: object, uncertain_cause: HomevoltError | None
    ) -> tuple[Schedule, bool | None]:
        """Read the plan and local mode after a command.

        Args:
            what: What to call the command in messages.
            uncertain_cause: What makes its outcome uncertain, None if the device confirmed it.

        Raises:
            HomevoltCommandOutcomeUnknownError: It could not be read back.
        """
        try:
            plan = await self.plan()
            return plan, await self.local_mode(plan.local_mode)
        except HomevoltError as error:
            raise read_back_failed(what, uncertain_cause, error) from error

    async def shielded(
        self, work: Coroutine[Any, Any, T], on_cancel: Callable[[], None] = lambda: None
    ) -> T:
        """Run a write that cannot be interrupted once something was sent.

        Args:
            work: It sends, reads back and compares.
            on_cancel: Called at each cancellation, to let `work` end early in its own way.

        Returns:
            The result of `work`.

        Raises:
            CancelledError: The caller was cancelled; `work` has ended, or has sent nothing.
        """
        self._has_sent = False
        caller = asyncio.current_task()
        if caller is not None:
            earlier = caller.cancelling()  # it may write while it handles an earlier cancellation
            self._is_cancelled = lambda: caller.cancelling() > earlier
        task = asyncio.create_task(work)
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait((task,))
            except asyncio.CancelledError as error:
                cancelled = error
                on_cancel()
                if not self._has_sent:
                    task.cancel()
        if cancelled is None or task.cancelled():
            return task.result()
        if task.exception() is not None:
            _LOGGER.warning("A write whose caller was cancelled failed: %s", task.exception())
        raise cancelled

    def _before_send(self) -> None:
        """Stop the first command of a write whose caller was cancelled in this very moment."""
        if not self._has_sent and self._is_cancelled():
            raise asyncio.CancelledError
        self._has_sent = True


def whole_schedule(data: ScheduleData) -> Schedule:
    """Return the typed plan, complete; an entry that is listed twice under one id is there once.

    Raises:
        HomevoltDataError: The plan is missing, or the mode or the window of an entry cannot be
            read. Such a plan may be shown in part, but nothing can be compared with it.
    """
    if data.schedule is None:
        raise HomevoltDataError("/schedule.json holds no schedule.", path="$.schedule")
    for index, entry in enumerate(data.schedule):
        if key := unreadable_key(entry):
            raise _unreadable(index, key)
    plan = typed_schedule(data)
    return Schedule(plan.local_mode, plan.schedule_id, without_repeats(plan.entries))


def restorable_schedule(data: ScheduleData) -> Schedule:
    """Return the typed plan, complete and with every option.

    Raises:
        HomevoltDataError: Something of it cannot be read, so that it could not be written again.
    """
    for index, entry in enumerate(data.schedule or ()):
        for key in entry.lost if isinstance(entry, PartialEntry) else ():
            if key != "id":
                raise _unreadable(index, key)
    return whole_schedule(data)


def restorable_part(record: Record[ScheduleData]) -> tuple[Schedule, list[str]]:
    """Return the part of a plan that could be written again, and the names of the rest."""
    data, plan = record.value, typed_schedule(record.value)
    if data.schedule is None:
        return plan, ["all of it"]
    lost = unknown_keys(record.body)
    for index, entry in enumerate(data.schedule):
        if unreadable_key(entry):
            lost.append(f"entry {index}")
        elif isinstance(entry, PartialEntry):
            lost += [f"{key} of entry {index}" for key in entry.lost if key != "id"]
    entries = []
    for whole, names in map(without_fractions, plan.entries):
        entries.append(whole)
        lost += [f"the fractions of {' and '.join(names)} of ({whole})"] if names else []
    return Schedule(plan.local_mode, plan.schedule_id, tuple(entries)), lost


def _unreadable(index: int, key: str) -> HomevoltDataError:
    return HomevoltDataError(
        f"{key!r} of entry {index} of /schedule.json is missing or cannot be read.",
        path=f"$.schedule[{index}].{key}",
    )


def shortened(text: str) -> str:
    """Return a text of the device, cut to a length that fits a message."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."


def unclear_answer(what: object, reply: str) -> HomevoltDataError:
    """Return what makes a write uncertain whose answer neither confirms nor refuses it."""
    answer = f"not understood: {shortened(reply)!r}" if reply else "empty"
    return HomevoltDataError(f"the reply to {what} is {answer}")


def read_back_failed(
    what: object, uncertain_cause: HomevoltError | None, error: HomevoltError
) -> HomevoltCommandOutcomeUnknownError:
    """Return the error for a write that could not be read back."""
    state = (
        "was confirmed by the device"
        if uncertain_cause is None
        else f"was sent once ({uncertain_cause})"
    )
    return HomevoltCommandOutcomeUnknownError(f"{what} {state}, but reading back failed: {error}")


def check_kept(what: object, uncertain_cause: HomevoltError | None) -> None:
    """Make sure that the device could store a write that is in force.

    Raises:
        HomevoltCommandOutcomeUnknownError: The device answered that its flash is full.
    """
    cause = uncertain_cause
    if isinstance(cause, HomevoltConnectionError) and cause.status == _FLASH_IS_FULL:
        raise HomevoltCommandOutcomeUnknownError(
            f"{what} is in force, but the device answered 507: its flash is full, so the next "
            "restart may undo it."
        ) from uncertain_cause


def check_still_local(what: object, is_local: bool | None) -> None:  # noqa: FBT001 - what was read
    """Make sure that the cloud may not undo a write that is in force.

    Raises:
        HomevoltCommandOutcomeUnknownError: Local mode was switched off while it was written.
    """
    if is_local is False:
        raise HomevoltCommandOutcomeUnknownError(
            f"{what} is in force, but local mode was switched off meanwhile, so the cloud may "
            "replace it at any moment; call enable_local_mode() to keep it."
        )


def outcome_unknown(
    what: object, uncertain_cause: HomevoltError, error: HomevoltError
) -> HomevoltCommandOutcomeUnknownError:
    """Return the error for a write without an answer that the read-back does not show."""
    return HomevoltCommandOutcomeUnknownError(
        f"{what} was sent once and got no usable answer ({uncertain_cause}); reading back does not "
        f"show that it took effect ({error}). It was not sent again."
    )
