"""Bridges, restarts, faults and others in any order: `normal` is not answered for what it left.

What others wrote is never lost.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homevolt import HomevoltError
from homevolt.bridges.battery.facade import battery_document, drive
from homevolt.bridges.battery.modes import Request
from homevolt.simulator import Entry
from homevolt.simulator.world.clock import WINTER_NOON
from tests.support.bridged import BridgedBattery, bridged_battery, restarted

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = int(WINTER_NOON)
DAY_S = 86_400
STARTED = {1, 2}
"""The modes of what bridges start here; nobody else uses them."""

STEPS = st.one_of(
    st.tuples(st.just("start"), st.sampled_from(["charge", "discharge"]), st.integers(0, 1)),
    st.tuples(st.just("both"), st.sampled_from(["charge", "discharge"]), st.just(0)),
    st.tuples(st.just("normal"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("restart"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.sampled_from(["60", "500"]), st.just(0)),
    st.tuples(st.just("lose"), st.just(""), st.just(0)),
    st.tuples(st.just("jump"), st.sampled_from(["-7200", "7200"]), st.just(0)),
    st.tuples(st.just("other"), st.sampled_from(["later", "now", "whole"]), st.just(0)),
    st.tuples(st.just("fault"), st.sampled_from(["before", "after"]), st.just(0)),
)


class Story:
    """Two bridges on one device, somebody else, and the plan of the latter."""

    def __init__(self, stack: AsyncExitStack, battery: BridgedBattery, folder: Path) -> None:
        self.stack, self.battery, self.folder = stack, battery, folder
        self.bridges = [battery, battery]
        self.count = 0

    async def step(self, kind: str, what: str, index: int) -> None:
        """Let one thing happen."""
        bridge, sim = self.bridges[index], self.battery.sim
        self.count += 1
        match kind:
            case "start":
                with suppress(HomevoltError):
                    await drive(bridge.feed, Request(what, 1000 + self.count, ttl=900))
            case "both":
                await asyncio.gather(
                    *(
                        drive(each.feed, Request(what, 1000 + self.count * 10 + number, ttl=900))
                        for number, each in enumerate(self.bridges)
                    ),
                    return_exceptions=True,
                )
            case "normal":
                await self.normal(bridge)
            case "restart":
                self.bridges[index] = await self.stack.enter_async_context(restarted(self.battery))
            case "wait":
                await self.battery.clock.sleep(int(what))
            case "lose":
                for note in self.folder.glob("*.json"):
                    note.unlink()
            case "jump":
                self.battery.clock.start += int(what)
            case "fault":
                sim.faults.add("reset", write=True, when=what, count=1)
            case _:
                self.other(what)
        await self.battery.read()

    def other(self, what: str) -> None:
        """Let somebody else change the plan."""
        sim = self.battery.sim
        now = NOW + int(self.battery.clock.elapsed)
        standing = list(sim.installation.plan.entries)
        mine = [e for e in standing if e.type in STARTED]
        plan = {
            "whole": [Entry(8, options={"max_discharge": 2000 + self.count})],
            "now": [Entry(8, None, now + DAY_S, options={"max_discharge": 2000 + self.count})],
            "later": [
                *mine,
                Entry(8, mine[-1].to_time if mine else None, now + DAY_S),
                Entry(7, now + DAY_S, None, options={"max_charge": 3000 + self.count}),
            ],
        }[what]
        sim.installation.plan.replace(plan, "Manual Schedule")

    async def normal(self, bridge: BridgedBattery) -> None:
        """Ask for normal: if that is answered as done, nothing that was started goes on."""
        before = self.entries_of_others()
        with suppress(HomevoltError):
            await drive(bridge.feed, Request("normal"))
            assert self.are_over()
            await bridge.read()
            assert battery_document(bridge.feed)["mode"] == "normal"
        assert before <= self.entries_of_others()

    def are_over(self) -> bool:
        """Tell whether nothing that was started goes on, or will."""
        now_s = NOW + self.battery.clock.elapsed
        return all(e.to_time <= now_s for e in self.battery.entries if e.type in STARTED)

    def entries_of_others(self) -> set[tuple[int, str]]:
        """Return what somebody else has in the plan, and that has not ended."""
        return {
            (e.type, str(sorted(e.options.items())))
            for e in self.battery.entries
            if e.type not in STARTED and (e.to_time is None or e.to_time > NOW + 2 * DAY_S)
        }


async def tell(steps: Sequence[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            battery = await stack.enter_async_context(bridged_battery(state_folder=folder))
            battery.sim.installation.plan.replace([Entry(8)], "Manual Schedule")
            story = Story(stack, battery, folder)
            for step in steps:
                await story.step(*step)
            battery.sim.faults.clear()
            last = await stack.enter_async_context(restarted(battery))
            await story.normal(last)
            await battery.clock.sleep(1000)  # and then it has ended by itself
            await last.read()
            await story.normal(last)
            assert story.are_over()


@pytest.mark.unmeasured
@settings(max_examples=25)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_normal_ends_what_was_started_or_says_that_it_did_not(
    steps: list[tuple[str, str, int]],
) -> None:
    asyncio.run(tell(steps))
