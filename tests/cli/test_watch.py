"""Watching a device: one picture after the other, also through bad times."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from homevolt import Homevolt, HomevoltAuthenticationError
from homevolt._common import SystemClock
from homevolt.cli.render.display import keep_showing
from homevolt.cli.session import Session
from homevolt.simulator import ManualClock, Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SLEEPS = 8
FAILED_READ = "status:status=503,path=/ems.json,nth=3,count=3"
"""Takes the third read of the readings down with all its retries."""


class Hurry(SystemClock):
    """A clock for which waiting takes no time, and which notices when it was enough."""

    def __init__(self) -> None:
        self.slept = 0
        self.enough = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Let the others go on."""
        assert seconds <= 300
        self.slept += 1
        if self.slept == SLEEPS:
            self.enough.set()
        await asyncio.sleep(0)


class Pause(SystemClock):
    """A clock for which the first wait never ends."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait for as long as the test takes."""
        assert seconds
        self.begun.set()
        await asyncio.Event().wait()


@pytest.fixture
async def battery() -> AsyncIterator[Simulator]:
    """Serve a battery that fails for a while."""
    async with Simulator(None, clock=ManualClock(), faults=[FAILED_READ]) as simulator:
        yield simulator


async def watch(battery: Simulator, *, as_json: bool = False) -> None:
    """Watch a battery until it was read several times, and then leave as Ctrl-C does."""
    clock = Hurry()
    async with Homevolt(battery.host, clock=clock) as connection:
        await connection.update_info()
        session = Session(connection.get_device(), connection.base_url)
        watching = asyncio.create_task(keep_showing(session, 10.0, as_json=as_json))
        enough = asyncio.create_task(clock.enough.wait())
        await asyncio.wait({watching, enough}, return_when=asyncio.FIRST_COMPLETED)
        for task in (watching, enough):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_a_program_gets_a_document_a_line_and_nothing_else(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery, as_json=True)
    out, err = capsys.readouterr()
    documents = [json.loads(line) for line in out.splitlines()]
    assert len(documents) >= 2
    assert {document["url"] for document in documents} == {battery.url}
    assert err.count("\n") == 1
    assert f"{battery.url} answered 503" in err


async def test_a_file_gets_one_picture_after_the_other(
    battery: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    await watch(battery)
    out, err = capsys.readouterr()
    assert out.count("Homevolt B6  ") >= 2
    assert "\x1b" not in out
    assert err.count("\n") == 1


async def test_a_terminal_gets_one_picture_that_changes_and_its_screen_back(
    battery: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    await watch(battery)
    out, err = capsys.readouterr()
    assert out.count("Trying again.") == 1
    assert out.index("\x1b[?1049h") < out.index("Homevolt B6") < out.index("Trying again.")
    assert out.rindex("Warnings") > out.index("Trying again.")
    assert out.index("\x1b[?1049l") > out.rindex("Warnings")
    assert err == ""


async def test_a_resized_terminal_gets_its_picture_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    clock = Pause()
    async with Simulator(None) as simulator, Homevolt(simulator.host, clock=clock) as connection:
        await connection.update_info()
        session = Session(connection.get_device(), connection.base_url)
        watching = asyncio.create_task(keep_showing(session, 300.0, as_json=False))
        await clock.begun.wait()
        shown = capsys.readouterr().out
        signal.raise_signal(signal.SIGWINCH)
        await asyncio.wait({watching}, timeout=0.01)
        again = capsys.readouterr().out
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    assert "Homevolt B6" in shown
    assert "again every 300 s until Ctrl-C" in shown
    assert again.count("Homevolt B6") == 1


async def test_a_refused_password_ends_the_watch(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = "status:status=401,path=/ems.json,nth=3"
    async with Simulator(None, clock=ManualClock(), faults=[refusal]) as battery:
        with pytest.raises(HomevoltAuthenticationError):
            await watch(battery)
    assert capsys.readouterr().out.count("Homevolt B6  ") == 1
