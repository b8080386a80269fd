"""The chart of `homevolt plan`, as text and as SVG, and `homevolt plan explain`."""

from __future__ import annotations

import os
import re
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import pytest
import time_machine

from homevolt._common import SYSTEM_CLOCK
from homevolt.cli.planning.spot import URL_VARIABLE
from homevolt.planning.prices.zones import market_zone
from homevolt.planning.series import day_bounds
from homevolt.simulator import ManualClock, Simulator
from tests.support.kept_prices import keep_prices
from tests.support.price_server import PriceServer
from tests.support.processes import PROGRAM, localised, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.conftest import Shell

DAY = date(2026, 6, 15)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
AXIS = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
EIGHTHS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
SIGNS = {"charge": "+", "discharge": "-", "self-consumption": "=", "save": "s", "wait": "."}
SVG = "{http://www.w3.org/2000/svg}"


class Drawn(NamedTuple):
    """A chart of a plan, taken apart.

    Attributes:
        first: The column in which the panels begin.
        axes: The lines of the axes.
        strip: What the plan says in each column.
        charge: The lines of the state of charge, from the top.
        hours: The line of hours.
    """

    first: int
    axes: list[str]
    strip: str
    charge: list[str]
    hours: str


def drawn(out: str) -> Drawn:
    """Take a chart apart."""
    lines = out.splitlines()
    axes = [n for n, line in enumerate(lines) if AXIS in line]
    first = lines[axes[0]].index(AXIS)
    strip = next(
        n for n, line in enumerate(lines) if line.startswith("Plan") and "from" not in line
    )
    width = len(lines[axes[0]])
    return Drawn(
        first,
        [lines[n] for n in axes],
        lines[strip][first:],
        [line.ljust(width)[first:] for line in lines[strip + 2 : axes[1]]],
        lines[axes[1] + 1],
    )


def spot_file(folder: Path, day: date, minutes: int = 60, name: str = "spot.csv") -> str:
    """Write prices of a day of local time, dear in the morning and in the evening."""
    start, end = day_bounds(day, market_zone())
    step = timedelta(minutes=minutes)
    rows = []
    for n in range((end - start) // step):
        moment = start + n * step
        hour = moment.astimezone(market_zone()).hour
        price = 140 if hour in {7, 8} else 260 if hour in {18, 19} else -20 if hour == 13 else 40
        rows.append(f"{moment:%Y-%m-%dT%H:%MZ},{price + n / 100}")
    file = folder / name
    file.write_text("start_utc,eur_per_mwh\n" + "\n".join(rows) + "\n", "utf-8")
    return str(file)


@asynccontextmanager
async def midnight(day: date) -> AsyncIterator[str]:
    """Let it be the beginning of a day of local time, and give the address of a battery."""
    start = day_bounds(day, market_zone())[0]
    with time_machine.travel(start, tick=False):
        async with Simulator(
            None, clock=ManualClock(start.timestamp()), local_mode=True, soc=40
        ) as sim:
            yield sim.host


@pytest.mark.parametrize("width", [40, 80, 120])
async def test_prices_plan_and_charge_are_below_each_other_on_one_axis(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    async with midnight(DAY) as host:
        outcome = await shell(
            "plan", "--host", host, "--prices", spot_file(tmp_path, DAY), "--eur-rate", "11"
        )
    assert outcome.code == 0
    chart = drawn(outcome.out)
    columns = {40: 24, 80: 48, 120: 96}[width]
    assert {line[chart.first :] for line in chart.axes} == {AXIS * columns}
    assert len(chart.strip) == columns
    assert max(len(line.rstrip()) for line in chart.charge) <= columns
    assert chart.hours[chart.first :].startswith("00")
    six = chart.hours.index("06") - chart.first
    assert six == columns // 4
    assert max(map(len, outcome.out.splitlines())) <= width


@pytest.mark.parametrize(("day", "quarters"), [(SPRING, 92), (DAY, 96), (AUTUMN, 100)])
@pytest.mark.parametrize("minutes", [15, 30, 60])
async def test_every_column_is_a_slot_of_the_plan(  # noqa: PLR0917 - pytest's fixtures
    shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    quarters: int,
    minutes: int,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    options = ("--prices", spot_file(tmp_path, day, minutes), "--eur-rate", "11")
    async with midnight(day) as host:
        outcome = await shell("plan", "--host", host, *options)
        slots = (await shell("plan", "--host", host, *options, "--json")).document["slots"]
    chart = drawn(outcome.out)
    assert len(slots) == quarters
    assert [slot["to"] for slot in slots[:-1]] == [slot["from"] for slot in slots[1:]]
    assert chart.strip == "".join(SIGNS[slot["action"]] for slot in slots)
    assert len(set(chart.strip)) > 1
    before = 0.4
    for n, slot in enumerate(slots):
        height = sum(EIGHTHS.index(line[n]) for line in chart.charge) / 8 / 4
        assert height == pytest.approx((before + slot["end_soc_ratio"]) / 2, abs=1 / 60)
        before = slot["end_soc_ratio"]


async def test_the_costs_are_compared_and_what_they_rest_on_is_said(
    shell: Shell, tmp_path: Path
) -> None:
    options = ("--prices", spot_file(tmp_path, DAY), "--eur-rate", "11", "--load", "800")
    async with midnight(DAY) as host:
        outcome = await shell("plan", "--host", host, *options)
        document = (await shell("plan", "--host", host, *options, "--json")).document
    amounts = re.findall(r"^ *(-?\d+\.\d\d) SEK  (.*)$", outcome.out, re.MULTILINE)
    assert amounts == [
        (f"{document['cost']:.2f}", "with this plan"),
        (f"{document['cost_without_battery']:.2f}", "without a battery"),
        (f"{document['cost_of_self_consumption']:.2f}", "with self-consumption alone"),
    ]
    said = " ".join(outcome.out.split())
    costs = [float(amount) for amount, _ in amounts]
    assert f"costs {costs[1] - costs[0]:.2f} SEK less than no battery" in said
    assert f"{costs[2] - costs[0]:.2f} SEK less than self-consumption alone" in said
    assert "Prices: spot.csv, read 2026-06-15 00:00 (0 s ago)." in said
    assert "Load: Constant 800 W." in said
    assert "Solar: No panels." in said
    assert all(sentence in said for sentence in document["rests_on"])
    assert "Prices are known until 2026-06-16 00:00." in said


async def test_an_explained_entry_is_one_sentence_with_everything_in_it(
    shell: Shell, tmp_path: Path
) -> None:
    options = ("--prices", spot_file(tmp_path, DAY), "--eur-rate", "11", "--load", "800")
    async with midnight(DAY) as host:
        outcome = await shell("plan", "explain", "--host", host, *options)
        document = (await shell("plan", "explain", "--host", host, *options, "--json")).document
        assert document == (await shell("plan", "--host", host, *options, "--json")).document
    said = " ".join(outcome.out.split())
    assert "Monday 15 June" in said
    assert document["entries"]
    for entry in document["entries"]:
        assert entry["text"] in said
        assert entry["text"].count(". ") == 0
        assert f"{abs(entry['lost_kwh']):.1f} kWh lost, wear 0.00 SEK" in entry["text"]
    charges = [entry for entry in document["entries"] if entry["action"] == "charge"]
    assert charges
    for entry in charges:
        assert re.match(
            r"Charge \d+\.\d kWh from \d\d:\d\d to \d\d:\d\d at -?\d+\.\d\d SEK: "
            r"worth \d+\.\d\d SEK at \d\d:\d\d-\d\d:\d\d; ",
            entry["text"],
        )
        assert entry["text"].endswith(f"gain {entry['gain']:.2f} SEK.")
    assert "Load: Constant 800 W." in said


async def test_the_svg_has_the_same_panels_and_needs_nothing_else(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "plan.svg"
    prices = spot_file(tmp_path, DAY, 15, name="<spot>&'.csv")
    options = ("--prices", prices, "--eur-rate", "11")
    async with midnight(DAY) as host:
        outcome = await shell("plan", "--host", host, *options, "--svg", str(file))
        document = (await shell("plan", "--host", host, *options, "--json")).document
    assert outcome.line == f"The chart is in {file}."
    text = file.read_text("utf-8")
    root = ET.fromstring(text)  # noqa: S314 - our own file
    texts = {each.text for each in root.iter(f"{SVG}text")}
    assert {"Import price, SEK/kWh", "Plan", "State of charge, %"} <= texts
    assert {f"{document['cost']:.2f} SEK", "with self-consumption alone"} <= texts
    assert any("<spot>&'.csv" in (each or "") for each in texts)
    roles = {
        role: sum(each.get("d", "").count("z") for each in root.iter() if each.get("class") == role)
        for role in ("price", "lowest", "highest", "energy")
    }
    assert roles["energy"] == 96
    assert roles["price"] + roles["lowest"] + roles["highest"] == 96
    assert {each.get("class") for each in root.iter(f"{SVG}rect")} - {"paper"} == {
        slot["action"] for slot in document["slots"]
    }
    for outside in ("href", "url(", "<script", "<image", "@import", "@font-face"):
        assert outside not in text
    assert "prefers-color-scheme:dark" in text


async def test_the_strip_of_the_svg_stands_where_the_slots_are(
    shell: Shell, tmp_path: Path
) -> None:
    file = tmp_path / "plan.svg"
    options = ("--prices", spot_file(tmp_path, DAY), "--eur-rate", "11", "--svg", str(file))
    async with midnight(DAY) as host:
        document = (await shell("plan", "--host", host, *options, "--json")).document
    root = ET.fromstring(file.read_text("utf-8"))  # noqa: S314 - our own file
    starts = [
        float(each.get("x", "0"))
        for each in root.iter(f"{SVG}rect")
        if each.get("class") in SIGNS and each.get("height") == "22"
    ]
    slots = document["slots"]
    changes = [
        n for n in range(len(slots)) if n == 0 or slots[n]["action"] != slots[n - 1]["action"]
    ]
    assert starts == pytest.approx(
        [64 + n * (960 - 64 - 16) / len(slots) for n in changes], abs=0.1
    )


async def test_prices_that_ended_make_no_chart_and_say_so(shell: Shell, tmp_path: Path) -> None:
    options = ("--prices", spot_file(tmp_path, DAY - timedelta(days=3)), "--eur-rate", "11")
    file = tmp_path / "plan.svg"
    async with midnight(DAY) as host:
        outcome = await shell("plan", "--host", host, *options, "--svg", str(file))
        explained = await shell("plan", "explain", "--host", host, *options)
    assert (outcome.code, explained.code) == (0, 0)
    assert AXIS not in outcome.out
    for out in (outcome.out, explained.out):
        said = " ".join(out.split())
        assert "No price is known for 2026-06-15 00:00." in said
        assert "Prices are known until 2026-06-13 00:00." in said
    ET.fromstring(file.read_text("utf-8"))  # noqa: S314 - our own file


async def test_another_word_is_refused_and_no_device_is_asked(shell: Shell) -> None:
    async with Simulator(None) as sim:
        outcome = await shell("plan", "explian", "--host", sim.host)
        assert len(sim.journal) == 0
    assert outcome.code == 2
    assert "'explian' is not 'explain'" in outcome.line


@pytest.mark.parametrize("words", [(), ("explain",)])
async def test_the_program_plans_with_kept_prices_and_asks_no_source(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    keep_prices(tmp_path / "prices")
    async with PriceServer(SYSTEM_CLOCK) as server, Simulator(None, local_mode=True) as sim:
        own = {"HOMEVOLT_STATE": str(tmp_path), URL_VARIABLE: server.base_urls["tibber.com"]}
        environment = localised({**os.environ, **own, "LC_ALL": "C", "COLUMNS": "80"})
        async with started(PROGRAM, "plan", *words, "--host", sim.host, env=environment) as process:
            out, err = await process.communicate()
        assert server.requests == []
        assert not sim.journal.writes
    assert (process.returncode, err) == (0, b"")
    assert out.isascii()
    assert b"\x1b" not in out
    assert b"Prices: made up, read " in out
    assert max(map(len, out.splitlines())) <= 80
