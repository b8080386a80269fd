"""The timeline of a plan: what a person sees of it on a terminal."""

from __future__ import annotations

import asyncio
import io
import os
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from homevolt import BatteryMode, ScheduleEntry
from homevolt.cli.output import HOST_VARIABLE
from homevolt.cli.render.plan_view import DiffView, PlanView
from homevolt.control.plan_replacement import ScheduleDiff
from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry
from tests.cli.samples import NOON, drawn, hour
from tests.support.processes import PROGRAM, localised

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from rich.console import RenderableType

    from tests.cli.conftest import Shell

HOUR = timedelta(hours=1)
NO_OFFSET = timedelta()
PLAN = (
    ScheduleEntry(mode=BatteryMode.SOLAR_CHARGE, id=4, from_time=hour(18)),
    ScheduleEntry(mode=BatteryMode.IDLE, id=1, to_time=hour(10)),
    ScheduleEntry(
        mode=BatteryMode.INVERTER_CHARGE,
        id=2,
        from_time=hour(11),
        to_time=hour(13),
        setpoint=3000,
        max_soc=90,
    ),
    ScheduleEntry(
        mode=BatteryMode.GRID_CHARGE_DISCHARGE,
        id=3,
        from_time=hour(15),
        to_time=hour(18),
        setpoint=-1500,
        max_charge=2500,
        max_discharge=4000,
        min_soc=15,
    ),
)
COMMANDS = (
    "schedule delete {last}",
    "schedule add 1 --from 2098-01-01T00:00 --for 2h",
    "restore",
)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine be in UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_it_is_in_the_order_of_time_with_a_line_where_now_is() -> None:
    assert drawn(PlanView(PLAN, NOON, NO_OFFSET)).splitlines() == [
        "   always - 10:00  idle  (id 1)",
        "── now 12:00 ───────────────────────────────────────────────",
        ">  11:00 - 13:00   charge at 3.0 kW, up to 90 %  (id 2)",
        "   15:00 - 18:00   hold the meter at 1.5 kW of export, charging at most 2.5 kW,",
        "                   discharging at most 4.0 kW, down to 15 %  (id 3)",
        "   18:00 - open    charge from solar only  (id 4)",
    ]


def test_a_narrow_terminal_gets_two_lines_for_each_entry() -> None:
    lines = drawn(PlanView(PLAN, NOON, NO_OFFSET), width=40).splitlines()
    assert lines[:5] == [
        "  always - 10:00",
        "    idle  (id 1)",
        "── now 12:00 ───────────────────────────",
        "> 11:00 - 13:00",
        "    charge at 3.0 kW, up to 90 %  (id 2)",
    ]


@pytest.mark.parametrize("width", [20, 40, 59, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    diff = ScheduleDiff(added=PLAN[:1], removed=PLAN[1:3], kept=PLAN[3:])
    views: tuple[RenderableType, ...] = (
        PlanView(PLAN, NOON, NO_OFFSET),
        DiffView(diff, NOON, NO_OFFSET),
    )
    for view in views:
        lines = drawn(view, width).splitlines()
        assert max(map(cell_len, lines)) <= min(width, 80)
        assert all(f"(id {entry.id})" in " ".join(lines).replace("  ", " ") for entry in PLAN[:2])


def test_times_are_by_the_clock_of_this_machine() -> None:
    late = timedelta(hours=2)  # the device's clock is two hours ahead
    lines = drawn(PlanView(PLAN, NOON, late)).splitlines()
    assert "   09:00 - 11:00   charge at 3.0 kW, up to 90 %  (id 2)" in lines
    assert [line[0] for line in lines].count(">") == 0


def test_another_day_is_named_once() -> None:
    entry = ScheduleEntry(mode=0, from_time=NOON + 20 * HOUR, to_time=NOON + 22 * HOUR)
    night = ScheduleEntry(mode=0, from_time=NOON + 10 * HOUR, to_time=NOON + 20 * HOUR)
    text = drawn(PlanView((entry, night), NOON, NO_OFFSET))
    assert "tomorrow 08:00 - 10:00" in text
    assert "22:00 - tomorrow 08:00" in text


def test_an_empty_plan_says_so() -> None:
    assert drawn(PlanView((), NOON, NO_OFFSET)).endswith("The plan is empty.")


def test_modes_have_colours_and_what_has_ended_is_dim() -> None:
    console = Console(file=io.StringIO(), width=80, color_system="standard", force_terminal=True)
    with console.capture() as captured:
        console.print(PlanView(PLAN, NOON, NO_OFFSET))
    ended, now, charging, *_, solar = captured.get().splitlines()
    assert "\x1b[2midle" in ended
    assert now.startswith("\x1b[1;36m")
    assert "\x1b[1;32mcharge at 3.0 kW" in charging
    assert "\x1b[33mcharge from solar only" in solar


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Simulator]:
    """Serve a battery in local mode with two entries, known to the shell."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    now = int(time.time())
    async with Simulator(None, cloud=False, local_mode=True) as simulator:
        entries = (Entry(0, now - 60, now + 3600), Entry(7, now + 3600, None))
        simulator.installation.plan.replace(entries, "Manual Schedule")
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        yield simulator


async def test_a_terminal_without_unicode_gets_ascii(battery: Simulator) -> None:
    for variables in ({"LANG": "C"}, {"LC_ALL": "C"}):
        environment = localised({**variables, "COLUMNS": "40", HOST_VARIABLE: battery.host})
        process = await asyncio.create_subprocess_exec(
            *(PROGRAM, "schedule", "show"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        out, err = await process.communicate()
        assert err == b""
        text = out.decode("ascii")
        assert re.search(r"^-- now \d\d:\d\d -+$", text, re.MULTILINE)
        assert "?" not in text
        assert max(map(len, text.splitlines())) <= 40


async def test_no_color_on_a_terminal_is_obeyed(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in (await shell("schedule", "show")).out
    monkeypatch.setenv("NO_COLOR", "1")
    coloured = re.findall(r"\x1b\[[0-9;]*3[0-7]m", (await shell("schedule", "show")).out)
    assert (coloured, os.environ[HOST_VARIABLE]) == ([], battery.host)


@pytest.mark.parametrize("line", COMMANDS)
async def test_what_changes_the_plan_shows_it_before_anything_is_sent(
    shell: Shell, battery: Simulator, tmp_path: Path, line: str
) -> None:
    await shell("schedule", "replace", str(_file(tmp_path)))
    battery.journal.clear()
    arguments = line.format(last=battery.installation.plan.entries[-1].id).split()
    dry = await shell(*arguments, "--dry-run")
    assert (dry.code, [*battery.journal.writes]) == (0, [])
    assert dry.err.count("── now ") == 1
    assert (await shell(*arguments, "--dry-run", "--json")).err == ""
    done = await shell(*arguments)
    assert done.code == 0, done.err
    assert done.err.index("── now ") < done.err.index("Will ")


def _file(folder: Path) -> Path:
    """Return a file of a plan of one entry."""
    file = folder / "plan.csv"
    file.write_text("mode,from_time,to_time\nidle,2099-01-01T00:00Z,2099-01-02T00:00Z\n", "utf-8")
    return file
