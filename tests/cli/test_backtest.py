"""`homevolt backtest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

SHORT = ("backtest", "--days", "5")


def prices(hours: int = 72, *, missing: int | None = None, value: str = "50") -> str:
    """Return hourly spot prices as a file."""
    rows = [
        f"2026-01-{2 + hour // 24:02d}T{hour % 24:02d}:00Z,{value if hour % 24 < 12 else '90'}"
        for hour in range(hours)
        if hour != missing
    ]
    return "start_utc,eur_per_mwh\n" + "\n".join(rows) + "\n"


async def test_made_up_prices_need_no_file(shell: Shell) -> None:
    outcome = await shell(*SHORT)
    head, _, row = outcome.out.splitlines()
    assert outcome.code == 0
    assert [cell.strip() for cell in head.split("|")[1:3]] == ["prices", "without battery"]
    assert row.startswith("| made up")
    assert row.split("|")[-2].strip().endswith(" %")


@pytest.mark.unmeasured
async def test_what_is_known_captures_more(shell: Shell) -> None:
    guessed = (await shell(*SHORT, "--json")).document["backtests"][0]
    known = (await shell(*SHORT, "--known", "--json")).document["backtests"][0]
    assert known["total"]["captured_ratio"] > guessed["total"]["captured_ratio"]
    assert known["total"]["perfect_foresight"] == guessed["total"]["perfect_foresight"]
    assert known["plans"] == 6
    assert {month["month"] for month in known["months"]} == {"2026-01"}


async def test_prices_and_tariff_are_read_from_files(shell: Shell, tmp_path: Path) -> None:
    file, tariff = tmp_path / "spot.csv", tmp_path / "tariff.toml"
    file.write_text(prices())
    tariff.write_text('currency = "EUR"\ntime_zone = "Europe/Stockholm"\n')
    outcome = await shell("backtest", str(file), "--tariff", str(tariff), "--json")
    (found,) = outcome.document["backtests"]
    assert outcome.document["currency"] == "EUR"
    assert found["prices"] == "spot.csv"
    assert found["total"]["with_plan"] < found["total"]["without_battery"]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (prices(), (), "The prices are in EUR and the tariff is in SEK"),
        (prices(missing=30), ("--eur-rate", "11"), "has no price for 2026-01-03T06:00"),
        (prices(value="nan"), ("--eur-rate", "11"), "not a number"),
        (
            prices(),
            ("--eur-rate", "11", "--capacity", "-1"),
            "'-1' is not a number of kWh above 0 and at",
        ),
        (
            prices(),
            ("--eur-rate", "11", "--capacity", "1e9"),
            "'--capacity': '1e9' is not a",
        ),
        (prices(), ("--eur-rate", "11", "--power", "0"), "'--power': '0' is not a number of kW"),
        (prices(), ("--eur-rate", "11", "--power", "nan"), "'--power': 'nan' is not a number of"),
        (prices(), ("--eur-rate", "11", "--sun-error", "-1"), "'--sun-error': '-1' is not a num"),
        (prices(), ("--eur-rate", "0"), "'--eur-rate': '0' is not a number above 0"),
        (prices(), (), "such as --eur-rate 11.2"),
        (prices(), ("--eur-rate", "11", "--zone", "SE9"), "SE9"),
        ("hello", ("--eur-rate", "11"), "spot.csv"),
    ],
)
async def test_what_cannot_be_used_is_one_line(
    shell: Shell, tmp_path: Path, text: str, options: tuple[str, ...], says: str
) -> None:
    file = tmp_path / "spot.csv"
    file.write_text(text)
    outcome = await shell("backtest", str(file), *options)
    assert outcome.code != 0
    assert outcome.out == ""
    assert says in outcome.line
