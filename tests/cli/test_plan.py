"""`homevolt plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Mode

if TYPE_CHECKING:
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
