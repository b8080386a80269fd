"""Waiting until the power has followed what was written, or the readings say why it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from homevolt._common import SYSTEM_CLOCK
from homevolt.cli.errors import NOT_FOLLOWED, ShellError, usage_error
from homevolt.cli.output import print_text
from homevolt.cli.render.formatting import duration
from homevolt.cli.render.overview import overview
from homevolt.cli.writing.shortfall import Reason, can_follow, reason_of, state_text
from homevolt.exceptions import HomevoltAuthenticationError, HomevoltError
from homevolt.schedule.validation import check_mode

if TYPE_CHECKING:
    from homevolt._common import Clock
    from homevolt.cli.session import Session
    from homevolt.readings.snapshot import Snapshot
    from homevolt.schedule.entry import ScheduleEntry

INTERVAL_S = 2.0


class Result(NamedTuple):
    """How a wait ended.

    Attributes:
        reason: Why the power has not followed, None if it has.
        waited_s: How long it took.
        snapshot: What was read last.
    """

    reason: Reason | None
    waited_s: float
    snapshot: Snapshot

    @property
    def text(self) -> str:
        """The same in one sentence."""
        waited = duration(self.waited_s)
        if self.reason is None:
            return f"Followed after {waited}: {state_text(self.snapshot)}."
        return f"After {waited} the power has not followed: {self.reason.text}."


class Waiting(NamedTuple):
    """How long to wait.

    Attributes:
        limit_s: Seconds to wait at most; a request that is under way then is waited for.
        clock: The time to go by.
    """

    limit_s: float
    clock: Clock

    @property
    def announcement(self) -> str:
        """What is about to be done."""
        return f"Waiting until the power has followed, {duration(self.limit_s)} at most."

    async def run(self, session: Session, entry: ScheduleEntry) -> Result:
        """Read again and again until the power has followed, a reason is certain, or time is up.

        A reason counts as certain if two reads in a row give it.

        Args:
            session: The device.
            entry: The entry that was written.

        Raises:
            HomevoltAuthenticationError: The device refuses the password.
        """
        begun_s, last = self.clock.monotonic(), None
        while True:
            reason = await _look(session, entry)
            waited_s = self.clock.monotonic() - begun_s
            is_certain = reason is not None and reason.is_final and reason.kind == last
            if reason is None or is_certain or waited_s >= self.limit_s:
                return Result(reason, waited_s, session.device.snapshot)
            last = reason.kind
            await self.clock.sleep(min(INTERVAL_S, self.limit_s - waited_s))


def waiting_for(mode: object, limit_s: float) -> Waiting:
    """Return how to wait for the power of a mode.

    Args:
        mode: The mode as it was typed.
        limit_s: Seconds to wait at most.

    Raises:
        ShellError: The mode does not say which power it makes.
        HomevoltValueError: There is no such mode.
    """
    known = check_mode(mode)
    if not can_follow(known):
        raise usage_error(
            f"Mode {known.slug} follows the grid's frequency: there is no power to wait for. Leave "
            "--wait out. Nothing was sent."
        )
    return Waiting(limit_s, SYSTEM_CLOCK)


def wait_document(result: Result) -> dict[str, Any]:
    """Return how a wait ended, for programs."""
    glance = overview(result.snapshot)
    return {
        "followed": result.reason is None,
        "waited_s": round(result.waited_s, 1),
        "reason": None if result.reason is None else result.reason.kind,
        "text": result.text,
        "battery_power_w": glance.battery.power_w,
        "grid_power_w": glance.grid.power_w,
    }


def report(result: Result, *, as_json: bool) -> None:
    """Say how a wait ended, to a person; the exit code says it too.

    Raises:
        ShellError: The power has not followed.
        click.exceptions.Exit: Likewise, where the document has said so.
    """
    if result.reason is not None:
        if as_json:
            raise click.exceptions.Exit(NOT_FOLLOWED)
        raise ShellError(result.text, kind="NotFollowed", code=NOT_FOLLOWED)
    if not as_json:
        print_text(f"{result.text}\n")


async def _look(session: Session, entry: ScheduleEntry) -> Reason | None:
    """Read the device, and return why the power has not followed."""
    try:
        await session.device.update_info()
    except HomevoltAuthenticationError:
        raise
    except HomevoltError as error:
        text = str(session.shell_error(error)).removesuffix(".")
        return Reason("unreadable", f"the device cannot be read: {text}", is_final=False)
    return reason_of(entry, session.device.snapshot)
