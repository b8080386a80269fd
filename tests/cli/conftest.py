"""What tests of the shell share."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from homevolt.cli.app import run
from homevolt.cli.output import CONFIG_VARIABLE, DEVICE_VARIABLE, HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry
from tests.support.homes import CONFIG, SECRET, Place, configure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def line(self) -> str:
        """The one line on stderr."""
        assert self.err.count("\n") == 1
        return self.err.removesuffix("\n")


Shell = Callable[..., Awaitable[Outcome]]


@pytest.fixture(autouse=True)
def _plain_surroundings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Let nothing of the developer's own shell into a test."""
    monkeypatch.delenv(HOST_VARIABLE, raising=False)
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config" / "config.toml"))
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    """Return what runs a command line beside the test's own servers."""

    async def run_line(*arguments: str) -> Outcome:
        code = await asyncio.to_thread(run, arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run_line


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Give a home, and a battery in local mode whose plan is one open entry."""
    home = tmp_path / "home"
    home.mkdir()
    async with Simulator(SECRET, cloud=False, local_mode=True) as battery:
        battery.installation.plan.replace((Entry(7, None, None),), "Manual Schedule")
        configure(home, CONFIG.format(host=battery.host))
        yield Place(home, battery)


@pytest.fixture
def spot(tmp_path: Path) -> str:
    """Return a file with the prices of the next 30 hours."""
    first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = [
        f"{first + timedelta(hours=hour):%Y-%m-%dT%H:%MZ},{60 + 40 * math.sin(hour / 4):.2f}"
        for hour in range(30)
    ]
    file = tmp_path / "spot.csv"
    file.write_text("start_utc,eur_per_mwh\n" + "\n".join(rows) + "\n")
    return str(file)
