"""A bridge for many simulated hours, while its broker and its devices go away at random."""

from __future__ import annotations

import asyncio
import gc
import heapq
import itertools
import random
import sys
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import aiohttp

from homevolt.bridges.service import Service
from homevolt.simulator import ManualClock, Simulator
from homevolt.simulator.world.clock import WINTER_NOON
from tests.bridges.support import device_config, metrics_config, running, until, url_of
from tests.support.bridged import observing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt.bridges.config import RunConfig
    from tests.support.mosquitto import Mosquitto

CALM_S = 1800.0
"""Longer than any pause after a failure, and than what a device takes to start."""
PAUSES_S = (30.0, 300.0)
AWAY_S = (30.0, 1800.0)
FAULTS = ("reset", "truncate", "status")
WRITE_FAULTS = (
    ("reset", "before"),
    ("reset", "after"),
    ("truncate", "after"),
    ("status", "before"),
)
FIRST_SETPOINT_W = 1000
FAULT_SHARE, BROKER_SHARE = 0.3, 0.2
"""Of how many commands a write fails, and during how many the broker goes away."""


class WorldClock:
    """A clock that goes on once every feed waits for it; the time of the devices goes with it.

    Args:
        sims: The devices.
    """

    def __init__(self, sims: list[Simulator]) -> None:
        self.elapsed = 0.0
        self._sims = sims
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()
        self._asleep: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()

    def now(self) -> float:
        """Return the time of day in epoch seconds."""
        return WINTER_NOON + self.elapsed

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved this far."""
        task, future = asyncio.current_task(), asyncio.get_running_loop().create_future()
        assert task is not None
        future.add_done_callback(lambda _: self._asleep.discard(task))
        heapq.heappush(self._sleepers, (self.elapsed + seconds, next(self._count), future))
        self._asleep.add(task)
        self._changed.set()
        await future

    async def pass_time(self, seconds: float) -> None:
        """Move the clock, from one who waits to the next."""
        end = self.elapsed + seconds
        while True:
            await self._feeds_asleep()
            if not self._sleepers or self._sleepers[0][0] > end:
                break
            due, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                self._move(max(due, self.elapsed))
                future.set_result(None)
                await asyncio.sleep(0)
        self._move(end)

    def _move(self, to_s: float) -> None:
        for sim in self._sims:
            sim.advance(to_s - self.elapsed)
        self.elapsed = to_s

    async def _feeds_asleep(self) -> None:
        """Wait until every feed sleeps, or a command does, which a feed may wait for."""
        while True:
            feeds = {task for task in asyncio.all_tasks() if is_feed(task)}
            if feeds <= self._asleep or any(is_command(task) for task in self._asleep):
                return
            self._changed.clear()
            await self._changed.wait()


def is_feed(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task reads a device."""
    return task.get_name().startswith("feed ")


def is_command(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task that sleeps is neither a feed nor the pause of an output."""
    return not is_feed(task) and "WorldClock.sleep" not in repr(task.get_coro())


class Held(NamedTuple):
    """What the process holds.

    Attributes:
        tasks: How many tasks of the bridge run, by what they do.
        other_tasks: How many others.
        descriptors: How many files and sockets are open.
        blocks: How many pieces of memory are allocated.
    """

    tasks: Counter[str]
    other_tasks: int
    descriptors: int
    blocks: int


def held() -> Held:
    """Return what the process holds now."""
    gc.collect()
    tasks: list[Any] = [task.get_coro() for task in asyncio.all_tasks()]
    names = [each.__qualname__ for each in tasks if "homevolt" in each.cr_code.co_filename]
    descriptors = len([*Path("/dev/fd").iterdir()])
    return Held(Counter(names), len(tasks) - len(names), descriptors, sys.getallocatedblocks())


@dataclass
class Sent:
    """A command that was sent.

    Attributes:
        number: Its number, which is its id too.
        sim: The device that it is for.
        begin: How many writes the device had seen before.
        answers: How it was answered, once for each time it was sent and answered.
        end: How many writes the device had seen when the next one was sent.
    """

    number: int
    sim: Simulator
    begin: int
    answers: list[str] = field(default_factory=list)
    end: int | None = None

    @property
    def setpoint_w(self) -> int:
        """What it asks for; no other command asks for the same."""
        return FIRST_SETPOINT_W + self.number

    def times_done(self) -> int:
        """Return how often the device was told to do it, until the next command came."""
        writes = [record.command or "" for record in self.sim.journal.writes]
        return sum(
            f"--setpoint {self.setpoint_w}" in line for line in writes[self.begin : self.end]
        )


class Endurance:
    """The bridge, its devices and its broker, and what happens to them.

    Args:
        broker: The broker, which runs.
        devices: How many devices.
        interval_s: Seconds from one read of a device to the next.
        seed: What the order of events is drawn from.

    Attributes:
        clock: The clock of all but the sockets.
        sims: The devices.
        events: How often each thing happened.
        outcomes: How many commands were answered like this and done so many times.
    """

    def __init__(self, broker: Mosquitto, *, devices: int, interval_s: float, seed: int) -> None:
        options = {"cloud": False, "local_mode": True}
        self.sims = [
            Simulator(seed=number + 1, clock=ManualClock(), **options)  # type: ignore[arg-type]  # by their names
            for number in range(devices)
        ]
        self.clock = WorldClock(self.sims)
        self.outcomes: Counter[tuple[str, int]] = Counter()
        self.events: Counter[str] = Counter()
        self._commands: dict[int, Sent] = {}
        self._numbers = itertools.count()
        self._broker, self._interval_s = broker, interval_s
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._stack = AsyncExitStack()
        self._observing = AsyncExitStack()
        self._away: dict[Simulator, float] = {}
        self._broker_away_until_s: float | None = None
        self._last: dict[Simulator, Sent] = {}

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for sim in self.sims:
                await stack.enter_async_context(sim)
            self.service = await stack.enter_async_context(running(self._service()))
            self.client = await stack.enter_async_context(aiohttp.ClientSession())
            stack.push_async_callback(self._stop_observing)
            await self._observe()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *details: object) -> None:
        await self.calm()
        await self._stack.aclose()

    def _service(self) -> Service:
        return Service(self._config(), clock=self.clock)

    def _config(self) -> RunConfig:
        devices = [
            device_config(f"house-{number}", sim, interval_s=self._interval_s)
            for number, sim in enumerate(self.sims)
        ]
        return metrics_config(*devices, mqtt=self._broker.config())

    async def hours(self, count: float) -> None:
        """Let time pass, and things happen."""
        end_s = self.clock.elapsed + count * 3600
        happenings: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self._device_goes, 3),
            (self._device_fails, 3),
            (self._device_restarts, 1),
            (self._broker_goes, 2),
            (self._home_assistant_restarts, 1),
            (self._scrape, 2),
            (self._command, 8),
        ]
        calls, weights = zip(*happenings, strict=True)
        while self.clock.elapsed < end_s:
            await self.clock.pass_time(self._random.uniform(*PAUSES_S))
            await self._bring_back()
            (call,) = self._random.choices(calls, weights)
            self.events[call.__name__.strip("_")] += 1
            await call()
        await self.calm()

    async def calm(self) -> None:
        """Bring everything back, send again what was not answered, and wait until all is quiet."""
        await self._bring_back(everything=True)
        for sim in self.sims:
            sim.faults.clear()
        await self.clock.pass_time(CALM_S)
        self._take_answers()
        for command in self._last.values():
            if not command.answers:
                await self._send(command)
                await self._answered(command)
        await self.clock.pass_time(2 * self._interval_s)
        await self._scrape()
        await until(self._is_calm)
        self._count_commands()

    def _count_commands(self) -> None:
        """Count how the commands ended, and forget them with what the devices noted of them."""
        for command in self._commands.values():
            self.outcomes[command.answers[0], command.times_done()] += 1
        self._commands.clear()
        self._last.clear()
        for sim in self.sims:
            sim.journal.clear()
            sim.device.history.clear()

    def _is_calm(self) -> bool:
        output = self.service.outputs["mqtt"]
        return output.is_up and all(feed.is_read for feed in self.service.feeds.values())

    async def _bring_back(self, *, everything: bool = False) -> None:
        for sim, until_s in [*self._away.items()]:
            if everything or until_s <= self.clock.elapsed:
                del self._away[sim]
                await sim.start()
        broker_s = self._broker_away_until_s
        if broker_s is not None and (everything or broker_s <= self.clock.elapsed):
            self._broker_away_until_s = None
            await self._broker.start()
            await self._observe()
            await until(lambda: self.service.outputs["mqtt"].is_up, self.clock, step_s=10)

    async def _device_goes(self) -> None:
        sim = self._random.choice(self.sims)
        if sim not in self._away:
            await sim.stop()
            self._away[sim] = self.clock.elapsed + self._random.uniform(*AWAY_S)

    async def _device_fails(self) -> None:
        sim = self._random.choice(self.sims)
        sim.faults.add(self._random.choice(FAULTS), count=self._random.randint(1, 9))

    async def _device_restarts(self) -> None:
        self._random.choice(self.sims).reboot(self._random.uniform(5, 120))

    async def _broker_goes(self) -> None:
        if self._broker_away_until_s is None:
            await self._stop_observing()
            await self._broker.stop()
            self._broker_away_until_s = self.clock.elapsed + self._random.uniform(*AWAY_S)

    async def _home_assistant_restarts(self) -> None:
        if self._broker_away_until_s is None:
            await self.observer.send("homeassistant/status", "online")

    async def _scrape(self) -> None:
        async with self.client.get(f"{url_of(self.service)}/metrics") as answer:
            assert answer.status == 200

    async def _command(self) -> None:
        """Send a command, and at times let something go away while it is done.

        One that was not answered yet is sent again first, as a client does that lost the broker.
        """
        if self._broker_away_until_s is not None:
            return
        sim = self._random.choice(self.sims)
        command = self._last.get(sim)
        if command is None or command.answers:
            writes = len(sim.journal.writes)
            if command is not None:
                command.end = writes
            command = self._last[sim] = Sent(next(self._numbers), sim, writes)
            self._commands[command.number] = command
            if self._random.random() < FAULT_SHARE:
                kind, when = self._random.choice(WRITE_FAULTS)
                sim.faults.add(kind, when=when, write=True, count=1)
        await self._send(command)
        if self._random.random() < BROKER_SHARE:
            await self._broker_goes()
        else:
            await self._answered(command)

    async def _send(self, command: Sent) -> None:
        device_id = next(
            feed.device_id
            for feed in self.service.feeds.values()
            if command.sim.host == feed.config.host
        )
        await self.observer.send(
            f"homevolt/{device_id}/set/mode",
            {
                "value": {"mode": "inverter_charge", "setpoint": command.setpoint_w},
                "id": str(command.number),
            },
        )

    async def _answered(self, command: Sent) -> None:
        def is_answered() -> bool:
            self._take_answers()
            return bool(command.answers)

        await until(is_answered, self.clock)

    def _take_answers(self) -> None:
        for message in self.observer.messages:
            if message.topic.endswith("/result/mode"):
                answer = message.json
                self._commands[int(answer["id"])].answers.append(answer["outcome"])
        self.observer.messages.clear()

    async def _observe(self) -> None:
        self.observer = await self._observing.enter_async_context(observing(self._broker))

    async def _stop_observing(self) -> None:
        self._take_answers()
        await self._observing.aclose()
