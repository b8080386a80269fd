"""The commands that control a battery, against simulated ones: what they say and what they send."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homevolt.cli.commands.modes import EXAMPLES, MODES
from homevolt.cli.output import CONFIG_VARIABLE, HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.schedule.options import OPTIONS
from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry
from tests.support.prompts import SECRET, answered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cli.conftest import Shell


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the plans that are kept go to a folder of the test."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """Serve a battery in local mode whose plan is one open entry, known to the shell."""
    async with Simulator(SECRET, cloud=False, local_mode=True) as simulator:
        simulator.installation.plan.replace((Entry(7, None, None),), "Manual Schedule")
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
        yield simulator


def commands_of(battery: Simulator) -> list[str]:
    """Return the name and the first argument of every command that was sent."""
    return [" ".join((record.command or "").split()[:2]) for record in battery.journal.writes]


def plan_of(battery: Simulator) -> list[tuple[int, object]]:
    return [(e.type, e.options.get("setpoint")) for e in battery.installation.plan.entries]


async def test_charge_writes_a_window_and_says_what_the_battery_does(
    shell: Shell, battery: Simulator
) -> None:
    before = datetime.now(UTC)
    outcome = await shell("charge", "3000", "--for", "2h", "--until-soc", "90")
    assert (outcome.code, outcome.err.count("\n")) == (0, 1)
    assert outcome.err.startswith("Will charge at 3.0 kW until 90 % or ")
    assert outcome.out.startswith("Charging at 3.0 kW until 90 % or ")
    assert outcome.out.endswith(", then the previous plan.\n")
    assert commands_of(battery) == ["sched_clear", "sched_add 1", "sched_add 7"]
    window, after = battery.installation.plan.entries
    assert (window.options["setpoint"], window.max_soc) == (3000, 90)
    assert window.to_time is not None
    end = datetime.fromtimestamp(window.to_time, UTC)
    assert timedelta(minutes=-1) < end - (before + timedelta(hours=2)) < timedelta(minutes=1)
    assert (after.from_time, after.to_time) == (window.to_time, None)


@pytest.mark.parametrize(
    ("line", "written", "text"),
    [
        ("charge", (1, None), "Charging"),
        ("discharge 2000", (2, 2000), "Discharging at 2.0 kW"),
        ("idle", (0, None), "Idle"),
        ("self-consumption", (5, 0), "Holding the meter at 0 W"),
        ("solar", (7, None), "Charging from solar only"),
        ("export", (9, None), "Exporting all solar"),
        ("mode 5 --setpoint -500", (5, -500), "Holding the meter at 500 W of export"),
        ("mode grid_charge --setpoint 700", (3, 700), "Charging from the grid at 700 W"),
        ("mode frequency_reserve", (6, None), "Providing frequency reserve"),
    ],
)
async def test_each_command_puts_the_battery_into_its_mode(
    shell: Shell, battery: Simulator, line: str, written: tuple[int, int | None], text: str
) -> None:
    outcome = await shell(*line.split(), "--for", "45min")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith(f"{text} until ")
    assert plan_of(battery) == [written, (7, None)]


async def test_mode_passes_every_option_on(shell: Shell, battery: Simulator) -> None:
    values = {"whole number": "7", "time": "2099-01-31T07:00", "flag": None}
    later = {"import_energy_limit_to", "export_energy_limit_to"}
    arguments = []
    for option in OPTIONS:
        value = "2099-02-01T07:00" if option.name in later else values[option.kind.value]
        arguments += [f"--{option.name.replace('_', '-')}", *([] if value is None else [value])]
    outcome = await shell("mode", "idle", "--for", "1h", *arguments, "--json")
    assert outcome.code == 0, outcome.out
    entry = outcome.document["entry"]
    keys = {key for option in OPTIONS for key in entry if key.startswith(option.name)}
    assert {key for key in keys if entry[key] is None} == set()
    assert battery.installation.plan.entries[0].options["ffr_power"] == 7


@pytest.mark.parametrize(
    ("line", "limits"),
    [
        ("charge", (None, 70)),
        ("discharge", (70, None)),
        ("solar", (None, 70)),
        ("mode inverter_charge", (None, 70)),
        ("mode 2", (70, None)),
        ("mode Grid-Charge --setpoint 700", (None, 70)),
        ("mode grid_discharge --setpoint 700", (70, None)),
        ("mode solar_charge", (None, 70)),
    ],
)
async def test_until_soc_is_the_limit_in_the_direction_of_the_mode(
    shell: Shell, battery: Simulator, line: str, limits: tuple[int | None, int | None]
) -> None:
    outcome = await shell(*line.split(), "--until-soc", "70", "--for", "1h")
    assert outcome.code == 0, outcome.err
    window, _ = battery.installation.plan.entries
    assert (window.min_soc, window.max_soc) == limits
    assert " until 70 % or " in outcome.out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("charge --until-soc 50", "The battery is at 60 % already, so it will not charge now."),
        ("discharge --until-soc 70", "The battery is at 60 % already, so it will not discharge"),
        ("solar --until-soc 60", "so it will not charge now."),
        ("charge --until-soc 70", None),
        ("discharge --until-soc 50", None),
        ("mode 5 --setpoint 0 --min-soc 70", None),
        ("charge", None),
    ],
)
async def test_a_level_that_is_reached_already_is_said_before_anything_is_sent(
    shell: Shell, battery: Simulator, line: str, says: str | None
) -> None:
    outcome = await shell(*line.split(), "--for", "1h", "--dry-run")
    assert (outcome.code, commands_of(battery)) == (0, [])
    assert (says in outcome.line) if says else (outcome.err == "")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("idle", "Mode idle does not move the charge to a level"),
        ("export", "Mode full_solar_export does not move the charge to a level"),
        ("self-consumption", "--setpoint W --min-soc PERCENT --max-soc PERCENT"),
        ("mode solar_charge_discharge", "charges and discharges, so no one state of charge"),
        ("mode frequency_reserve", "charges and discharges, so no one state of charge"),
        ("mode 1 --max-soc 80", "--until-soc and --max-soc are the same"),
        ("mode nothing", "there is no mode 'nothing'"),
    ],
)
async def test_until_soc_is_refused_in_words_where_it_means_nothing(
    shell: Shell, battery: Simulator, line: str, problem: str
) -> None:
    outcome = await shell(*line.split(), "--until-soc", "70", "--for", "1h")
    assert outcome.code == 2
    assert problem in outcome.line
    assert not battery.journal


async def test_a_dry_run_sends_nothing(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("idle", "--for", "2h", "--dry-run")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Will idle until ")
    document = (await shell("idle", "--for", "2h", "--dry-run", "--json")).document
    assert [entry["mode_name"] for entry in document["entries"]] == ["idle", "solar_charge"]
    assert [*battery.journal.writes] == []


async def test_forever_has_no_end_and_leaves_nothing_of_the_plan(
    shell: Shell, battery: Simulator
) -> None:
    outcome = await shell("charge", "500", "--forever", "--until-soc", "80")
    assert outcome.out == "Charging at 500 W until 80 %, until something else is written.\n"
    assert plan_of(battery) == [(1, 500)]
    assert battery.installation.plan.entries[0].to_time is None


@pytest.mark.parametrize("name", [*MODES, "mode idle"])
async def test_without_an_end_nothing_is_sent(shell: Shell, battery: Simulator, name: str) -> None:
    outcome = await shell(*name.split())
    assert outcome.code == 2
    assert "--for 2h" in outcome.line
    assert not battery.journal


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--for 2h --forever", "exclude each other"),
        ("--for 2", "'2' is not a duration"),
        ("--for 0h", "is not a duration"),
        ("--until 25:00", "'25:00' is not a time"),
        ("--until noon", "'noon' is not a time"),
        ("--until 2001-01-01T00:00", "until 2001-01-01 00:00. Nothing was sent."),
    ],
)
async def test_a_wrong_end_is_explained(
    shell: Shell, battery: Simulator, arguments: str, problem: str
) -> None:
    outcome = await shell("idle", *arguments.split())
    assert outcome.code == 2
    assert problem in outcome.line
    assert [*battery.journal.writes] == []


async def test_for_programs_the_result_is_one_document(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("charge", "3000", "--for", "2h", "--json")
    document = outcome.document
    assert list(document) == [
        *("text", "dry_run", "entry", "wait", "url", "simulated", "local_mode", "entries")
    ]
    assert document["entry"]["setpoint_w"] == 3000
    assert document["url"] == battery.url
    assert [entry["mode"] for entry in document["entries"]] == [1, 7]


async def test_local_mode_off_ends_with_its_code_and_how_to_switch_it_on(shell: Shell) -> None:
    async with Simulator(None, cloud=False) as simulator:
        for arguments in ((), ("--yes",)):
            outcome = await shell("idle", "--for", "1h", "--host", simulator.host, *arguments)
            assert outcome.code == 6
            assert "homevolt local on" in outcome.err
        assert [*simulator.journal.writes] == []


async def test_a_simulated_device_is_controlled_only_when_asked_for(shell: Shell) -> None:
    assert (await shell("idle", "--for", "1h")).code == 2
    outcome = await shell("idle", "--for", "1h", "--simulate")
    assert outcome.code == 0
    assert outcome.out.startswith("Idle until ")


async def test_a_clock_of_the_device_that_is_ahead_shifts_the_window(shell: Shell) -> None:
    fault = "skew:seconds=7200"
    async with Simulator(None, cloud=False, local_mode=True, faults=[fault]) as simulator:
        outcome = await shell("idle", "--for", "1h", "--host", simulator.host)
        (window,) = simulator.installation.plan.entries
    assert outcome.code == 0, outcome.err
    end = (datetime.now(UTC) + timedelta(hours=1)).timestamp()
    assert window.to_time == pytest.approx(end + 7200, abs=60)
    shown = {f"{datetime.fromtimestamp(end + late).astimezone():%H:%M}" for late in (0, 30, 60)}
    assert any(time in outcome.out for time in shown)


async def test_a_terminal_is_asked_first(battery: Simulator) -> None:
    code, shown = await answered(battery, [b"y\n"], "idle", "--for", "1h")
    assert code == 0
    assert "Will idle until " in shown
    assert "Do it? [y/N]" in shown
    assert "Idle until " in shown
    assert plan_of(battery) == [(0, None), (7, None)]


async def test_with_yes_it_is_not_asked(battery: Simulator) -> None:
    code, shown = await answered(battery, [], "idle", "--for", "1h", "--yes")
    assert (code, "[y/N]" in shown) == (0, False)


@pytest.mark.parametrize(
    ("answer", "expected"), [(b"n\n", 1), (b"\n", 1), (b"\xff\n", 2), (b"\x03", 130)]
)
async def test_any_other_answer_sends_nothing(
    battery: Simulator, monkeypatch: pytest.MonkeyPatch, answer: bytes, expected: int
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")  # as in most locales
    code, shown = await answered(battery, [answer], "idle", "--for", "1h")
    assert code == expected, shown
    assert "Traceback" not in shown
    assert [*battery.journal.writes] == []


async def test_a_terminal_is_offered_local_mode(battery: Simulator) -> None:
    battery.device.set_parameter("settings_local", False, store=True)
    code, shown = await answered(battery, [b"y\n", b"n\n"], "idle", "--for", "1h")
    assert (code, [*battery.journal.writes]) == (6, [])
    assert "Local mode is off: the cloud decides. Switch it on? [y/N]" in shown
    code, shown = await answered(battery, [b"y\n", b"y\n"], "idle", "--for", "1h")
    assert code == 0, shown
    assert plan_of(battery) == [(0, None), (7, None)]


async def test_what_another_client_wrote_during_the_question_is_kept_for_restore(
    shell: Shell, battery: Simulator
) -> None:
    reading = battery.faults.add_settings(
        {
            "kind": "other_client",
            "path": "/schedule.json",
            "nth": 2,
            "when": "before",
            "run": "sched_clear; sched_add 2 --setpoint 700",
        }
    )
    code, shown = await answered(battery, [b"y\n"], "idle", "--forever")
    assert (code, plan_of(battery)) == (0, [(0, None)]), shown
    assert reading.hits == 1
    await shell("restore")
    assert plan_of(battery) == [(2, 700)]


async def test_an_entry_that_took_the_id_of_another_during_the_question_is_not_deleted(
    battery: Simulator,
) -> None:
    (entry,) = battery.installation.plan.entries
    battery.faults.add_settings(
        {
            "kind": "other_client",
            "path": "/schedule.json",
            "nth": 2,
            "when": "before",
            "run": "sched_clear; sched_add 2 --setpoint 700",
        }
    )
    code, shown = await answered(battery, [b"y\n"], "schedule", "delete", str(entry.id))
    assert (code, plan_of(battery), [*battery.journal.writes]) == (2, [(2, 700)], []), shown
    assert f"and entry {entry.id} is another one. Nothing was sent." in " ".join(shown.split())


@pytest.mark.parametrize("command", [("replace", "plan.toml"), ("clear",)])
async def test_a_plan_that_another_client_wrote_during_the_question_is_not_deleted(
    shell: Shell, battery: Simulator, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text((await shell("schedule", "export")).out)
    battery.journal.clear()
    battery.faults.add_settings(
        {
            "kind": "other_client",
            "path": "/schedule.json",
            "nth": 2,
            "when": "before",
            "run": "sched_clear; sched_add 2 --setpoint 700",
        }
    )
    arguments = [str(file) if word == "plan.toml" else word for word in command]
    code, shown = await answered(battery, [b"y\n"], "schedule", *arguments)
    assert (code, plan_of(battery), [*battery.journal.writes]) == (2, [(2, 700)], []), shown
    assert "it is not the one that was shown. Nothing was sent." in " ".join(shown.split())


@pytest.mark.parametrize("name", EXAMPLES)
async def test_the_example_of_a_command_works(shell: Shell, battery: Simulator, name: str) -> None:
    arguments = [word.strip("'") for word in EXAMPLES[name].split()]
    if "tomorrow" in arguments:
        at = arguments.index("tomorrow")
        arguments[at : at + 2] = ["tomorrow 07:00"]
    outcome = await shell(*arguments)
    assert outcome.code == 0, outcome.err
    assert battery.journal.writes


async def test_restore_puts_back_the_plan_before_the_last_command(
    shell: Shell, battery: Simulator
) -> None:
    assert (await shell("restore")).code == 2  # nothing was written yet
    await shell("charge", "3000", "--for", "2h")
    await shell("idle", "--forever")
    outcome = await shell("restore")
    assert outcome.code == 0, outcome.err
    *timeline, sentence = outcome.err.splitlines()
    assert timeline[0].startswith("── now ")
    assert sentence == "Will restore the previous plan: 2 added, 1 removed, 0 unchanged."
    assert outcome.out.startswith("Charging at 3.0 kW until ")
    assert plan_of(battery) == [(1, 3000), (7, None)]
    await shell("restore", "--yes")
    assert plan_of(battery) == [(0, None)]


async def test_restore_keeps_the_plan_of_each_device_and_leaves_out_what_ended(
    shell: Shell, battery: Simulator
) -> None:
    await shell("idle", "--for", "1h")
    async with Simulator(SECRET, seed=2, cloud=False, local_mode=True) as other:
        await shell("idle", "--for", "2h", "--host", other.host)
        await shell("restore", "--host", other.host)
        assert plan_of(other) == []
    await shell("charge", "--for", "2h")
    battery.faults.add_settings({"kind": "skew", "seconds": 5400})
    outcome = await shell("restore", "--json")
    assert outcome.code == 0, outcome.out
    assert plan_of(battery) == [(7, None)]
    assert outcome.document["entry"]["mode_name"] == "solar_charge"


async def test_the_kept_plan_is_the_owner_s_alone_and_never_half_a_file(
    shell: Shell, battery: Simulator, state: Path
) -> None:
    for _ in range(2):
        await shell("idle", "--for", "1h")
    (file,) = await asyncio.to_thread(lambda: [*state.glob("previous-plan-*")])
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.write_text('{"entries": [{', "utf-8")
    battery.journal.clear()
    outcome = await shell("restore")
    assert (outcome.code, [*battery.journal.writes]) == (11, [])
    assert "is not valid JSON" in outcome.line


async def test_the_kept_plan_is_beside_the_file_of_devices(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HOMEVOLT_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    config = Path(os.environ[CONFIG_VARIABLE])
    assert (await shell("idle", "--for", "1h")).code == 0
    (file,) = await asyncio.to_thread(lambda: [*config.parent.glob("previous-plan-*")])
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert (await shell("restore")).code == 0
    assert plan_of(battery) == [(7, None)]


async def test_without_a_place_for_the_plan_nothing_is_sent(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "file"))
    outcome = await shell("idle", "--for", "1h")
    assert (outcome.code, [*battery.journal.writes]) == (10, [])
    assert "nothing was sent" in outcome.err


async def test_local_mode_is_one_write(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("local", "status")
    assert (outcome.out, outcome.err) == ("Local mode is on: the cloud's plans are refused.\n", "")
    assert [*battery.journal.writes] == []
    assert (await shell("local", "off", "--json")).document["local_mode"] is False
    outcome = await shell("local", "on")
    assert outcome.out == "Local mode is on: the cloud's plans are refused.\n"
    forms = [record.form for record in battery.journal.writes]
    assert [(form["k"], form["v"]) for form in forms] == [
        ("settings_local", "false"),
        ("settings_local", "true"),
    ]
