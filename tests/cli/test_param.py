"""`homevolt param`, `console` and `reboot` against simulated batteries."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.simulator import Simulator
from tests.support.prompts import answered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cli.conftest import Shell

SECRET = "correct horse"
BRIGHTNESS = "ledstrip_bright_max"


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """Serve a battery whose password and address the shell knows."""
    async with Simulator(SECRET, cloud=False) as simulator:
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
        yield simulator


def writes_of(battery: Simulator) -> list[str]:
    return [
        record.command or f"{record.form.get('k')}={record.form.get('v')}"
        for record in battery.journal.writes
    ]


async def test_every_parameter_is_listed_by_group(shell: Shell, battery: Simulator) -> None:
    document = (await shell("param", "list", "--json")).document
    names = {parameter["name"] for parameter in document["parameters"]}
    assert names == {*battery.installation.parameters}
    outcome = await shell("param", "list", "LEDSTRIP", "max")
    assert (outcome.code, outcome.err) == (0, "")
    heading, line = outcome.out.splitlines()
    assert heading.endswith(":")
    assert line.startswith(f"  {BRIGHTNESS} = ")
    assert writes_of(battery) == []


@pytest.mark.parametrize("columns", [40, 80])
async def test_the_list_fits_the_terminal_and_loses_nothing(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", "10000")
    whole = (await shell("param", "list")).out
    assert max(map(len, whole.splitlines())) > 80
    monkeypatch.setenv("COLUMNS", str(columns))
    folded = (await shell("param", "list")).out
    assert max(map(len, folded.splitlines())) <= columns
    assert "".join(folded.split()) == "".join(whole.split())
    monkeypatch.delenv("COLUMNS")
    assert (await shell("param", "list")).out == whole  # a pipe gets a line for each
    name = next(iter(battery.installation.parameters))
    monkeypatch.setenv("COLUMNS", str(columns))
    one = (await shell("param", "get", name)).out
    assert max(map(len, one.splitlines())) <= columns


async def test_a_group_and_what_was_changed_narrow_the_list(
    shell: Shell, battery: Simulator
) -> None:
    battery.device.set_parameter(BRIGHTNESS, 42, store=True)
    changed = (await shell("param", "list", "--changed", "--json")).document["parameters"]
    assert BRIGHTNESS in [parameter["name"] for parameter in changed]
    assert all(parameter["value"] != parameter["default"] for parameter in changed)
    group = next(each["group"] for each in changed if each["name"] == BRIGHTNESS)
    found = (await shell("param", "list", "--group", group, "--json")).document["parameters"]
    assert {parameter["group"] for parameter in found} == {group}
    assert (await shell("param", "list", "no such thing")).code == 2


async def test_set_and_reset_are_one_write_each(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("param", "set", BRIGHTNESS, "42")
    assert outcome.code == 0, outcome.err
    assert outcome.err.startswith(f"Will set {BRIGHTNESS} from ")
    assert outcome.out.startswith(f"{BRIGHTNESS} = 42 (default ")
    assert writes_of(battery) == [f"{BRIGHTNESS}=42"]
    document = (await shell("param", "get", BRIGHTNESS, "--json")).document
    assert document["parameter"]["value"] == 42
    document = (await shell("param", "reset", BRIGHTNESS, "--json")).document
    assert document["parameter"]["value"] == document["parameter"]["default"]
    assert len(writes_of(battery)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "ems_meter_offset_w -5 --yes",
        "--yes ems_meter_offset_w -5",
        "ems_meter_offset_w --yes -- -5",
    ],
)
async def test_a_negative_number_is_a_value_and_not_an_option(
    shell: Shell, battery: Simulator, line: str
) -> None:
    outcome = await shell("param", "set", *line.split())
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("ems_meter_offset_w = -5 (default 0)")
    assert writes_of(battery) == ["ems_meter_offset_w=-5"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("set ledstrip_bright_mxa 1", "ledstrip_bright_max"),
        ("set ledstrip_bright_max lots", "ledstrip_bright_max"),
        ("set ledstrip_bright_max -5", "must be a whole number from 0 to 255, not '-5'"),
        ("set ledstrip_bright_max", "Give the value"),
        ("get nothing", "no parameter 'nothing'"),
        ("reset nothing", "no parameter 'nothing'"),
        ("set ems_psk hunter2", "leave its value out"),
    ],
)
async def test_what_cannot_be_written_sends_nothing(
    shell: Shell, battery: Simulator, arguments: str, problem: str
) -> None:
    outcome = await shell("param", *arguments.split())
    assert (outcome.code, writes_of(battery)) == (2, [])
    assert problem in outcome.line


async def test_a_secret_comes_from_stdin_and_is_not_shown(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hunter2\n"))
    outcome = await shell("param", "set", "ems_psk")
    assert outcome.code == 0, outcome.err
    assert battery.installation.parameters["ems_psk"] == "hunter2"
    assert "hunter2" not in outcome.out + outcome.err
    assert (await shell("param", "set", "ems_psk")).code == 2  # stdin has ended


@pytest.mark.parametrize(
    ("answer", "expected"), [(b"\n", 2), (b"\xff\n", 2), (b"\x03", 130), (b"\x04", 130)]
)
async def test_a_secret_that_is_not_typed_is_not_written(
    battery: Simulator, monkeypatch: pytest.MonkeyPatch, answer: bytes, expected: int
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")  # as in most locales
    code, shown = await answered(battery, [answer], "param", "set", "webserver_password", "--yes")
    assert (code, writes_of(battery)) == (expected, []), shown
    assert "Traceback" not in shown


async def test_stdin_that_is_not_text_is_not_written(
    shell: Shell, battery: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n"), "utf-8"))
    outcome = await shell("param", "set", "ems_psk")
    assert (outcome.code, writes_of(battery)) == (2, [])
    assert "is not text" in outcome.line


@pytest.mark.usefixtures("battery")
async def test_an_empty_value_can_be_seen(shell: Shell) -> None:
    outcome = await shell("param", "reset", "ems_psk")
    assert outcome.err == 'Will set ems_psk to its default, "".\n'
    assert outcome.out.startswith('ems_psk = ""')


async def test_console_sends_a_line_once_and_prints_the_reply(
    shell: Shell, battery: Simulator
) -> None:
    outcome = await shell("console", "sched_list")
    assert (outcome.code, outcome.err) == (0, "")
    assert [record.command for record in battery.journal if record.command] == ["sched_list"]
    assert (await shell("console", "sched_list", "--json")).document["command"] == "sched_list"


async def test_what_can_destroy_must_be_confirmed(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("console", "param_reset")
    assert (outcome.code, writes_of(battery)) == (2, [])
    assert "can destroy" in outcome.line
    assert outcome.line.endswith("Confirm it with --yes.")
    assert (await shell("console", "two\nlines", "--yes")).code == 2
    await shell("console", "param_reset", "--yes")
    assert writes_of(battery) == ["param_reset"]


async def test_reboot_must_be_confirmed_and_waits(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("reboot")
    assert (outcome.code, battery.device.reboots) == (2, 0)
    outcome = await shell("reboot", "--yes")
    assert (outcome.code, outcome.out) == (0, "Restarted.\n")
    assert battery.device.reboots == 1


@pytest.mark.parametrize("line", ["param set a 1", "console help", "reboot", "schedule clear"])
async def test_without_a_device_nothing_is_written(shell: Shell, line: str) -> None:
    outcome = await shell(*line.split())
    assert outcome.code == 2
    assert "--simulate" in outcome.line


@pytest.mark.parametrize(
    ("line", "is_endless"),
    [
        ("sched_set 1 -s 2000", True),
        ("sched_set 1 -s 2000 --to=2099-01-01T00:00:00", True),
        ("sched_add 1 -s 2000", True),
        ("sched_add 1 -s 2000 --to=2099-01-01T00:00:00", False),
        ("sched_add 1 -s 2000 --to 2099-01-01T00:00:00", False),
    ],
)
async def test_a_console_line_that_writes_an_entry_without_end_needs_forever(
    shell: Shell, battery: Simulator, line: str, is_endless: bool
) -> None:
    outcome = await shell("console", line)
    if is_endless:
        assert (outcome.code, writes_of(battery)) == (2, [])
        assert "writes an entry without end; nothing was sent." in outcome.line
        await shell("console", line, "--forever")
    assert writes_of(battery) == [line]
