"""Watching a device: one view after the other, outages included."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from homevolt import HomevoltAuthenticationError
from homevolt._common import SystemClock
from homevolt.cli.render import watch as watch_module
from homevolt.cli.render import watch_display
from homevolt.simulator import Simulator
from tests.support.shell_session import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

SLEEPS = 8
FAILED_READ = "status:status=503,path=/ems.json,nth=3,count=3"
"""Fails the third read of the readings with all its retries."""


class Hurry(SystemClock):
    """A clock for which waiting takes no time, and which notices when it was enough."""

    def __init__(self, ahead_s: float = 0.0) -> None:
        self.ahead_s = ahead_s
        self.slept = 0
        self.enough = asyncio.Event()

    def now(self) -> float:
        """Return the time of this machine, and later what was waited for in addition."""
        return super().now() + self.ahead_s

    async def sleep(self, seconds: float) -> None:
        """Let the others go on."""
        assert seconds <= 300
        self.slept += 1
        if self.slept == SLEEPS:
            self.enough.set()
        await asyncio.sleep(0)


class LateHurry(Hurry):
    """A clock by which each wait takes ten minutes."""

    async def sleep(self, seconds: float) -> None:
        """Move the time."""
        self.ahead_s += 600.0
        await super().sleep(seconds)


class Pause(SystemClock):
    """A clock for which the first wait never ends."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait for as long as the test takes."""
        assert seconds
        self.begun.set()
        await asyncio.Event().wait()


async def run_until(enough: asyncio.Event, *works: Coroutine[Any, Any, None]) -> None:
    """Run works until an event or the end of one, and then leave as Ctrl-C does."""
    tasks = [asyncio.create_task(work) for work in works]
    waiting = asyncio.create_task(enough.wait())
    await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, waiting):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks)


async def watch(battery: Simulator, clock: Hurry, *, as_json: bool = False) -> None:
    """Watch a battery until it was read several times."""
    async with opened(battery, clock) as session:
        await run_until(clock.enough, watch_display.watch_status(session, 10.0, as_json=as_json))


@pytest.fixture
async def battery() -> AsyncIterator[Simulator]:
    """Serve a battery that fails for a while."""
    async with Simulator(None, faults=[FAILED_READ]) as simulator:
        yield simulator


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stdout be taken for a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")


async def test_a_program_gets_a_document_a_line_outages_included(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery, Hurry(), as_json=True)
    out, err = capsys.readouterr()
    documents = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    assert {document["url"] for document in documents} == {battery.url}
    assert len({(*document,) for document in documents}) == 1
    (outage,) = [document for document in documents if document["error"] is not None]
    assert outage["error"]["type"] == "HomevoltResponseError"
    assert outage["error"]["exit_code"] == 3
    assert re.match(rf"{battery.url} answer\w+ 503 ", outage["error"]["message"])
    assert outage["battery_power_w"] is not None
    assert all(0 <= document["age_s"] < 60 for document in documents)
    assert documents[-1]["error"] is None


async def test_a_program_gets_null_for_readings_that_are_too_old(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery, LateHurry(), as_json=True)
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (outage,) = [document for document in documents if document["error"] is not None]
    keys = ("age_s", "battery_power_w", "units", "schedule", "device_id")
    assert [outage[key] for key in keys] == [None] * len(keys)
    assert outage.keys() == documents[0].keys()


async def test_a_file_gets_one_view_after_the_other_and_stderr_the_outage(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery, Hurry())
    out, err = capsys.readouterr()
    assert out.count("Homevolt B6  ") >= 2
    assert "\x1b" not in out
    assert re.fullmatch(
        rf"homevolt: {battery.url} answer\w+ 503 to GET /ems\.json: .* Last read \d+ s ago; "
        r"trying again\.\n",
        err,
    )


@pytest.mark.usefixtures("_terminal")
async def test_a_terminal_gets_one_view_that_changes_and_its_screen_back(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery, Hurry())
    out, err = capsys.readouterr()
    start, outage = out.index("\x1b[?1049h"), out.index("Trying again.")
    assert start < out.index("Homevolt B6") < outage < out.rindex("again every 10 s until Ctrl-C")
    assert re.search(r", \d+ s ago", out[:outage])
    assert out.index("\x1b[?1049l") > out.rindex("Warnings")
    assert err == ""


@pytest.mark.usefixtures("_terminal")
async def test_a_terminal_gets_no_readings_that_are_too_old(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery, LateHurry())
    view = capsys.readouterr().out.partition("Trying again.")[0].rpartition("Homevolt B6")[2]
    assert "too old to be shown" in view
    assert "Charge" not in view


@pytest.mark.usefixtures("_terminal")
async def test_an_age_on_the_screen_goes_on_between_the_reads(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "TICK_S", 0.0)
    clock = Pause()
    async with Simulator(None) as simulator, opened(simulator, clock) as session:
        simulator.faults.add("status:status=404,path=/ems.json")
        watching = asyncio.create_task(watch_display.watch_status(session, 300.0, as_json=False))
        await clock.begun.wait()
        drawn = ""
        while drawn.count("Trying again.") < 3:
            await asyncio.wait({watching}, timeout=0.01)
            drawn += capsys.readouterr().out
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_two_watches_in_one_process_never_mix(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Hurry()
    async with (
        Simulator(None) as well,
        Simulator(None, seed=2, faults=["status:status=404,path=/ems.json,nth=2,count=99"]) as ill,
        opened(well, clock) as first,
        opened(ill, clock) as second,
    ):
        works = [watch_display.watch_status(each, 10.0, as_json=True) for each in (first, second)]
        await run_until(clock.enough, *works)
    out, err = capsys.readouterr()
    documents = [json.loads(line) for line in out.splitlines()]
    of_the_well = [document for document in documents if document["url"] == well.url]
    of_the_ill = [document for document in documents if document["url"] == ill.url]
    assert err == ""
    assert of_the_well
    assert of_the_ill
    assert {document["device_id"] for document in of_the_well} == {
        well.installation.units[0].ecu_id
    }
    assert all(document["error"] is None for document in of_the_well)
    assert all(ill.url in document["error"]["message"] for document in of_the_ill)


@pytest.mark.usefixtures("_terminal")
async def test_a_resized_terminal_gets_its_view_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Pause()
    async with Simulator(None) as simulator, opened(simulator, clock) as session:
        watching = asyncio.create_task(watch_display.watch_status(session, 300.0, as_json=False))
        await clock.begun.wait()
        shown = capsys.readouterr().out
        signal.raise_signal(signal.SIGWINCH)
        again = ""
        while "Homevolt B6" not in again:
            await asyncio.wait({watching}, timeout=0.01)
            assert not watching.done()
            again += capsys.readouterr().out
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    assert "Homevolt B6" in shown
    assert "again every 300 s until Ctrl-C" in shown
    assert again.count("Homevolt B6") == 1


async def test_a_refused_password_ends_the_watch(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = "status:status=401,path=/ems.json,nth=3"
    async with Simulator(None, faults=[refusal]) as battery:
        with pytest.raises(HomevoltAuthenticationError):
            await watch(battery, Hurry())
    assert capsys.readouterr().out.count("Homevolt B6  ") == 1
