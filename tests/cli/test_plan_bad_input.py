"""What cannot be planned with: one line that says what to do, and nothing is sent.

Each case is the program in a process of its own, with `--apply`, so that it would write.
"""

from __future__ import annotations

import math
import os
import pty
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from aiohttp import web

from homevolt.cli.devices.config import config_path
from homevolt.cli.planning.spot import URL_VARIABLE
from homevolt.planning.prices.zones import market_zone
from homevolt.simulator import Fault, Simulator
from tests.support.fakes import ManualClock
from tests.support.price_server import DAY, SOURCES, PriceServer, values_of
from tests.support.processes import PROGRAM, ended, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.processes

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(market_zone()).date()


class Ended(NamedTuple):
    """How the program ended, and what the device had to write."""

    code: int | None
    out: str
    err: str
    writes: int

    @property
    def line(self) -> str:
        """The one line on stderr."""
        assert self.err.count("\n") == 1, self.err
        return self.err


def rows(*, factor: float = 1.0, unit: str = "eur_per_mwh", hours: int = 30) -> list[str]:
    """Return the lines of a file with prices of the next hours."""
    first = NOW.replace(minute=0, second=0, microsecond=0)
    lines = [
        f"{first + timedelta(hours=hour):%Y-%m-%dT%H:%MZ},"
        f"{(60 + 40 * math.sin(hour / 4)) * factor:.3f}"
        for hour in range(hours)
    ]
    return [f"start_utc,{unit}", *lines]


async def planned(*options: str, faults: tuple[Fault, ...] = ()) -> Ended:
    """Plan and write for a simulated battery."""
    async with Simulator(None, local_mode=True) as sim:
        for fault in faults:
            sim.faults.add(fault)
        arguments = ("--host", sim.host, "--load", "800", "--apply", "--yes")
        code, out, err = await ended(PROGRAM, "plan", *arguments, *options)
        return Ended(code, out, err, len(sim.journal.writes))


@asynccontextmanager
async def prices(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PriceServer]:
    """Serve prices of today on loopback, instead of every source."""
    async with PriceServer(ManualClock(NOW.timestamp())) as server:
        monkeypatch.setenv(URL_VARIABLE, server.base_urls["elprisetjustnu.se"])
        server.days[TODAY] = values_of(TODAY)
        yield server


TWICE = [*rows()[:5], rows()[3], *rows()[5:]]
NOT_A_NUMBER = [*rows()[:5], rows()[5].partition(",")[0] + ",nan", *rows()[6:]]
FILES = [
    (TWICE, (), "These instants come twice: "),
    (NOT_A_NUMBER, (), "not a number"),
    (rows(factor=11, unit="sek_per_kwh"), (), "are implausible"),
    (rows(factor=0.001), ("--eur-rate", "0"), "eur-rate"),
    (["<html>"], (), "spot.csv"),
    (["start_utc,eur_per_mwh"], (), "spot.csv"),
]


@pytest.mark.parametrize(("lines", "options", "says"), FILES)
async def test_a_file_of_prices_that_cannot_be_is_one_line(
    tmp_path: Path, lines: list[str], options: tuple[str, ...], says: str
) -> None:
    file = tmp_path / "spot.csv"
    file.write_text("\n".join(lines) + "\n")
    outcome = await planned("--prices", str(file), "--eur-rate", "11", *options)
    assert outcome.writes == 0
    assert outcome.code not in (0, 1)
    assert says in outcome.line


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--zone", "SE9"), "Nearest: SE"),
        (("--load", "-1"), "-1 cannot be used. Write --load 800, W"),
        (("--load", "nan"), "nan cannot be used. Write --load 800, W"),
        (("--fuse", "0"), "0 cannot be used. Write --fuse 20, A"),
        (("--reserve", "120"), "120 cannot be used. Write --reserve 5, percent from 0 to 100"),
        (("--eur-rate", "nan"), "nan cannot be used. Write --eur-rate 11.2"),
        (("--tariff", "no.toml"), "no.toml"),
    ],
)
async def test_an_option_that_cannot_be_is_one_line(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    file = tmp_path / "spot.csv"
    file.write_text("\n".join(rows()) + "\n")
    outcome = await planned("--prices", str(file), "--eur-rate", "11", *options)
    assert outcome.writes == 0
    assert outcome.code not in (0, 1)
    assert says in outcome.line


async def test_limits_that_cross_are_one_line(tmp_path: Path) -> None:
    path = config_path()
    path.parent.mkdir(parents=True)
    path.write_text("[planner]\nmin_soc = 60\nmax_soc = 50\n")
    outcome = await planned()
    assert outcome.writes == 0
    assert "config.toml, line 2: the limits of the state of charge cross" in outcome.line
    path.write_text("[planner]\nmin_soc = 60\n")
    file = tmp_path / "spot.csv"
    file.write_text("\n".join(rows()) + "\n")
    options = ("--prices", str(file), "--eur-rate", "11", "--reserve", "50")
    outcome = await planned(*options)
    assert outcome.writes == 0
    assert "The limits of the state of charge cross" in outcome.line
    assert "a plan keeps 110 %, and max_soc is 100 %. Lower --reserve." in outcome.line


async def test_a_negative_capacity_is_one_line() -> None:
    code, out, err = await ended(PROGRAM, "backtest", "--days", "2", "--capacity", "-1")
    assert (code, out) == (2, "")
    assert "Invalid value for '--capacity': '-1' is not a number of kWh above 0" in err
    assert err.count("\n") == 1


async def test_a_unit_that_cannot_be_is_asked_about_at_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "spot.csv"
    file.write_text("\n".join(rows(factor=11, unit="sek_per_kwh")) + "\n")
    refused = await planned("--prices", str(file))
    assert refused.writes == 0
    assert "are they in SEK/MWh? Then call the column sek_per_mwh" in refused.line

    async def answered(answer: bytes) -> tuple[int | None, str]:
        ours, theirs = pty.openpty()
        try:
            os.write(ours, answer)
            options = ("--simulate", "--prices", str(file), "--load", "800")
            async with started(PROGRAM, "plan", *options, stdin=theirs) as process:
                _, err = await process.communicate()
        finally:
            os.close(ours)
            os.close(theirs)
        return process.returncode, err.decode()

    code, err = await answered(b"y\n")
    assert "spot.csv: Prices of about " in err
    assert "are they in SEK/MWh? Read them so? [y/N] " in err
    assert code == 0
    code, err = await answered(b"n\n")
    assert code != 0


@pytest.mark.parametrize("hours", [-2, 3])
async def test_a_device_whose_clock_is_wrong_is_one_line(tmp_path: Path, hours: int) -> None:
    file = tmp_path / "spot.csv"
    file.write_text("\n".join(rows()) + "\n")
    options = ("--prices", str(file), "--eur-rate", "11")
    outcome = await planned(*options, faults=(Fault("skew", seconds=hours * 3600.0),))
    assert outcome.writes == 0
    assert outcome.code == 2
    assert f"The clock of the device is {abs(hours) * 60} min " in outcome.line


async def test_a_slow_clock_of_this_machine_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async with prices(monkeypatch) as server:
        server.late_s = 3600.0
        outcome = await planned()
    assert outcome.writes == 0
    assert outcome.code == 16
    assert "The clock of this machine is " in outcome.line
    assert " min behind that of " in outcome.line


async def test_without_prices_of_tomorrow_the_plan_reaches_to_the_end_of_today(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with prices(monkeypatch):
        outcome = await planned()
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=market_zone()) + DAY
    assert outcome.code == 0, outcome.err
    assert f"Prices are known until {midnight:%Y-%m-%d} 00:00." in " ".join(outcome.err.split())
    assert f"The prices of SE3 for {TODAY + DAY} are " in " ".join(outcome.err.split())
    assert outcome.writes > 0


async def test_with_the_source_down_what_is_kept_is_used_and_its_age_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with prices(monkeypatch) as server:
        assert (await planned()).code == 0
        for source in SOURCES:
            server.faults[source] = lambda: web.Response(status=503)
        outcome = await planned()
    assert outcome.code == 0, outcome.err
    assert "Prices: elprisetjustnu.se, read " in " ".join(outcome.err.split())
    assert " ago)" in outcome.err


@pytest.mark.parametrize("answer", ["html", "429", "empty", "twice", "unit"])
async def test_a_source_that_gives_nothing_usable_is_one_line(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    async with prices(monkeypatch) as server:
        answers = {
            "html": lambda: web.Response(text="<html>busy</html>", content_type="text/html"),
            "429": lambda: web.Response(status=429),
            "empty": lambda: web.json_response([]),
        }
        if answer in answers:
            for source in SOURCES:
                server.faults[source] = answers[answer]
        elif answer == "unit":
            server.days[TODAY] = dict.fromkeys(values_of(TODAY), 5000.0)
        else:
            server.faults["elprisetjustnu.se"] = lambda: web.json_response(
                [
                    {"SEK_per_kWh": 1, "EUR_per_kWh": 1, "EXR": 1, "time_start": NOW.isoformat()}
                    for _ in range(2)
                ]
            )
            server.faults["energy-charts.info"] = server.faults["elprisetjustnu.se"]
            server.faults["energidataservice.dk"] = server.faults["elprisetjustnu.se"]
        outcome = await planned()
    assert outcome.writes == 0
    assert outcome.code == 16
    assert outcome.line.startswith(f"homevolt: The prices of SE3 for {TODAY} are not available: ")
