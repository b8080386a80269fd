"""`homevolt prices`: in a process, and beside a server that speaks the formats of the sources."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import time_machine
from aiohttp import web

from homevolt._common import SYSTEM_CLOCK
from homevolt.cli.planning.spot import URL_VARIABLE
from tests.support.kept_prices import keep_prices
from tests.support.loaded_modules import loaded_by
from tests.support.price_server import DAY, PriceServer, values_of
from tests.support.processes import PROGRAM, localised, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.cli.conftest import Shell

TODAY = date(2026, 2, 3)
MORNING = datetime(2026, 2, 3, 8, 5, tzinfo=UTC)
"""09:05 in Central European time, before tomorrow is published."""
AFTERNOON = datetime(2026, 2, 3, 13, 5, tzinfo=UTC)
BARS = set("\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588")
AXIS = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
HANGING = {"\N{UPPER HALF BLOCK}", "\N{FULL BLOCK}"}


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """Let it be the afternoon; it can be moved."""
    with time_machine.travel(AFTERNOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
async def server(
    now: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PriceServer]:
    """Return a server that has yesterday and today, which the shell asks."""
    del now
    async with PriceServer(SYSTEM_CLOCK) as running:
        running.days = {day: values_of(day) for day in (TODAY - DAY, TODAY)}
        monkeypatch.setenv(URL_VARIABLE, running.base_urls["elprisetjustnu.se"])
        yield running


def refusing() -> web.StreamResponse:
    """Return the answer of a source that is down."""
    return web.Response(status=429)


def columns(out: str) -> list[int]:
    """Return how many columns each axis of a chart has."""
    return [line.count(AXIS) for line in out.splitlines() if AXIS in line]


async def test_both_days_are_bars_with_unit_source_and_age(
    shell: Shell, server: PriceServer
) -> None:
    server.days[TODAY + DAY] = values_of(TODAY + DAY, 0.8)
    outcome = await shell("prices")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0] == "Prices of SE3 (Stockholm) in SEK/kWh, without tax and fees"
    assert [line for line in lines if "February" in line] == [
        "Tuesday 03 February",
        "Wednesday 04 February",
    ]
    assert columns(outcome.out) == [48, 48]
    assert "\N{BLACK DOWN-POINTING TRIANGLE} lowest 0.50 at 00:00-00:15" in outcome.out
    assert "\N{BLACK UP-POINTING TRIANGLE} highest 0.59 at 23:45-00:00" in outcome.out
    assert "A column is the mean of 30 minutes." in lines
    assert "Now 0.56 SEK/kWh." in lines
    assert "Source: elprisetjustnu.se, read 2026-02-03 14:05 (0 s ago)." in outcome.out
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("width", "of_a_day"), [(40, 24), (80, 48), (120, 96), (200, 96)])
async def test_a_day_is_a_row_that_fits_the_terminal(
    shell: Shell,
    server: PriceServer,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    of_a_day: int,
) -> None:
    assert server.days
    monkeypatch.setenv("COLUMNS", str(width))
    outcome = await shell("prices", "--days", "2")
    assert columns(outcome.out) == [of_a_day, of_a_day]
    assert max(map(len, outcome.out.splitlines())) <= width
    assert ("A column is" in outcome.out) == (of_a_day < 96)


async def test_the_marks_are_below_the_lowest_and_the_highest_column(
    shell: Shell, server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    values = server.days[TODAY]
    starts = list(values)
    values[starts[9]], values[starts[70]] = 0.1, 2.0
    lines = (await shell("prices")).out.splitlines()
    n = next(n for n, line in enumerate(lines) if AXIS in line)
    first = lines[n].index(AXIS)
    assert lines[n + 1].index("\N{BLACK DOWN-POINTING TRIANGLE}") == first + 9
    assert lines[n + 1].index("\N{BLACK UP-POINTING TRIANGLE}") == first + 70
    assert {line[first + 70] for line in lines[n - 4 : n]} == {"\N{FULL BLOCK}"}


async def test_a_negative_price_hangs_below_the_axis(
    shell: Shell, server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    values = server.days[TODAY]
    starts = list(values)
    values[starts[40]], values[starts[41]] = -0.3, 0.0
    lines = (await shell("prices")).out.splitlines()
    n = next(n for n, line in enumerate(lines) if AXIS in line)
    first = lines[n].index(AXIS)
    above, below = lines[n - 1].ljust(120), lines[n + 1].ljust(120)
    assert below[first + 40] in HANGING
    assert {below[first + 39], below[first + 41], above[first + 40]} == {" "}
    assert above[first + 39] in BARS
    assert "-0.30" in "".join(lines)
    below_labels = [line[:first].strip() for line in lines[n + 1 : n + 3]]
    assert any(label.startswith("-") for label in below_labels)


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2026, 3, 29), 92), (TODAY, 96), (date(2026, 10, 25), 100)]
)
@pytest.mark.parametrize("minutes", [15, 60])
async def test_days_of_every_length_and_resolution_are_drawn_quarter_by_quarter(  # noqa: PLR0917 - pytest's fixtures
    shell: Shell,
    server: PriceServer,
    now: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    day: date,
    quarters: int,
    minutes: int,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    step = timedelta(minutes=minutes)
    now.move_to(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
    server.days = {day: values_of(day, 0.5, step)}
    outcome = await shell("prices")
    document = (await shell("prices", "--json")).document
    assert columns(outcome.out) == [quarters]
    (shown,) = document["days"]
    assert len(shown["slots"]) == quarters * timedelta(minutes=15) // step
    labels = next(line for line in outcome.out.splitlines() if line.strip().startswith("00"))
    hours = [int(word) for word in labels.split()]
    assert hours == sorted(hours)
    assert len(hours) == quarters // 4


async def test_what_is_kept_makes_no_request_and_tells_its_age(
    shell: Shell, server: PriceServer, now: time_machine.Traveller
) -> None:
    server.days[TODAY + DAY] = values_of(TODAY + DAY)
    await shell("prices")
    before = len(server.requests)
    now.shift(timedelta(hours=2))
    outcome = await shell("prices")
    assert before == 2
    assert len(server.requests) == before
    assert "read 2026-02-03 14:05 (2 h ago)" in outcome.out


async def test_before_tomorrow_is_published_it_says_from_when_it_is_expected(
    shell: Shell, server: PriceServer, now: time_machine.Traveller
) -> None:
    now.move_to(MORNING)
    outcome = await shell("prices")
    document = (await shell("prices", "--json")).document
    says = "published on 2026-02-03 at about 13:00 Central European time"
    assert outcome.code == 0
    assert says in " ".join(outcome.out.split())
    assert says in document["notes"][0]
    assert document["expected_at"] == "2026-02-03T12:00:00+00:00"
    assert server.asked("elprisetjustnu.se") == 1


async def test_with_the_source_down_what_is_kept_is_shown_with_its_age(
    shell: Shell, server: PriceServer, now: time_machine.Traveller
) -> None:
    now.move_to(MORNING)
    await shell("prices")
    now.move_to(AFTERNOON)
    server.faults = dict.fromkeys(server.base_urls, refusing)
    outcome = await shell("prices")
    assert outcome.code == 0
    assert "read 2026-02-03 09:05 (5 h ago)" in outcome.out
    assert "The prices of SE3 for 2026-02-04 are not available" in outcome.out
    assert "was asked too often" in outcome.out


async def test_with_the_source_down_and_nothing_kept_there_is_one_line(
    shell: Shell, server: PriceServer, tmp_path: Path
) -> None:
    server.faults = dict.fromkeys(server.base_urls, refusing)
    file = tmp_path / "prices.svg"
    outcome = await shell("prices", "--svg", str(file))
    assert outcome.code != 0
    assert outcome.out == ""
    assert "The prices of SE3 for 2026-02-03 are not available" in outcome.line
    assert not file.exists()


async def test_an_unknown_zone_is_one_line_with_the_nearest_names(
    shell: Shell, server: PriceServer
) -> None:
    outcome = await shell("prices", "--zone", "SE9")
    assert outcome.code == 2
    assert outcome.out == ""
    assert re.search(r"no bidding zone 'SE9'\. Nearest: SE\d, SE\d, SE\d\.", outcome.line)
    assert server.requests == []


async def test_a_missing_slot_is_marked_and_counted(shell: Shell, server: PriceServer) -> None:
    values = server.days[TODAY]
    for start in list(values)[20:24]:
        values[start] = None
    outcome = await shell("prices")
    document = (await shell("prices", "--json")).document
    assert outcome.out.count("?") == 2
    assert "4 of 96 slots without a price" in outcome.out
    assert [slot["price"] for slot in document["days"][0]["slots"]].count(None) == 4


async def test_a_flat_day_has_neither_a_lowest_nor_a_highest(
    shell: Shell, server: PriceServer
) -> None:
    server.days = {TODAY: dict.fromkeys(values_of(TODAY), 0.25)}
    outcome = await shell("prices")
    assert "lowest" not in outcome.out
    assert "mean 0.25" in outcome.out


async def test_the_same_chart_is_drawn_as_svg_that_needs_nothing_else(
    shell: Shell, server: PriceServer, tmp_path: Path
) -> None:
    server.days[TODAY + DAY] = values_of(TODAY + DAY)
    file = tmp_path / "prices.svg"
    outcome = await shell("prices", "--svg", str(file))
    text = file.read_text("utf-8")
    root = ET.fromstring(text)  # noqa: S314 - our own file
    assert outcome.line == f"The chart is in {file}."
    texts = [each.text for each in root.iter() if each.tag.endswith("}text")]
    assert "Prices of SE3 (Stockholm) in SEK/kWh, without tax and fees" in texts
    assert "lowest 0.50 at 00:00-00:15" in texts
    drawn = "".join(
        each.get("d", "")
        for each in root.iter()
        if each.get("class") in {"price", "lowest", "highest"}
    )
    assert drawn.count("z") == 2 * 96
    assert text.count("http") == text.count('xmlns="http://www.w3.org/2000/svg"') == 1
    assert "prefers-color-scheme:dark" in text
    assert "<script" not in text
    assert "@font-face" not in text


async def test_a_folder_that_is_not_there_is_refused_before_anybody_is_asked(
    shell: Shell, server: PriceServer, tmp_path: Path
) -> None:
    outcome = await shell("prices", "--svg", str(tmp_path / "missing" / "prices.svg"))
    assert outcome.code == 10
    assert "there is no folder" in outcome.line
    assert server.requests == []


async def test_colours_are_for_terminals_only(
    shell: Shell, server: PriceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.days
    plain = (await shell("prices")).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = (await shell("prices")).out
    assert "\x1b[" not in plain
    assert "\x1b[32m\N{BLACK DOWN-POINTING TRIANGLE}" in coloured
    assert "\x1b[31m\N{BLACK UP-POINTING TRIANGLE}" in coloured


async def test_the_program_asks_the_source_once_and_needs_no_device(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    async with PriceServer(SYSTEM_CLOCK) as server:
        server.days = {day: values_of(day) for day in (today + n * DAY for n in range(-1, 4))}
        own = {"HOMEVOLT_STATE": str(tmp_path), URL_VARIABLE: server.base_urls["tibber.com"]}
        outs = []
        for _ in range(2):
            async with started(PROGRAM, "prices", env=localised({**own, "LANG": "C"})) as process:
                out, err = await process.communicate()
            assert (process.returncode, err) == (0, b"")
            outs.append(out)
        asked = server.asked("elprisetjustnu.se")
    assert asked in {1, 2}  # before 13:00 tomorrow is not asked for
    assert outs[0].isascii()
    assert b"#" in outs[0]
    assert b"\x1b" not in outs[0]
    assert b"Source: elprisetjustnu.se, read " in outs[1]


def test_kept_prices_load_neither_the_http_library_nor_the_device(tmp_path: Path) -> None:
    keep_prices(tmp_path)
    line = f"['homevolt', 'prices', '--json', '--cache', {str(tmp_path)!r}]"
    loaded = loaded_by(
        "import io, sys\nfrom homevolt.cli import main\n"
        f"sys.argv, sys.stdout = {line}, io.StringIO()\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end"
    )
    assert loaded & {"aiohttp", "homevolt.connection", "homevolt.device", "rich"} == set()
