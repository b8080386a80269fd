"""`homevolt plan --every`: a plan that is kept current, and what is said about it."""

from __future__ import annotations

import asyncio
import math
import os
import pty
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

import homevolt
from homevolt.cli import signals
from homevolt.cli.errors import Origin
from homevolt.cli.planning.keeping import Event, Keeper
from homevolt.cli.planning.settings import PlanSettings
from homevolt.cli.planning.spot import URL_VARIABLE
from homevolt.cli.session import Session
from homevolt.planning.plan.rewrites import MOST_PER_DAY
from homevolt.simulator import Fault, Simulator
from homevolt.simulator.world.ems.plan import Entry
from tests.support.connected_device import connected_device
from tests.support.plans import NOON, hours
from tests.support.price_server import DAY, SOURCES, PriceServer, values_of
from tests.support.processes import AS_ON_WINDOWS, PROGRAM, line_of, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.cli.conftest import Shell
    from tests.support.connected_device import ConnectedDevice

EVERY = timedelta(minutes=15)


def spot_file(path: Path, start: datetime, hours: int = 36, base: float = 60.0) -> Path:
    """Write prices that swing."""
    first = start.replace(minute=0, second=0, microsecond=0)
    rows = [
        f"{first + timedelta(hours=hour):%Y-%m-%dT%H:%MZ},{base + 40 * math.sin(hour / 4):.2f}"
        for hour in range(hours)
    ]
    path.write_text("start_utc,eur_per_mwh\n" + "\n".join(rows) + "\n")
    return path


def windows(running: ConnectedDevice) -> list[tuple[int | None, int | None]]:
    return [(each.from_time, each.to_time) for each in running.sim.installation.plan.entries]


class Kept:
    """A keeper that is stopped after a number of rounds, and what it told."""

    def __init__(self, running: ConnectedDevice, settings: PlanSettings) -> None:
        self.running = running
        self.events: list[Event] = []
        self.stopping = asyncio.Event()
        self.rounds = 0
        self.before: dict[int, Callable[[], Any]] = {}
        self.last = 1
        session = Session(running.device, Origin("http://house"))
        self.settings = settings
        self.keeper = Keeper(session, settings, EVERY, self.events.append, clock=self)

    def now(self) -> float:
        return self.running.clock.now()

    def monotonic(self) -> float:
        return self.running.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Count the rounds; let the time of the device pass too."""
        self.rounds += 1
        await self.running.clock.sleep(seconds)
        self.before.get(self.rounds, lambda: None)()
        if self.rounds >= self.last:
            self.stopping.set()

    async def run(self, rounds: int) -> list[str]:
        """Run some rounds; return the kinds of what was told."""
        self.last = rounds
        await self.keeper.run(self.stopping)
        return [event.kind for event in self.events]


@asynccontextmanager
async def kept(path: Path, **settings: Any) -> AsyncIterator[Kept]:
    """Keep the plan of a simulated battery by prices of a file."""
    given: dict[str, Any] = {"eur_rate": 11.0, "load_w": 800.0} | settings
    if "price_source" not in given:
        given["prices"] = spot_file(path / "spot.csv", NOON)
    else:
        del given["eur_rate"]
    async with connected_device(linked=True) as running:
        yield Kept(running, PlanSettings(**given))


async def test_a_plan_is_written_once_and_then_kept_while_it_is_as_good(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        kinds = await keeping.run(5)
        adds = [line for line in keeping.running.writes if line.startswith("sched_add")]
        first, second, *_, last = keeping.events
        entries = keeping.running.sim.installation.plan.entries
        end = max(entry.to_time or 0 for entry in entries)
    assert kinds == ["written", "kept", "kept", "kept", "kept", "ended"]
    assert len(adds) == len(entries)
    assert "No plan of this program is on the device. Wrote " in first.text
    assert "SEK more than self-consumption alone." in first.text
    assert second.text == "Kept the plan. The plan on the device is as good."
    assert second.at - first.at == EVERY
    assert last.text.startswith("Ended. The plan on the device ends by itself on Sat ") or (
        "ends by itself on " in last.text
    )
    assert all(entry.to_time is not None for entry in entries)
    assert end <= (NOON + timedelta(hours=37)).timestamp()


async def test_a_plan_that_another_client_changed_is_written_again(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        keeping.before[1] = lambda: keeping.running.plan(Entry(0))
        kinds = await keeping.run(3)
        assert kinds == ["written", "written", "kept", "ended"]
        assert "is not the one that was written" in keeping.events[1].text


async def test_a_plan_that_is_worth_more_replaces_the_old_one(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        # The prices turn over: what was cheap is dear.
        keeping.before[1] = lambda: spot_file(
            tmp_path / "spot.csv", NOON - timedelta(hours=12), hours=48, base=300.0
        )
        kinds = await keeping.run(2)
        assert kinds == ["written", "written", "ended"]
        assert "The new plan is worth " in keeping.events[1].text


async def test_a_threshold_of_the_settings_keeps_the_old_plan(tmp_path: Path) -> None:
    async with kept(tmp_path, threshold=1000.0) as keeping:
        keeping.before[1] = lambda: spot_file(
            tmp_path / "spot.csv", NOON - timedelta(hours=12), hours=48, base=300.0
        )
        assert await keeping.run(2) == ["written", "kept", "ended"]


@pytest.mark.unmeasured
async def test_there_are_at_most_twelve_rewrites_a_day_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with kept(tmp_path) as keeping:
        for number in range(1, 20):
            keeping.before[number] = lambda: keeping.running.plan(Entry(0))
        kinds = await keeping.run(16)
        assert kinds.count("written") == MOST_PER_DAY
        assert "12 plans were written within a day" in keeping.events[-2].text
        again = Kept(keeping.running, keeping.settings)
        assert await again.run(1) == ["kept", "ended"]
        assert "12 plans were written within a day" in again.events[0].text


async def test_an_outage_of_the_device_is_one_line_when_it_goes_and_one_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with kept(tmp_path) as keeping:
        faults = keeping.running.sim.faults
        keeping.before[1] = lambda: faults.add("reset", path="/ems.json")
        keeping.before[5] = faults.clear
        kinds = await keeping.run(7)
        slept = [seconds for seconds in keeping.running.clock.slept if seconds >= 30]
    assert kinds == ["written", "outage", "back", "kept", "kept", "ended"]
    assert keeping.events[1].text.startswith("The device failed, and is tried again: ")
    assert keeping.events[2].text.startswith("The device works again after ")
    assert slept[:6] == [900.0, 30.0, 60.0, 120.0, 240.0, 900.0]


async def test_an_outage_of_the_prices_is_survived_with_those_that_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected_device(linked=True) as running, PriceServer(running.clock) as server:
        monkeypatch.setenv(URL_VARIABLE, server.base_urls["elprisetjustnu.se"])
        today = NOON.date()
        server.days[today] = values_of(today)
        keeping = Kept(running, PlanSettings(cache=tmp_path / "prices", load_w=800.0))

        def later(hours: float) -> None:
            running.clock.advance(3600 * hours)
            running.sim.advance(3600 * hours)

        def down() -> None:  # it is 13:15 there, and tomorrow is asked for
            for source in SOURCES:
                server.faults[source] = lambda: web.Response(status=400)

        def back() -> None:
            server.faults.clear()
            server.days[today + DAY] = values_of(today + DAY)
            later(2)

        keeping.before = {1: down, 4: back}
        kinds = await keeping.run(6)
    assert kinds[0] == "written"
    assert (kinds.count("outage"), kinds.count("back")) == (1, 1)
    assert kinds.index("outage") < kinds.index("kept") < kinds.index("back")
    assert "The source of prices failed, and is tried again: The prices of SE3 for 2026-01-16" in (
        next(event.text for event in keeping.events if event.kind == "outage")
    )
    plans = [event.planned.plan for event in keeping.events if event.planned is not None]
    assert sum(plans[-1].problem.hours) > 24 > sum(plans[0].problem.hours)


async def test_without_any_prices_it_goes_on_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected_device(linked=True) as running, PriceServer(running.clock) as server:
        monkeypatch.setenv(URL_VARIABLE, server.base_urls["elprisetjustnu.se"])
        keeping = Kept(running, PlanSettings(cache=tmp_path / "prices", load_w=800.0))

        def published() -> None:
            today = NOON.date()
            server.days[today] = values_of(today)
            running.clock.advance(7200)
            running.sim.advance(7200)

        keeping.before[4] = published
        kinds = await keeping.run(5)
        assert running.writes
    assert kinds == ["outage", "back", "written", "ended"]
    assert "The source of prices failed, and is tried again: The prices of SE3" in (
        keeping.events[0].text
    )


async def test_a_write_that_fails_is_said_and_tried_again(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        keeping.running.sim.faults.add(Fault("reset", command="sched_add*", when="before", count=1))
        kinds = await keeping.run(2)
    assert kinds == ["failed", "back", "written", "ended"]
    assert keeping.events[0].text.startswith("The write failed, and is tried again: ")


async def test_a_signal_that_comes_while_the_plan_is_computed_ends_it_before_the_write(
    tmp_path: Path,
) -> None:
    async with kept(tmp_path) as keeping:
        times = iter([lambda: signal.raise_signal(signal.SIGTERM)])
        now = keeping.now

        def now_with_signal() -> float:
            next(times, lambda: None)()
            return now()

        keeping.now = now_with_signal  # type: ignore[method-assign] # this clock brings the signal
        with signals.handled({"SIGTERM": keeping.stopping.set}):
            kinds = await keeping.run(1)
        assert keeping.running.writes == []
    assert kinds == ["ended"]
    assert keeping.events[0].text == "Ended. Nothing was written."


async def test_what_was_not_sent_is_not_counted_as_a_plan_that_was_written(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        device = keeping.running.device
        await device.disable_local_mode()
        later = MOST_PER_DAY + 2

        def switched_on() -> None:
            keeping.running.sim.device.set_parameter("settings_local", True, store=True)

        keeping.before[later] = switched_on
        kinds = await keeping.run(later + 1)
        assert kinds == ["failed", "back", "written", "ended"]


async def test_an_end_after_a_write_whose_outcome_is_unknown_says_so(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        faults = keeping.running.sim.faults
        faults.add(Fault("reset", command="sched_add*", when="before"))
        # The first is read for the round, the next before the write, and one by the write itself.
        faults.add(Fault("reset", path="/schedule.json", nth=4, count=10_000, when="before"))
        kinds = await keeping.run(1)
    assert kinds == ["failed", "ended"]
    assert keeping.events[-1].text == (
        "Ended. Whether the last plan was written is not known: 'homevolt schedule show' shows "
        "what the device holds."
    )


async def test_an_end_with_the_plan_of_another_client_does_not_say_when_it_ends(
    tmp_path: Path,
) -> None:
    async with kept(tmp_path) as keeping:
        for number in range(1, MOST_PER_DAY + 1):
            keeping.before[number] = lambda: keeping.running.plan(Entry(0))
        await keeping.run(MOST_PER_DAY + 1)
    assert keeping.events[-1].text == (
        "Ended. The plan on the device is not the one that was written: 'homevolt schedule show' "
        "shows it."
    )


async def test_local_mode_that_was_switched_off_is_not_switched_on(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        await keeping.running.device.disable_local_mode()
        keeping.running.sim.journal.clear()
        kinds = await keeping.run(2)
        assert keeping.running.writes == []
    assert kinds == ["failed", "ended"]
    assert "Local mode" in keeping.events[0].text


async def test_firmware_without_a_mode_for_the_meter_keeps_its_plan_and_is_named(
    tmp_path: Path,
) -> None:
    settings = PlanSettings(
        eur_rate=11.0, load_w=800.0, prices=spot_file(tmp_path / "spot.csv", NOON)
    )
    async with connected_device(linked=True, firmware="limited") as running:
        await running.device.replace_schedule(hours(2))
        before = windows(running)
        keeping = Kept(running, settings)
        assert await keeping.run(3) == ["failed", "failed", "ended"]
        assert windows(running) == before
    first, last, _ = [event.text for event in keeping.events]
    assert "The device did not keep everything" in first
    assert "has not confirmed a mode that holds the meter at zero" in last


async def test_a_wrong_password_ends_it(tmp_path: Path) -> None:
    async with kept(tmp_path) as keeping:
        keeping.before[1] = lambda: keeping.running.sim.faults.add("status", status=401)
        with pytest.raises(homevolt.HomevoltAuthenticationError):
            await keeping.run(3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--every", "30s"), "--every must be from 1m to 12h"),
        (("--every", "13h"), "--every must be from 1m to 12h"),
        (("--every", "15m", "--dry-run"), "--every and --dry-run exclude each other"),
        (("--every", "soon"), "soon"),
        (("--every", "15m", "--load", "800"), "Confirm it with --yes."),
    ],
)
async def test_what_does_not_go_is_one_line_and_nothing_is_sent(
    shell: Shell, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    spot = spot_file(tmp_path / "spot.csv", datetime.now(UTC))
    async with Simulator(None, local_mode=True) as sim:
        arguments = ("--host", sim.host, "--prices", str(spot), "--eur-rate", "11")
        outcome = await shell("plan", *arguments, *options)
        assert not sim.journal.writes
    assert outcome.code == 2
    assert says in outcome.err.splitlines()[-1]


@pytest.mark.parametrize("program", [(PROGRAM,), (sys.executable, "-c", AS_ON_WINDOWS)])
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_and_what_it_leaves_behind_ends_by_itself(
    tmp_path: Path, ending: signal.Signals, program: tuple[str, ...]
) -> None:
    spot = spot_file(tmp_path / "spot.csv", datetime.now(UTC))
    async with Simulator(None, local_mode=True) as sim:
        options = ("--host", sim.host, "--prices", str(spot), "--eur-rate", "11", "--load", "800")
        async with started(*program, "plan", *options, "--every", "15m", "--yes") as process:
            first = await line_of(process)
            process.send_signal(ending)
            out, err = await process.communicate()
        entries = sim.installation.plan.entries
    assert process.returncode == 0, err.decode()
    assert "No plan of this program is on the device. Wrote " in first
    assert "Ended. The plan on the device ends by itself on " in out.decode()
    assert all(entry.to_time is not None for entry in entries)
    assert max(entries, key=lambda entry: entry.to_time or 0).type == 5


async def test_a_unit_that_cannot_be_is_asked_about_once(tmp_path: Path) -> None:
    spot = spot_file(tmp_path / "spot.csv", datetime.now(UTC), base=600.0)
    spot.write_text(spot.read_text().replace("eur_per_mwh", "sek_per_kwh"))
    ours, theirs = pty.openpty()
    try:
        os.write(ours, b"y\n")
        async with Simulator(None, local_mode=True) as sim:
            options = ("--host", sim.host, "--prices", str(spot), "--load", "800", "--yes")
            command = (PROGRAM, "plan", *options, "--every", "15m")
            async with started(*command, stdin=theirs) as process:
                first = await line_of(process)
                process.send_signal(signal.SIGTERM)
                _, err = await process.communicate()
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == 0, err.decode()
    assert "No plan of this program is on the device. Wrote " in first
    assert err.decode().count("are they in SEK/MWh? Read them so? [y/N] ") == 1


async def test_a_file_of_prices_that_is_gone_for_a_while_does_not_end_it(tmp_path: Path) -> None:
    spot = tmp_path / "spot.csv"
    async with kept(tmp_path) as keeping:
        keeping.before = {
            1: lambda: spot.rename(tmp_path / "away"),
            2: lambda: (tmp_path / "away").rename(spot),
        }
        await keeping.run(3)
    told = [event.text for event in keeping.events]
    assert f"The plan failed, and is tried again: {spot} cannot be read: " in " ".join(told)
    assert "The plan works again after " in " ".join(told)


async def test_signals_are_left_as_they_were() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with signals.handled({"SIGINT": list, "SIGTERM": list, "SIGNONE": list}):
        assert signal.getsignal(signal.SIGTERM) is not before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
