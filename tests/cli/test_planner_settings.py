"""What a plan is made with: [planner] in the configuration file, options, and kept answers."""

from __future__ import annotations

import json
import os
import pty
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from homevolt.cli.devices.config import config_path
from homevolt.cli.planning.settings import FIELDS, MadePeak, plan_settings
from homevolt.cli.planning.settings import SOLAR as SOLAR_FIELDS
from homevolt.simulator import Simulator
from tests.support.processes import PROGRAM, started
from tests.support.weather_server import WeatherServer

if TYPE_CHECKING:
    from tests.cli.conftest import Outcome, Shell

ROOT = Path(__file__).parents[2]
QUESTION = "What did the battery cost"
SOLAR = "peak_kw = 8\ntilt = 35\nazimuth = 0\nlatitude = 59.3\nlongitude = 18.1\n"
MISTAKES = [
    ("planner = 5\n", 1, "planner must be a table. Write [planner]."),
    ('[planner]\nzones = "SE3"\n', 2, "unknown key 'zones'. Did you mean 'zone'?"),
    ('[planner]\nzone = "SE9"\n', 2, "There is no bidding zone 'SE9'."),
    ('[planner]\nload_w = 1\nprice_source = "nordpool"\n', 3, "nordpool"),
    ("[planner]\nload_w = -1\n", 2, "load_w of planner cannot be used. Write load_w = 800"),
    ("[planner]\nload_w = nan\n", 2, "load_w of planner cannot be used. Write"),
    ("[planner]\nload_w = true\n", 2, "load_w of planner cannot be used. Write"),
    ('[planner]\nload_w = 1\nload_file = "x"\n', 3, "load_file and load_w exclude each other."),
    ('[planner]\nload_history = "no.csv"\n', 2, "no.csv. Correct load_history."),
    ('[planner]\nload_history = "~no-such-user/x"\n', 2, "x. Correct load_history."),
    ("[planner]\nreserve = 101\n", 2, "reserve of planner cannot be used. Write reserve = 5"),
    ("[planner]\nmin_soc = 60\nreserve = 50\n", 2, "cross: min_soc and reserve make 110 %,"),
    (
        "[planner]\nmin_soc = 96\n",
        2,
        "min_soc and the default reserve of 5 % make 101 %,",
    ),
    ("[planner]\nmax_soc = 0\n", 2, "the limits of the state of charge cross"),
    ("[planner]\npurchase_price = 60000\n", 2, "purchase_price has no cycles. Add cycles ="),
    ("[planner]\ncycles = 0\n", 2, "cycles of planner cannot be used. Write cycles = 6000"),
    ("[planner]\ncharge_efficiency = 94\n", 2, "Write charge_efficiency = 0.94, more than 0"),
    ("[planner.solar]\npeak_kw = 8\n", 1, "solar has no tilt. Add tilt = 35"),
    (f"[planner.solar]\n{SOLAR}tlit = 3\n", 7, "unknown key 'tlit'. Did you mean 'tilt'?"),
    (f"[planner.solar]\n{SOLAR.replace('35', '95')}", 3, "tilt of solar cannot be used. Write"),
    ("[planner]\npeaks = [{ day = 3, power_kw = 1 }]\n", 2, "day of peaks cannot be used. Write"),
    ("[planner]\npeaks = [{ power_kw = 1 }]\n", 2, "peaks has no day. Add day = 2026-11-03"),
    ("[planner.supplier]\nmarkup = 1\n", 2, "unknown key 'markup'. Did you mean 'markup_per_kwh'?"),
    ('[planner]\nprice_token_file = "no"\n', 2, "cannot be read: "),
]


def configure(text: str) -> Path:
    """Write the configuration file; return its folder."""
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.parent


def written(path: Path, *, days: int, power_w: float, unknown: bool = False) -> Path:
    """Write what a house needed in each hour of the days before now."""
    last = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = [
        f"{last - timedelta(hours=hour):%Y-%m-%dT%H:%MZ},"
        + ("" if unknown and hour % 24 == 3 else f"{power_w}")
        for hour in range(days * 24, 0, -1)
    ]
    path.write_text("start_utc,power_w\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
async def test_a_mistake_is_named_with_its_line_and_what_to_do(
    shell: Shell, text: str, line: int, message: str
) -> None:
    configure(text)
    outcome = await shell("plan", "--simulate")
    assert outcome.code != 0
    assert f"config.toml, line {line}: " in outcome.line
    assert message in outcome.line


def test_an_option_beats_the_file_and_replaces_what_excludes_it(tmp_path: Path) -> None:
    folder = configure(
        '[planner]\nzone = "SE4"\nload_file = "load.csv"\nreserve = 10\n'
        "peaks = [{ day = 2026-11-03, power_kw = 4.2 }]\n"
        f"[planner.solar]\n{SOLAR}"
    )
    (folder / "load.csv").write_text("")
    settings = plan_settings({"zone": None, "reserve": 20.0})
    assert (settings.zone, settings.reserve) == ("SE4", 20.0)
    assert settings.load_file == folder / "load.csv"
    assert settings.peaks == (MadePeak(datetime(2026, 11, 3, tzinfo=UTC).date(), 4.2),)
    assert settings.solar is not None
    other = plan_settings({"load_w": 500.0, "solar_file": tmp_path})
    assert (other.load_w, other.load_file, other.solar) == (500.0, None, None)


def test_the_example_of_the_page_can_be_used() -> None:
    page = (ROOT / "docs" / "planning.md").read_text()
    example = page.partition("## Settings")[2].partition("```toml\n")[2].partition("```")[0]
    folder = configure(example)
    for name in ("tariff.toml", "load.csv", "entsoe-token"):
        (folder / name).write_text("made up\n")
    settings = plan_settings({})
    assert settings.cycles == 6000
    assert settings.solar is not None
    assert {*SOLAR_FIELDS} - {*settings.solar} == {"url"}
    left_out = {
        "tariff_product",
        "supplier",
        "prices",
        "cache",
        "eur_rate",
        "load_w",
        "load_file",
        "solar_file",
    }
    assert {key for key in FIELDS if f"{key} = " not in example} - left_out == {"solar"}


async def planned(shell: Shell, spot: str, *options: str) -> Outcome:
    """Plan for a simulated battery, whose plan must not change."""
    async with Simulator(None, local_mode=True) as sim:
        arguments = ("plan", "--host", sim.host, "--prices", spot, "--eur-rate", "11", "--json")
        outcome = await shell(*arguments, *options)
        assert not sim.journal.writes
    assert outcome.code == 0, outcome.err
    return outcome


async def test_without_a_word_the_load_is_called_a_guess_and_more_is_kept_in_reserve(
    shell: Shell, spot: str
) -> None:
    guessed = (await planned(shell, spot)).document
    said = (await planned(shell, spot, "--load", "800")).document
    assert guessed["forecasts"]["load"]["guess"] is True
    assert "800 W assumed" in guessed["forecasts"]["load"]["basis"]
    assert any("the reserve is 10 % of the capacity" in note for note in guessed["notes"])
    assert said["forecasts"]["load"] == {
        "basis": "Constant 800 W.",
        "guess": False,
        "mean_w": 800.0,
        "unknown_slots": 0,
    }
    assert (guessed["battery"]["reserve_ratio"], said["battery"]["reserve_ratio"]) == (0.1, 0.05)


async def test_the_load_is_the_median_of_the_history_and_says_so(
    shell: Shell, spot: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "load.csv", days=28, power_w=1234)
    load = (await planned(shell, spot, "--load-history", str(file))).document["forecasts"]["load"]
    assert load["mean_w"] == 1234.0
    assert load["basis"].startswith("Median of the same weekday and quarter-hour over 4 weeks")
    assert "28.0 days are known" in load["basis"]
    assert (load["guess"], load["unknown_slots"]) == (False, 0)


async def test_hours_that_a_history_does_not_know_are_said_and_widen_the_reserve(
    shell: Shell, spot: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "load.csv", days=28, power_w=1234, unknown=True)
    document = (await planned(shell, spot, "--load-history", str(file))).document
    assert document["forecasts"]["load"]["unknown_slots"] >= 4
    assert document["battery"]["reserve_ratio"] == 0.1
    assert any(
        "quarter-hours is not known: the mean is assumed" in each for each in document["notes"]
    )


@pytest.mark.parametrize("option", ["--load-file", "--load-history"])
async def test_a_file_that_ends_before_now_gives_a_guess_and_not_zero(
    shell: Shell, spot: str, tmp_path: Path, option: str
) -> None:
    file = tmp_path / "load.csv"
    file.write_text("start,power_w\n2020-01-01T00:00Z,500\n2020-01-01T01:00Z,500\n")
    document = (await planned(shell, spot, option, str(file))).document
    load = document["forecasts"]["load"]
    assert (load["mean_w"], load["guess"]) == (800.0, True)
    assert load["basis"] == "800 W assumed: load.csv gives no consumption of the time ahead."
    assert not any("is not known" in each for each in document["notes"])


async def test_missing_peaks_of_a_power_fee_are_said(
    shell: Shell, spot: str, tmp_path: Path
) -> None:
    tariff = tmp_path / "tariff.toml"
    tariff.write_text(
        'currency = "SEK"\ntime_zone = "Europe/Stockholm"\n'
        "[[power_fees]]\nper_kw = 80\npeaks = 3\none_per_day = false\n"
    )
    document = (await planned(shell, spot, "--tariff", str(tariff))).document
    said = [note for note in document["notes"] if "0 of 3 are given" in note]
    is_first_day = datetime.now(ZoneInfo("Europe/Stockholm")).day == 1
    assert len(said) == (0 if is_first_day else 1)


async def test_load_and_sun_are_read_from_files(shell: Shell, spot: str, tmp_path: Path) -> None:
    last = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = [f"{last + timedelta(hours=hour):%Y-%m-%dT%H:%MZ},0.5" for hour in range(40)]
    file = tmp_path / "kw.csv"
    file.write_text("start_utc,power_kw\n" + "\n".join(rows) + "\n")
    options = ("--load-file", str(file), "--solar-file", str(file))
    found = (await planned(shell, spot, *options)).document["forecasts"]
    assert found["load"]["mean_w"] == found["solar"]["mean_w"] == 500.0
    assert found["solar"]["basis"] == "The column power_kw of kw.csv."


async def test_the_sun_is_what_open_meteo_says_of_the_panels(shell: Shell, spot: str) -> None:
    async with WeatherServer() as server:
        configure(f'[planner.solar]\n{SOLAR}url = "{server.url}"\n')
        outcome = await planned(shell, spot, "--load", "800")
    (query,) = server.queries
    solar = outcome.document["forecasts"]["solar"]
    assert (query["tilt"], query["latitude"]) == ("35", "59.3000")
    assert solar["mean_w"] == 3400.0  # 8 kWp x 500 / 1000 x 0.85
    assert "Open-Meteo of " in solar["basis"]


async def test_without_an_answer_of_open_meteo_no_sun_is_expected_and_more_is_kept(
    shell: Shell, spot: str
) -> None:
    async with WeatherServer(lambda: web.Response(status=404)) as server:
        configure(f'[planner.solar]\n{SOLAR}url = "{server.url}"\n')
        document = (await planned(shell, spot, "--load", "800")).document
    solar = document["forecasts"]["solar"]
    assert solar["basis"].startswith("Open-Meteo gave no forecast: ")
    assert solar["mean_w"] is None
    assert document["battery"]["reserve_ratio"] == 0.1


async def test_the_battery_is_the_devices_and_the_rest_is_from_the_settings(
    shell: Shell, spot: str
) -> None:
    configure(
        "[planner]\ncharge_efficiency = 0.9\ndischarge_efficiency = 0.8\nstandby_w = 20\n"
        "min_soc = 10\nmax_soc = 90\nreserve = 15\npurchase_price = 50000\ncycles = 5000\n"
    )
    battery = (await planned(shell, spot, "--load", "800")).document["battery"]
    capacity = battery["capacity_wh"]
    assert battery == {
        "capacity_wh": 13304,
        "charge_w": battery["discharge_w"],
        "discharge_w": battery["discharge_w"],
        "state_of_charge_ratio": battery["state_of_charge_ratio"],
        "min_soc_ratio": 0.1,
        "max_soc_ratio": 0.9,
        "reserve_ratio": 0.15,
        "round_trip_ratio": 0.72,
        "standby_w": 20,
        "wear_per_kwh": round(50000 / (capacity / 1000 * 5000), 4),
    }


async def test_an_eltariff_document_is_a_tariff_too(shell: Shell, spot: str) -> None:
    valid = {"fromIncluding": "2020-01-01", "toExcluding": "2100-01-01"}
    transfer = {
        "id": "transfer",
        "name": "transfer",
        "type": "fixed",
        "reference": "main",
        "validPeriod": valid,
        "price": {"priceExVat": 0.5, "priceIncVat": 0.625, "currency": "SEK"},
        "recurringPeriods": [],
    }
    tariff = {
        "id": "1",
        "name": "House",
        "product": "house.16",
        "companyName": "Grid AB",
        "timeZone": "Europe/Stockholm",
        "direction": "consumption",
        "billingPeriod": "P1M",
        "validPeriod": valid,
        "energyPrice": {"components": [transfer]},
    }
    document = {"tariffs": [tariff, {**tariff, "id": "2", "product": "house.20"}]}
    folder = configure(
        '[planner]\ntariff = "eltariff.json"\ntariff_product = "house.16"\n'
        "[planner.supplier]\nmarkup_per_kwh = 0.1\n"
    )
    (folder / "eltariff.json").write_text(json.dumps(document))
    slots = (await planned(shell, spot, "--load", "800")).document["slots"]
    with_more = config_path().read_text().replace("0.1", "0.3")
    config_path().write_text(with_more)
    dearer = (await planned(shell, spot, "--load", "800")).document["slots"]
    rise = dearer[0]["import_price"] - slots[0]["import_price"]
    assert rise == pytest.approx(0.2 * 1.25, abs=1e-3)


async def test_leaving_out_the_value_at_the_end_changes_the_plan(shell: Shell, spot: str) -> None:
    valued = (await planned(shell, spot, "--load", "800")).document
    empty = (await planned(shell, spot, "--load", "800", "--no-end-value")).document
    assert empty["cost"] != valued["cost"]


async def at_terminal(*options: str, typed: bytes = b"") -> tuple[int | None, str]:
    """Plan with a person at the terminal; return the exit code and what was shown."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed)
        command = ("plan", "--eur-rate", "11", "--load", "800", *options)
        async with started(PROGRAM, *command, stdin=theirs) as process:
            out, err = await process.communicate()
    finally:
        os.close(ours)
        os.close(theirs)
    return process.returncode, out.decode() + err.decode()


async def test_a_person_is_asked_once_what_the_battery_cost(spot: str) -> None:
    configure("# Mine.\n")
    async with Simulator(None) as sim:
        options = ("--host", sim.host, "--prices", spot)
        code, first = await at_terminal(*options, typed=b"60 000\nmany\n5000\n")
        assert code == 0, first
        assert "What did the battery cost, in SEK?" in first
        assert "'many' is not a number of 0 or more." in first
        assert "wear 0.90 SEK/kWh" in first
        assert config_path().read_text() == (
            "# Mine.\n\n[planner]\npurchase_price = 60000.0\ncycles = 5000.0\n"
        )
        code, again = await at_terminal(*options)
    assert code == 0, again
    assert QUESTION not in again
    assert "wear 0.90 SEK/kWh" in again


@pytest.mark.parametrize("options", [("--simulate",), (), ("--simulate", "--apply", "--dry-run")])
async def test_of_a_simulated_battery_nothing_is_asked_and_nothing_kept(
    spot: str, options: tuple[str, ...]
) -> None:
    code, shown = await at_terminal("--prices", spot, *options, typed=b"60000\n5000\n")
    assert code == 0, shown
    assert QUESTION not in shown
    assert not config_path().exists()


@pytest.mark.parametrize("options", [("--apply",), ("--every", "15m")])
async def test_that_there_is_no_device_is_said_before_anything_is_asked(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("start_utc,sek_per_kwh\n2026-01-01T00:00Z,600\n2026-01-01T01:00Z,600\n")
    code, shown = await at_terminal("--prices", str(wrong), *options, typed=b"y\n60000\n5000\n")
    assert (code, shown.count("\n")) == (2, 1)
    assert shown.startswith("homevolt: No device is configured and none is named.")
    assert not config_path().exists()


@pytest.mark.parametrize("svg", ["{folder}/nowhere/plan.svg", "/proc/plan.svg"])
async def test_a_chart_that_cannot_be_written_is_said_before_anything_is_asked(
    spot: str, tmp_path: Path, svg: str
) -> None:
    async with Simulator(None) as sim:
        options = ("--host", sim.host, "--prices", spot, "--svg", svg.format(folder=tmp_path))
        code, shown = await at_terminal(*options, typed=b"60000\n5000\n")
        assert not sim.journal
    assert (code, shown.count("\n")) == (10, 1)
    assert " cannot be written: " in shown
    assert not config_path().exists()


@pytest.mark.parametrize("typed", [b"60000\n5000\n", b"\n"])
async def test_an_answer_that_cannot_be_kept_is_one_line_and_the_plan_is_shown(
    spot: str, typed: bytes
) -> None:
    configure("# Mine.\n")
    config_path().chmod(0o444)
    async with Simulator(None) as sim:
        code, shown = await at_terminal("--host", sim.host, "--prices", spot, typed=typed)
    assert code == 0, shown
    (line,) = [line for line in shown.splitlines() if "cannot be written" in line]
    assert line.endswith("The answer counts for this plan alone.")
    assert ("wear 0.90 SEK/kWh" if typed != b"\n" else "no wear counted") in shown
    assert config_path().read_text() == "# Mine.\n"
