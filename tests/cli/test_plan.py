"""`homevolt plan`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


async def test_a_plan_is_shown_and_nothing_is_written(
    shell: Shell, spot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(password="secret", local_mode=True) as sim:
        monkeypatch.setenv("HOMEVOLT_PASSWORD", "secret")
        options = ("plan", "--host", sim.host, "--prices", spot, "--eur-rate", "11")
        outcome = await shell(*options)
        shown = (await shell(*options, "--json")).document
        assert not sim.journal.writes
    assert outcome.code == 0
    assert "SEK  without a battery" in outcome.out
    assert "Prices are known until" in outcome.out
    assert shown["cost"] < shown["cost_of_self_consumption"]
    assert shown["entries"][-1]["action"] == "self-consumption"


async def test_an_applied_plan_is_on_the_device_and_ends(
    shell: Shell, spot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(password="secret", local_mode=True) as sim:
        monkeypatch.setenv("HOMEVOLT_PASSWORD", "secret")
        options = ("--host", sim.host, "--prices", spot, "--eur-rate", "11", "--apply", "--yes")
        outcome = await shell("plan", *options)
        entries = sim.installation.plan.entries
    assert outcome.code == 0
    assert all(entry.to_time is not None for entry in entries)
    last = max(entries, key=lambda entry: entry.to_time or 0)
    assert last.type == Mode.GRID_CHARGE_DISCHARGE
    assert last.options["setpoint"] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "The prices are in EUR and the tariff is in SEK"),
        ((), "say what 1 EUR costs, such as --eur-rate 11.2"),
        (("--eur-rate", "11", "--load", "nan"), "Write --load 800"),
        (("--eur-rate", "11", "--zone", "SE9"), "SE9"),
        (("--eur-rate", "11", "--fuse", "-1"), "fuse"),
    ],
)
async def test_what_cannot_be_used_is_one_line_and_nothing_is_sent(
    shell: Shell,
    spot: str,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    says: str,
) -> None:
    async with Simulator(password="secret", local_mode=True) as sim:
        monkeypatch.setenv("HOMEVOLT_PASSWORD", "secret")
        outcome = await shell(
            "plan", "--host", sim.host, "--prices", spot, "--apply", "--yes", *options
        )
        assert not sim.journal.writes
    assert outcome.code != 0
    assert says in outcome.line


@pytest.mark.parametrize(("first", "last"), [(-30, -6), (5, 30)])
async def test_without_a_price_for_now_the_plan_on_the_device_is_not_replaced(
    shell: Shell, tmp_path: Path, first: int, last: int
) -> None:
    file = tmp_path / "spot.csv"
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    rows = [f"{hour + timedelta(hours=n):%Y-%m-%dT%H:%MZ},1" for n in range(first, last)]
    file.write_text("\n".join(["start_utc,SEK_per_kWh", *rows]) + "\n")
    async with Simulator(None, local_mode=True) as sim:
        options = ("plan", "--host", sim.host, "--prices", str(file))
        shown = await shell(*options)
        outcome = await shell(*options, "--apply", "--yes")
        assert not sim.journal.writes
    assert shown.code == 0
    assert "No price is known for " in shown.out
    assert (outcome.code, outcome.out) == (16, "")
    assert "spot.csv: No price is known for " in outcome.line
    assert "Prices are known until " in outcome.line or "Prices are known from " in outcome.line
    assert "no plan is written; the device keeps its own" in outcome.line


async def test_prices_that_are_all_missing_are_one_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "spot.csv"
    file.write_text("start_utc,SEK_per_kWh\n2026-01-01T00:00Z,\n2026-01-01T01:00Z,\n")
    async with Simulator(None, local_mode=True) as sim:
        outcome = await shell("plan", "--host", sim.host, "--prices", str(file), "--apply", "--yes")
        assert not sim.journal.writes
    assert outcome.code == 16
    assert "spot.csv: No price is known at all." in outcome.line


async def test_the_rate_of_the_euro_does_not_count_where_the_tariff_is_in_eur(
    shell: Shell, spot: str, tmp_path: Path
) -> None:
    tariff = tmp_path / "tariff.toml"
    tariff.write_text('currency = "EUR"\ntime_zone = "Europe/Stockholm"\n')
    async with Simulator(None, local_mode=True) as sim:
        options = ("plan", "--host", sim.host, "--prices", spot, "--tariff", str(tariff), "--json")
        plain = (await shell(*options)).document
        rated = (await shell(*options, "--eur-rate", "11")).document
    assert rated["cost_without_battery"] == pytest.approx(plain["cost_without_battery"], rel=0.05)
