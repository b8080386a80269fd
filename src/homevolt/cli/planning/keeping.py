"""Keeping the plan on a device current until it is ended: `homevolt plan --every`."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from homevolt._common import SYSTEM_CLOCK
from homevolt.cli import render, signals
from homevolt.cli.errors import ShellError
from homevolt.cli.output import PROGRAM, print_json, print_text
from homevolt.cli.planning import plan_work, written_before
from homevolt.cli.writing import previous_plan
from homevolt.cli.writing.asking import confirm
from homevolt.cli.writing.plan_state import known_plan
from homevolt.cli.writing.plan_write import require_local_mode
from homevolt.exceptions import (
    HomevoltAuthenticationError,
    HomevoltCommandError,
    HomevoltCommandOutcomeUnknownError,
    HomevoltError,
    HomevoltPricesError,
    HomevoltPricesNotPublishedError,
    HomevoltRateLimitError,
)
from homevolt.planning.plan.rewrites import THRESHOLD, decide
from homevolt.schedule.comparing import pair_up

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import datetime, timedelta

    from homevolt._common import Clock
    from homevolt.cli.planning.plan_work import Planned
    from homevolt.cli.planning.settings import PlanSettings
    from homevolt.cli.session import Session
    from homevolt.cli.writing.window_options import Manner
    from homevolt.planning.plan.plan import Plan

T = TypeVar("T")

FIRST_RETRY_S = 30.0
"""After an outage the pause begins with this and doubles, up to that between two plans."""
_NAMES = {"device": "The device", "prices": "The source of prices", "write": "The write"}


class Event(NamedTuple):
    """What happened, in one line.

    Attributes:
        kind: `written`, `kept`, `failed`, `outage`, `back` or `ended`.
        at: When, by the clock of the device, in the zone of the tariff.
        text: What happened, in one sentence or two.
        planned: The plan that was made, None where there is none.
    """

    kind: str
    at: datetime
    text: str
    planned: Planned | None = None


async def keep(session: Session, settings: PlanSettings, every: timedelta, manner: Manner) -> None:
    """Show the first plan, ask once, and keep the plan current until SIGINT or SIGTERM.

    Args:
        session: The device, which was read.
        settings: What plans are made with.
        every: How long from one plan to the next.
        manner: Whether to ask, and whether to print JSON.

    Raises:
        ShellError: The person at the terminal said no, or nobody could be asked.
        HomevoltError: The first plan cannot be made, or the password is wrong.
    """
    planned = await plan_work.make(session, settings, to_write=True)
    if not manner.as_json:
        render.show_planned(planned, on_stderr=True)
    minutes = every.total_seconds() / 60
    question = (
        f"Write plans like this one, looked at again every {minutes:g} min until it is ended?"
    )
    if confirm(question, yes=manner.yes, must_ask=True):
        await session.device.fetch_schedule_data()  # the plan may be another one by now
    await require_local_mode(session, manner)
    async with previous_plan.keeping(session):
        pass  # what is written from here on is not to be restored by `restore`
    stopping = asyncio.Event()
    with signals.handled(dict.fromkeys(("SIGINT", "SIGTERM"), stopping.set)):
        tell = tell_in_json if manner.as_json else tell_in_a_line
        await Keeper(session, settings, every, tell).run(stopping)


def tell_in_a_line(event: Event) -> None:
    """Print an event for people."""
    print_text(f"{event.at:%a %H:%M} {event.text}\n")


def tell_in_json(event: Event) -> None:
    """Print an event for programs, one document a line."""
    plan = None if event.planned is None else plan_work.document(event.planned)
    at = event.at.astimezone(UTC).isoformat(timespec="seconds")
    print_json({"event": event.kind, "at": at, "text": event.text, "plan": plan}, indent=None)


class Keeper:
    """Plans again and again, and writes a plan where it is worth it.

    Args:
        session: The device, which was read.
        settings: What plans are made with.
        every: How long from one plan to the next.
        tell: Given each event.
        clock: The time to go by.
    """

    def __init__(
        self,
        session: Session,
        settings: PlanSettings,
        every: timedelta,
        tell: Callable[[Event], None],
        *,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._session = session
        self._settings = settings
        self._every_s = every.total_seconds()
        self._tell = tell
        self._clock = clock
        tariff = plan_work.tariff_of(settings)
        self._zone = tariff.zone
        self._prices = (
            None
            if settings.prices is not None
            else plan_work.price_source(settings, tariff.currency, clock)
        )
        self._plan: Plan | None = None
        self._rewrites = written_before.load(session)
        self._out_since: dict[str, float] = {}
        self._retries = 0
        self._is_writing = False
        self._stopping = asyncio.Event()
        self._is_unknown = False
        self._holds_plan = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Plan until it is stopped; a write that has begun is finished first.

        Args:
            stopping: Set to end it.

        Raises:
            HomevoltAuthenticationError: The password is wrong.
        """
        self._stopping = stopping
        while not stopping.is_set():
            is_well = await self._unless(stopping, self._round())
            self._retries = 0 if is_well else self._retries + 1
            pause_s = self._every_s
            if not is_well:
                pause_s = min(pause_s, FIRST_RETRY_S * 2.0 ** min(self._retries - 1, 20))
            await self._unless(stopping, self._clock.sleep(pause_s))
        self._say("ended", self._ending())

    async def _unless(self, stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something until it is stopped; a write goes on, and None is what was broken off."""
        task, stopped = asyncio.create_task(work), asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and not self._is_writing:
                task.cancel()
            await asyncio.wait((task,))
        finally:
            task.cancel()
            stopped.cancel()
        return None if task.cancelled() else task.result()

    async def _round(self) -> bool:
        """Read the device, plan, decide and write; return whether all of it went well."""
        part = "device"
        try:
            await self._session.device.update_info()
            self._holds_plan = stands = self._stands()
            self._is_back("device")
            part = "prices"
            planned = await plan_work.make(
                self._session,
                self._settings,
                prices=self._prices,
                clock=self._clock,
                to_write=True,
            )
        except HomevoltAuthenticationError as error:
            if not isinstance(error, HomevoltRateLimitError):
                raise
            self._is_out("device", error)
            return False
        except HomevoltError as error:
            is_price = isinstance(error, HomevoltPricesError)
            self._is_out(part if is_price or part == "device" else "plan", error)
            return False
        except ShellError as error:  # a file of its settings
            self._is_out("plan", HomevoltError(str(error)))
            return False
        self._is_back("plan")
        self._note_prices(planned)
        return await self._decide(planned, stands=stands)

    def _note_prices(self, planned: Planned) -> None:
        """Say when the source gives nothing of a day that is published."""
        down = [
            problem
            for problem in planned.problems
            if not isinstance(problem, HomevoltPricesNotPublishedError)
        ]
        if down:
            self._is_out("prices", down[0])
        else:
            self._is_back("prices")

    async def _decide(self, planned: Planned, *, stands: bool) -> bool:
        settings, plan = self._settings, planned.plan
        decision = decide(
            plan,
            self._plan,
            rewrites=self._rewrites,
            old_stands=stands,
            threshold=THRESHOLD if settings.threshold is None else settings.threshold,
        )
        if not decision.writes:
            self._rewrites = decision.rewrites
            self._say("kept", f"Kept the plan. {decision.reason}", planned)
            return True
        try:
            await self._session.device.fetch_schedule_data()
            await asyncio.sleep(0)  # the loop has read a signal that came while this was computed
            if self._stopping.is_set():
                return True
            await self._write(plan, decision.rewrites)
        except HomevoltError as error:
            self._is_out("write", error)
            return False
        self._plan = plan
        self._is_back("write")
        self._say("written", f"{decision.reason} {_described(planned, self._local(plan))}", planned)
        return True

    async def _write(self, plan: Plan, rewrites: tuple[datetime, ...]) -> None:
        """Write a plan; only what may have been sent counts as one that was written."""
        before, self._rewrites = self._rewrites, rewrites
        written_before.save(self._session, rewrites)
        self._is_writing = True
        try:
            await self._session.device.replace_schedule(plan.schedule, gradually=True)
        except HomevoltError as error:
            if not isinstance(error, HomevoltCommandError):  # nothing was sent
                self._rewrites = before
                written_before.save(self._session, before)
            elif isinstance(error, HomevoltCommandOutcomeUnknownError):
                self._is_unknown = True
            raise
        finally:
            self._is_writing = False
        self._is_unknown, self._holds_plan = False, True

    def _stands(self) -> bool:
        """Whether the device holds the plan that was written last, apart from what has ended."""
        if self._plan is None:
            return False
        now = self._session.device.now()
        ours = [each.entry for each in self._plan.entries if each.end > now]
        theirs = [
            each
            for each in known_plan(self._session).entries
            if each.to_time is None or each.to_time > now
        ]
        pairs = pair_up(ours, theirs)
        return not pairs.missing and not pairs.unexpected

    def _is_out(self, part: str, error: HomevoltError) -> None:
        """Say once that something does not work."""
        if part in self._out_since:
            return
        self._out_since[part] = self._clock.monotonic()
        name = _NAMES.get(part, "The plan")
        kind = "failed" if part in ("write", "plan") else "outage"
        says = self._session.shell_error(error) if part in ("device", "write") else error
        self._say(kind, f"{name} failed, and is tried again: {says}")

    def _is_back(self, part: str) -> None:
        """Say that something works again."""
        since = self._out_since.pop(part, None)
        if since is not None:
            minutes = (self._clock.monotonic() - since) / 60
            self._say(
                "back", f"{_NAMES.get(part, 'The plan')} works again after {minutes:.0f} min."
            )

    def _say(self, kind: str, text: str, planned: Planned | None = None) -> None:
        now = self._session.device.now().astimezone(self._zone)
        self._tell(Event(kind, now, " ".join(text.split()), planned))

    def _local(self, plan: Plan) -> datetime:
        return plan.entries[-1].end.astimezone(self._zone)

    def _ending(self) -> str:
        shows = f"'{PROGRAM} schedule show' shows"
        if self._is_unknown:
            return (
                f"Ended. Whether the last plan was written is not known: {shows} what the device "
                "holds."
            )
        if self._plan is None:
            return "Ended. Nothing was written."
        if not self._holds_plan:
            return f"Ended. The plan on the device is not the one that was written: {shows} it."
        return (
            f"Ended. The plan on the device ends by itself on {self._local(self._plan):%a %H:%M}."
        )


def _described(planned: Planned, end: datetime) -> str:
    plan, currency = planned.plan, planned.currency
    gain = plan.cost_of_self_consumption - plan.cost
    count = len(plan.entries)
    return (
        f"Wrote {count} {'entry' if count == 1 else 'entries'} until {end:%a %H:%M}, worth "
        f"{gain:.2f} {currency} more than self-consumption alone."
    )
