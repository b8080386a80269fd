"""`homevolt schedule` against simulated batteries: the plan, its entries and its files."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from homevolt import Homevolt
from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.cli.writing import plan_files
from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.conftest import Shell

SECRET = "correct horse"
HOUR = 3600


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Simulator]:
    """Serve a battery in local mode with one entry that ended, one in force and one to come."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    now = int(time.time())
    async with Simulator(SECRET, cloud=False, local_mode=True) as simulator:
        simulator.installation.plan.replace(
            (
                Entry(7, now + HOUR, now + 2 * HOUR),
                Entry(1, now - HOUR, now + HOUR, None, 90, options={"setpoint": 3000}),
                Entry(0, now - 2 * HOUR, now - HOUR),
            ),
            "Manual Schedule",
        )
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
        yield simulator


def commands_of(battery: Simulator) -> list[str]:
    return [(record.command or "").split()[0] for record in battery.journal.writes]


def types_of(battery: Simulator) -> list[int]:
    return [entry.type for entry in battery.installation.plan.entries]


async def test_show_is_in_the_order_of_time_with_a_line_where_now_is(
    shell: Shell, battery: Simulator
) -> None:
    outcome = await shell("schedule", "show")
    ended, now, active, following = outcome.out.splitlines()
    assert ended.startswith("  ")
    assert re.search(r" idle +\(id \d", ended)
    assert now.startswith("── now ")
    assert active.startswith("> ")
    assert "charge at 3.0 kW, up to 90 %" in active
    assert following.startswith("  ")
    assert "charge from solar only" in following
    assert [*battery.journal.writes] == []


async def test_show_for_programs_is_one_document(shell: Shell, battery: Simulator) -> None:
    document = (await shell("schedule", "show", "--json")).document
    assert list(document) == ["url", "simulated", "local_mode", "entries"]
    assert [entry["mode"] for entry in document["entries"]] == types_of(battery)


async def test_an_empty_plan_is_shown_as_empty(shell: Shell) -> None:
    async with Simulator(None, cloud=False) as simulator:
        outcome = await shell("schedule", "show", "--host", simulator.host)
    assert outcome.out.endswith("The plan is empty.\n")


async def test_add_is_one_write(shell: Shell, battery: Simulator) -> None:
    add = ("schedule", "add", "idle", "--from", "2099-01-01T07:00", "--for", "2h")
    outcome = await shell(*add, "--max-soc", "80", "--json")
    assert outcome.code == 0, outcome.out
    assert outcome.err.endswith(
        "Will idle from 2099-01-01 07:00 until 2099-01-01 09:00, then no plan.\n"
    )
    assert commands_of(battery) == ["sched_add"]
    *_, added = battery.installation.plan.entries
    assert (added.type, added.max_soc) == (0, 80)
    assert added.from_time is not None
    assert added.to_time == added.from_time + 2 * HOUR


async def test_after_an_entry_for_later_it_says_until_when_nothing_is_planned(shell: Shell) -> None:
    add = ("schedule", "add", "idle", "--from", "2099-01-01T07:00", "--for", "2h")
    async with Simulator(None, cloud=False, local_mode=True) as simulator:
        outcome = await shell(*add, "--host", simulator.host)
    assert outcome.out == "Nothing is planned until 2099-01-01 07:00.\n"


async def test_what_overlaps_is_not_added(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("schedule", "add", "idle", "--for", "10min")
    assert outcome.code == 2
    number = battery.installation.plan.entries[1].id
    assert re.fullmatch(
        rf"homevolt: Entry {number} \(\S.*, charge at 3\.0 kW, up to 90 %\) and the new entry "
        r"\(.*\d\d:\d\d, idle\) overlap\. Nothing was sent\.",
        outcome.line,
    )
    assert commands_of(battery) == []


@pytest.mark.parametrize("command", ["replace", "diff"])
@pytest.mark.parametrize("skew_s", [0, 7200])
async def test_entries_of_a_file_that_overlap_are_named_in_local_time(
    shell: Shell, battery: Simulator, tmp_path: Path, command: str, skew_s: int
) -> None:
    battery.faults.add_settings({"kind": "skew", "seconds": skew_s})
    file = tmp_path / "plan.csv"
    at = datetime(2099, 1, 31, 2).astimezone(UTC) + timedelta(seconds=skew_s)
    windows = [(at, 3), (at + timedelta(hours=2), 3), (datetime(2001, 1, 1, tzinfo=UTC), 1)]
    rows = [f"1,{t.isoformat()},{(t + timedelta(hours=h)).isoformat()},90" for t, h in windows]
    file.write_text("\n".join(["mode,from_time,to_time,max_soc", rows[2], *rows[1::-1]]), "utf-8")
    outcome = await shell("schedule", command, str(file))
    assert (outcome.code, commands_of(battery)) == (2, [])
    assert outcome.line == (
        f"homevolt: {file}: entry 3 (2099-01-31 02:00 - 05:00, charge, up to 90 %) and "
        "entry 2 (2099-01-31 04:00 - 07:00, charge, up to 90 %) overlap. Nothing was sent."
    )


async def test_delete_and_clear_are_one_write_each(shell: Shell, battery: Simulator) -> None:
    number = battery.installation.plan.entries[0].id
    outcome = await shell("schedule", "delete", str(number))
    assert outcome.code == 0, outcome.err
    assert re.search(
        rf"Will delete entry {number}: \S.* - \S.*, charge from solar only\.\n", outcome.err
    )
    assert (commands_of(battery), types_of(battery)) == (["sched_del"], [1, 0])
    outcome = await shell("schedule", "clear")
    assert outcome.err == "Will delete every entry of the plan (2).\n"
    assert outcome.out == "Nothing is planned now.\n"
    assert (commands_of(battery), types_of(battery)) == (["sched_del", "sched_clear"], [])
    await shell("restore")
    assert types_of(battery) == [1]  # the other one has ended


async def test_an_entry_that_is_not_there_is_not_deleted(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("schedule", "delete", "4711")
    assert (outcome.code, commands_of(battery)) == (2, [])
    assert "no entry 4711" in outcome.line


@pytest.mark.parametrize("kind", ["toml", "json", "csv"])
async def test_an_exported_plan_can_be_compared_and_put_back(
    shell: Shell, battery: Simulator, tmp_path: Path, kind: str
) -> None:
    file = str(tmp_path / f"plan.{kind}")
    assert await shell("schedule", "export", file) == (0, "", "")
    printed = (await shell("schedule", "export", "--format", kind)).out
    assert (tmp_path / f"plan.{kind}").read_text("utf-8") == printed
    diff = await shell("schedule", "diff", file)
    assert diff.out.endswith("0 added, 1 removed, 2 unchanged.\n")  # what ended is not written
    await shell("schedule", "clear")
    document = (await shell("schedule", "diff", file, "--json")).document
    assert [len(document[part]) for part in ("added", "removed", "kept")] == [2, 0, 0]
    battery.journal.clear()
    outcome = await shell("schedule", "replace", file)
    assert outcome.code == 0, outcome.err
    assert outcome.err.endswith("2 added, 0 removed, 0 unchanged.\n")
    assert "── now " in outcome.err
    assert sorted(types_of(battery)) == [1, 7]
    assert commands_of(battery) == ["sched_clear", "sched_add", "sched_add"]


@pytest.mark.parametrize("manner", [[], ["--dry-run"], ["--yes"]])
async def test_an_entry_without_end_is_written_only_with_forever(
    shell: Shell, battery: Simulator, tmp_path: Path, manner: list[str]
) -> None:
    file = tmp_path / "plan.csv"
    rows = "idle,2099-01-01T00:00,2099-01-01T01:00\nsolar_charge,2099-01-01T02:00,\n"
    file.write_text(f"mode,from_time,to_time\n{rows}", "utf-8")
    refused = await shell("schedule", "replace", str(file), *manner)
    assert (refused.code, [*battery.journal.writes]) == (2, [])
    assert refused.line == (
        f"homevolt: {file}: entry 2 (2099-01-01 02:00 - open, charge from solar only) has no end. "
        "Give it an end, or say --forever. Nothing was sent."
    )
    written = await shell("schedule", "replace", str(file), "--forever", *manner)
    assert written.code == 0, written.err
    assert types_of(battery) == ([7, 1, 0] if "--dry-run" in manner else [0, 7])


async def test_an_entry_without_end_that_stands_already_may_stay(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    now = int(time.time())
    plan = (Entry(1, now - HOUR, now + HOUR), Entry(7, now + HOUR, None))
    battery.installation.plan.replace(plan, "Manual Schedule")
    file = str(tmp_path / "plan.toml")
    await shell("schedule", "export", file)
    outcome = await shell("schedule", "replace", file)
    assert outcome.code == 0, outcome.err
    battery.journal.clear()
    await shell("schedule", "clear")
    assert (await shell("schedule", "replace", file)).code == 2  # now it is new
    assert types_of(battery) == []


async def test_a_file_that_cannot_be_read_sends_nothing(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text('[{"mode": "idel", "to_time": "2099-01-01"}]', "utf-8")
    for name in ("plan.json", "plan.toml", "plan.txt"):
        outcome = await shell("schedule", "replace", str(tmp_path / name), "--json")
        assert outcome.code == 2
    assert [*battery.journal.writes] == []


async def test_an_export_names_its_kind(shell: Shell, battery: Simulator, tmp_path: Path) -> None:
    for arguments in (["plan.txt"], ["plan.csv", "--format", "json"], ["plan"]):
        outcome = await shell("schedule", "export", str(tmp_path / arguments[0]), *arguments[1:])
        assert outcome.code == 2, arguments
    assert not battery.journal


async def test_replacing_24_entries_takes_no_more_requests_than_the_library(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    rows = "".join(f"0,2099-01-01T{hour:02}:00Z,2099-01-01T{hour:02}:59Z\n" for hour in range(24))
    (tmp_path / "plan.csv").write_text(f"mode,from_time,to_time\n{rows}", "utf-8")
    await shell("schedule", "replace", str(tmp_path / "plan.csv"))
    assert types_of(battery) == [0] * 24
    by_shell = len(battery.journal)
    battery.journal.clear()
    async with Homevolt(battery.host, SECRET) as connection:
        await connection.update_info()
        await connection.get_device().replace_schedule(
            [*plan_files.load(tmp_path / "plan.csv").entries.values()]
        )
    assert by_shell == len(battery.journal) == 2 + (24 + 3)  # one update, one replacement


@pytest.mark.parametrize("command", ["schedule", "param"])
async def test_an_export_that_cannot_be_written_names_its_file(
    shell: Shell, battery: Simulator, tmp_path: Path, command: str
) -> None:
    file = tmp_path / "nowhere" / "plan.toml"
    outcome = await shell(command, "export", str(file), "--host", battery.host)
    assert outcome.code == 10
    assert outcome.line == f"homevolt: {file} cannot be written: No such file or directory."
