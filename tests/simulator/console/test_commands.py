"""The console replies in the shape of the device and accepts its commands."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import (
    PROFILES,
    CommandLineError,
    Entry,
    ManualClock,
    Simulator,
    parse_command,
)
from homevolt.simulator.console.commands import COMMANDS
from tests.simulator.client import Client, device
from tests.simulator.console.examples import (
    DESTRUCTIVE,
    ONLY_WITH_ARGUMENTS,
    READS,
    WRITES,
    lines,
)

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = [*lines(READS), *lines(WRITES), *lines(DESTRUCTIVE)]


async def run_example(client: Client, line: str) -> tuple[str, bool, int]:
    """Return the reply to an example, whether it is a write, and the number of changes."""
    sim = client.sim
    sim.installation.plan.add(Entry(0))
    reply = await client.console(line.format(node=sim.device.nodes[0].euid))
    (record,) = sim.journal
    return reply, record.is_write, record.effects


def test_every_command_has_one_example_and_every_example_a_command() -> None:
    names = [line.split()[0] for line in EXAMPLES]
    assert sorted(names) == sorted(COMMANDS)
    assert len(names) == 114


@pytest.mark.parametrize("line", [*lines(READS), *lines(ONLY_WITH_ARGUMENTS)])
async def test_a_reading_command_succeeds_and_changes_nothing(line: str) -> None:
    async with device(local_mode=True) as client:
        reply, is_write, effects = await run_example(client, line)
        assert reply.endswith(f"Command '{line}' executed successfully\n")
        assert len(reply.splitlines()) > 2 or line == "clear"
        assert (is_write, effects) == (False, 0)
        assert client.sim.device.destructive_commands == []


@pytest.mark.parametrize("line", lines(WRITES))
async def test_a_writing_command_succeeds_with_one_change(line: str) -> None:
    async with device(local_mode=True, cloud=False) as client:
        reply, is_write, effects = await run_example(client, line)
        assert "executed successfully" in reply
        assert (is_write, effects) == (True, 1)
        assert client.sim.device.destructive_commands == []


@pytest.mark.parametrize("line", lines(DESTRUCTIVE))
async def test_a_destructive_command_is_recorded(line: str) -> None:
    async with device(local_mode=True) as client:
        reply, is_write, effects = await run_example(client, line)
        assert "executed successfully" in reply
        assert (is_write, effects) == (True, 1)
        assert client.sim.device.destructive_commands == [line.split(maxsplit=1)[0]]


@pytest.mark.parametrize("line", [*lines(WRITES), *lines(DESTRUCTIVE)])
async def test_an_ignored_command_is_confirmed_and_changes_nothing(line: str) -> None:
    async with device(local_mode=True, cloud=False) as client:
        client.sim.faults.add("ignore")
        reply, is_write, effects = await run_example(client, line)
        assert "executed successfully" in reply
        assert (is_write, effects) == (True, 0)
        assert client.sim.device.destructive_commands == []


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_checks_the_number_of_its_arguments(name: str) -> None:
    declared = COMMANDS[name]
    required = [argument.name for argument in declared.arguments if argument.required]
    async with device() as client:
        if required:
            line = " ".join([name, *["1"] * (len(required) - 1)])
            assert f"missing option <{required[-1]}>" in await client.console(line)
        if declared.usage != "*" and not any(each.repeated for each in declared.arguments):
            line = " ".join([name, *["1"] * len(declared.arguments), "more"])
            assert "unexpected argument 'more'" in await client.console(line)
        assert sum(record.effects for record in client.sim.journal) == 0


async def test_a_reply_has_prompt_echo_output_and_result() -> None:
    async with device(cloud=False) as client:
        assert await client.console("param_get settings_local") == (
            "ecu-hub-esp32>  param_get settings_local\n"
            "settings_local: false\n"
            "Command 'param_get settings_local' executed successfully\n"
        )


async def test_a_line_break_runs_two_commands() -> None:
    async with device(cloud=False) as client:
        reply = await client.console("sched_add 1\nsched_list")
        assert reply.count("executed successfully") == 2
        assert "1 schedules" in reply


@pytest.mark.parametrize("command", ["", "  ", "no_such_command 1"])
async def test_an_unknown_command_is_reported_as_unknown(command: str) -> None:
    async with device() as client:
        assert "0x105 (ESP_ERR_NOT_FOUND)" in await client.console(command)
        assert client.sim.journal.writes == []


async def test_help_lists_every_command_and_succeeds_with_the_word_error_in_it() -> None:
    async with device() as client:
        reply = await client.console("help")
        assert "error" in reply
        blocks = [block.splitlines()[0].split()[0] for block in reply.split("\n\n")[1:-1]]
        assert [reply.splitlines()[1].split()[0], *blocks] == sorted(COMMANDS)
        brief = await client.console("help -v 0")
        assert len(brief) < len(reply)
        assert "--no-restart" in reply.replace("-n,--no-restart", "")


async def test_help_of_one_command_describes_it_alone() -> None:
    async with device() as client:
        reply = await client.console("help sched_add")
        assert "-s, --setpoint=<setpoint>" in reply
        assert "9 = full solar export" in reply
        assert "sched_del" not in reply
        assert "Unrecognized command: 'nonsense'" in await client.console("help nonsense")
        assert "Invalid level '2'" in await client.console("help -v 2")
    async with device(firmware="seven-types") as client:
        reply = await client.console("help sched_add")
        assert "6 = frequency reserve" in reply
        assert "solar" not in reply


USAGE = re.compile(r"(\[-(\w+)( <[^>]+>)?\]|\[--[\w-]+(=<[^>]+>)?\]|(\[?)<[^>]+>\]?)(\.\.\.)?")
OPTION = re.compile(r"^ +(?:-(\w), )?--([\w-]+)(=<.*?>)?(?:  |$)", re.MULTILINE)


def captured_commands(captures: Path) -> list[tuple[str, str, str]]:
    """Return name, usage and the whole text of each command in the captured help."""
    text = (captures / "console_help.txt").read_text("utf-8").partition("  help\n")[2]
    blocks = re.split(r"\n *\n", text.rpartition("\n\n")[0])
    return [(*block.partition("\n")[0].partition(" ")[::2], block) for block in blocks]


def test_every_command_and_option_of_the_captured_help_is_accepted(captures: Path) -> None:
    commands = captured_commands(captures)
    assert {name for name, _, _ in commands} == set(COMMANDS)
    for name, usage, block in commands:
        declared = COMMANDS[name]
        options = OPTION.findall(block)
        for short, long, value in options:
            words = [f"--{long}", *(["1"] if value else [])]
            assert parse_command(" ".join([name, *words])).given == (long,)
            if short:
                words[0] = f"-{short}"
                assert parse_command(" ".join([name, *words])).given == (long,)
        assert {option.name for option in declared.options} == {long for _, long, _ in options}
        if USAGE.sub("", usage).strip():
            continue  # a usage in prose
        arguments = [
            match[1] for match in USAGE.finditer(usage) if match[1].strip("[").startswith("<")
        ]
        required = sum(argument.startswith("<") for argument in arguments)
        for count in (required, len(arguments)):
            declared.check_arguments(parse_command(" ".join([name, *["1"] * count])))
        if required:
            with pytest.raises(CommandLineError, match="missing option"):
                declared.check_arguments(parse_command(" ".join([name, *["1"] * (required - 1)])))


async def test_one_profile_replies_in_json_with_400_for_an_unknown_command() -> None:
    async with device(firmware="json") as client:
        reply = json.loads(await client.console("sched_add 3"))
        assert reply == {
            "command": "sched_add 3",
            "output": "Missing power setpoint",
            "exit_code": 2,
        }
        assert json.loads(await client.console("time"))["exit_code"] == 0
        status, _ = await client.request("POST", "/console.json", data={"cmd": "nonsense"})
        assert status == 400


async def test_prompt_and_time_zone_follow_the_profile() -> None:
    async with device(firmware="local-time", cloud=False) as client:
        await client.console("sched_add 1 --from 2026-01-15T14:00:00")
        schedule = await client.get("/schedule.json")
        assert schedule["schedule"][0]["from"] == client.sim.device.now() + 3600
        assert "from: 2026-01-15T14:00:00" in await client.console("sched_list")
        assert "2026-01-15T13:00:00" in await client.console("time")
    prompt = replace(PROFILES["new"], name="own", prompt="esp32>")
    async with device(profile=prompt) as client:
        assert (await client.console("time")).startswith("esp32>  time\n")


async def test_the_console_needs_its_form_field() -> None:
    async with device() as client:
        status, _ = await client.request("POST", "/console.json", data={"command": "help"})
        assert status == 400


@pytest.mark.parametrize(("firmware", "status"), [("new", 400), ("lenient", 200)])
async def test_a_json_body_is_accepted_only_by_the_lenient_profile(
    firmware: str, status: int
) -> None:
    async with device(firmware=firmware, cloud=False) as client:
        answered, _ = await client.request("POST", "/console.json", json={"cmd": "sched_add 1"})
        assert answered == status
        entries = (await client.get("/schedule.json"))["schedule"]
        assert len(entries) == (status == 200)


def test_an_unknown_profile_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no firmware profile 'none'; known: new, old"):
        Simulator(firmware="none", clock=ManualClock())


async def test_a_refusal_is_logged_without_its_arguments() -> None:
    async with device() as client:
        await client.console("sched_set 3")
        await client.console("param_set webserver_password")
        await client.status("/nowhere.json")
        await client.request("DELETE", "/ems.json")
        await client.set("no_such_parameter", "hunter2")
        rows = await client.get("/logs.json?level=warning")
        texts = [row["data"] for row in rows if row["tag"] in ("console", "httpd")]
        assert texts == [
            "sched_set failed",
            "param_set failed",
            "GET /nowhere.json answered 404",
            "DELETE /ems.json answered 405",
            "POST /params.json answered 400",
        ]
