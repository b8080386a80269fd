"""The commands that control, with the name of a configured device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.conftest import Shell

ENTRY = "mode,from_time,to_time\nidle,2099-01-01T00:00Z,2099-01-01T01:00Z\n"


@pytest.fixture
async def batteries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shell: Shell
) -> AsyncIterator[tuple[Simulator, Simulator]]:
    """Serve two batteries, configured as `house` (the default) and `barn`."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    (tmp_path / "plan.csv").write_text(ENTRY, "utf-8")
    (tmp_path / "settings.toml").write_text("[parameters]\nledstrip_bright_max = 41\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    async with (
        Simulator(None, seed=1, cloud=False, local_mode=True) as house,
        Simulator(None, seed=2, cloud=False, local_mode=True) as barn,
    ):
        for name, battery in (("house", house), ("barn", barn)):
            battery.installation.plan.replace((Entry(7, None, None),), "Manual Schedule")
            added = await shell("device", "add", name, battery.host, "--no-password")
            assert added.code == 0, added.err
            battery.journal.clear()
        yield house, barn


@pytest.mark.parametrize(
    "line",
    [
        "charge 3000 --for 2h",
        "discharge --for 2h",
        "idle --for 2h",
        "self-consumption --for 2h",
        "solar --for 2h",
        "export --for 2h",
        "mode 5 --setpoint -300 --for 2h",
        "local on",
        "schedule clear",
        "schedule replace plan.csv",
        "param set ledstrip_bright_max 40",
        "param import settings.toml",
        "console sched_clear",
        "reboot --yes",
    ],
)
async def test_a_command_reaches_the_device_that_is_named_and_no_other(
    shell: Shell, batteries: tuple[Simulator, Simulator], line: str
) -> None:
    house, barn = batteries
    outcome = await shell(*line.split(), "--device", "barn")
    assert outcome.code == 0, outcome.err
    assert barn.journal.writes
    assert not house.journal


async def test_each_device_has_its_own_plan_to_restore(
    shell: Shell, batteries: tuple[Simulator, Simulator]
) -> None:
    house, barn = batteries
    await shell("charge", "--for", "2h", "--device", "house")
    await shell("idle", "--forever", "--device", "barn")
    restored = await shell("restore", "--device", "barn")
    assert restored.code == 0, restored.err
    types = [[entry.type for entry in each.installation.plan.entries] for each in (house, barn)]
    assert types == [[1, 7], [7]]


async def test_an_unknown_name_sends_nothing(
    shell: Shell, batteries: tuple[Simulator, Simulator]
) -> None:
    outcome = await shell("idle", "--for", "1h", "--device", "bran")
    assert outcome.code == 2
    assert "barn" in outcome.line
    assert not any(each.journal for each in batteries)
