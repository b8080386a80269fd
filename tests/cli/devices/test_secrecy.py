"""A kept password is in no log, no traceback, no text of an object and no list of processes."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homevolt.cli import session
from homevolt.cli.devices import selection
from homevolt.cli.shared_options import Target
from homevolt.simulator import Simulator
from tests.support.processes import PROGRAM, line_of, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.cli.conftest import Shell

SECRET = "correct horse battery"
SENT = base64.b64encode(f"admin:{SECRET}".encode()).decode()
"""The password as HTTP sends it."""
LINES = (
    "status",
    "status --all",
    "info --json",
    "device list --json",
    "device test --all",
    "param list",
    "param get webserver_password",
    "charge 1000 --for 1h --yes",
    "diagnostics -",
    "device default house",
)


@pytest.fixture
async def battery(file: Path) -> AsyncIterator[Simulator]:
    """Serve a battery with a password, and configure it."""
    async with Simulator(SECRET, local_mode=True, cloud=False) as simulator:
        file.write_text(
            f'[devices.house]\nhost = "{simulator.host}"\npassword = "{SECRET}"\n', "utf-8"
        )
        yield simulator


def shows(text: str) -> bool:
    return SECRET in text or SENT in text or SENT.rstrip("=") in text


@pytest.mark.parametrize("line", LINES)
async def test_no_command_shows_or_logs_it(
    shell: Shell, battery: Simulator, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = await shell(*line.split())
    assert outcome.code == 0, outcome.err
    assert battery.journal or line.startswith("device")
    assert not shows(outcome.out + outcome.err + caplog.text)


@pytest.mark.parametrize(
    "fault", ["reset", "html", "status:status=401", "status:status=429", "status:status=500"]
)
async def test_no_failure_shows_or_logs_it(
    shell: Shell, battery: Simulator, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    battery.faults.add(fault)
    for line in (("status",), ("status", "--all", "--json"), ("device", "test", "--json")):
        outcome = await shell(*line)
        assert outcome.code != 0
        assert not shows(outcome.out + outcome.err + caplog.text)


async def test_it_is_not_in_the_traceback_of_a_mistake_of_ours(battery: Simulator) -> None:
    async def mistaken(_: session.Session) -> None:
        raise LookupError

    target = Target(None)
    with pytest.raises(LookupError) as caught:
        await asyncio.to_thread(session.run, target, mistaken)
    shown = "".join(traceback.format_exception(caught.value))
    assert "LookupError" in shown
    assert not shows(shown)
    assert battery.journal


async def test_no_object_shows_it(battery: Simulator) -> None:
    texts: list[str] = []

    def note(readings: Sequence[session.Reading]) -> None:
        texts.extend(map(repr, readings))

    targets = selection.every(Target(None))
    assert await asyncio.to_thread(session.run_several, targets, note)
    assert "house" in texts[0]
    assert battery.host in texts[0]
    assert not any(map(shows, [*texts, repr(targets)]))


async def test_it_is_not_in_the_list_of_processes(battery: Simulator) -> None:
    """Of a command that goes on: neither in its command line nor in its environment."""
    async with started(PROGRAM, "status", "--watch", "--json") as process:
        assert battery.host in await line_of(process)
        own = Path(f"/proc/{process.pid}")
        seen = (own / "cmdline").read_bytes() + (own / "environ").read_bytes()
    assert b"homevolt" in seen
    assert not shows(seen.decode(errors="replace"))
    assert SECRET not in os.environ.values()
