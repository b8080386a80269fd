"""`--all`: every configured device at once, failures beside successes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from homevolt.cli import state
from homevolt.cli.output import HOST_VARIABLE
from homevolt.cli.render.rows import Column
from homevolt.cli.render.several import UNFOLDED
from homevolt.cli.render.sheets import Sheet, Sheets
from homevolt.simulator import Simulator
from tests.cli.samples import drawn
from tests.support.command_tree import commands
from tests.support.json_shapes import mismatches
from tests.support.processes import PROGRAM, ended
from tools.json_documents import DOCUMENTS, FOR_ALL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import click

    from tests.cli.conftest import Shell

SECRET = "correct horse"


@pytest.fixture
async def batteries(file: Path) -> AsyncIterator[tuple[Simulator, Simulator, str]]:
    """Serve two batteries and configure them, and between them one that does not answer."""
    async with Simulator(SECRET) as house, Simulator(None) as cottage:
        async with Simulator(None) as gone:
            host = gone.host
        file.write_text(
            f'[devices.house]\nhost = "{house.host}"\npassword = "{SECRET}"\n'
            f'[devices.boat]\nhost = "{host}"\n'
            f'[devices.cottage]\nhost = "{cottage.host}"\n'
        )
        yield house, cottage, f"http://{host}"


Batteries = tuple[Simulator, Simulator, str]
ARGUMENTS = {
    "schedule diff": ("{plan}",),
    "local": ("status",),
    "param get": ("ledstrip_mode",),
    "sensors": ("power", "grid"),
}
"""What a command is given besides, where it needs more or shows much."""


def names_of_rows(out: str) -> list[str]:
    """Return what each row above the notes begins with, once for rows of the same device."""
    rows = out.partition("\n\n")[0].splitlines()
    return [*dict.fromkeys(row.split()[0] for row in rows if row[0] != " ")]


@pytest.fixture
def line(tmp_path: Path) -> Callable[[str], list[str]]:
    """Return what gives the words of a command that only reads, of every device."""
    plan = tmp_path / "plan.json"
    plan.write_text('{"entries": [{"mode": "idle"}]}')

    def words(command: str) -> list[str]:
        own = [each.format(plan=plan) for each in ARGUMENTS.get(command, ())]
        return [*command.split(), *own, "--all"]

    return words


@pytest.mark.parametrize("columns", ["160", "80", "40"])
async def test_each_device_has_a_row_and_a_failure_too(
    shell: Shell, batteries: Batteries, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv(HOST_VARIABLE, "unknown.invalid")
    outcome = await shell("status", "--all")
    assert (outcome.code, outcome.err) == (1, "")
    rows = outcome.out.splitlines()
    assert max(map(len, rows)) <= int(columns)
    first = [row.split()[0] for row in rows if row[0] != " "]
    assert first == ["house", "boat", "cottage"]
    assert "cannot be reached" in " ".join(outcome.out.split())
    assert rows[0].startswith("house      60 %  ")
    assert batteries[0].journal


async def test_status_for_programs_is_one_document_with_a_list(
    shell: Shell, batteries: Batteries
) -> None:
    outcome = await shell("status", "--all", "--json")
    house, boat, cottage = outcome.document["devices"]
    assert (outcome.code, outcome.err) == (1, "")
    assert [each["name"] for each in (house, boat, cottage)] == ["house", "boat", "cottage"]
    assert house.keys() == boat.keys() == cottage.keys()
    assert [each["url"] for each in (house, boat, cottage)] == [
        *(batteries[0].url, batteries[2], batteries[1].url),
    ]
    assert (house["error"], cottage["error"], boat["state_of_charge_ratio"]) == (None, None, None)
    assert (boat["error"]["type"], boat["error"]["exit_code"]) == ("HomevoltConnectionError", 3)
    assert house["state_of_charge_ratio"] == pytest.approx(0.6, abs=0.01)


async def test_the_exit_code_is_0_if_all_could_be_read(shell: Shell, batteries: Batteries) -> None:
    assert (await shell("device", "remove", "boat")).code == 0
    for command in ("status", "sensors"):
        assert (await shell(command, "--all", "--json")).code == 0
    assert len(batteries[1].journal) == 4


async def test_sensors_have_a_row_each_with_their_device(
    shell: Shell, batteries: Batteries
) -> None:
    outcome = await shell("sensors", "--all", "energy", "imported", "grid")
    assert outcome.code == 1
    assert [line.split()[0] for line in outcome.out.splitlines() if line[0] != " "] == [
        *("Device", "house", "boat", "cottage"),
    ]
    document = (await shell("sensors", "--all", "--json", "energy", "imported", "grid")).document
    house, boat, cottage = document["devices"]
    assert [sensor["name"] for sensor in house["sensors"]] == ["Energy imported grid"]
    assert (len(cottage["sensors"]), boat["sensors"], house["error"]) == (1, None, None)
    assert boat["error"]["exit_code"] == 3
    assert batteries[1].journal


async def test_words_that_no_reading_has_are_reported(shell: Shell, batteries: Batteries) -> None:
    await shell("device", "remove", "boat")
    outcome = await shell("sensors", "--all", "wind")
    assert outcome.code == 2
    assert outcome.line.startswith("homevolt: No reading has 'wind' in its name or part")
    assert batteries[1].journal


@pytest.mark.parametrize("command", FOR_ALL)
async def test_every_reading_command_has_a_row_for_each_device_and_for_a_failure(
    shell: Shell,
    batteries: Batteries,
    line: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    outcome = await shell(*line(command))
    assert (outcome.code, outcome.err) == (1, "")
    assert [name for name in names_of_rows(outcome.out) if name != "Device"] == [
        *("house", "boat", "cottage"),
    ]
    assert f"{batteries[2]} cannot be reached" in " ".join(outcome.out.split())


@pytest.mark.parametrize("command", FOR_ALL)
@pytest.mark.usefixtures("batteries")
async def test_what_programs_get_of_a_device_that_failed_has_the_keys_of_the_others(
    shell: Shell, line: Callable[[str], list[str]], command: str
) -> None:
    outcome = await shell(*line(command), "--json")
    assert (outcome.code, outcome.err) == (1, "")
    assert mismatches(outcome.document, DOCUMENTS[f"{command} --all"]) == []
    house, boat, cottage = outcome.document["devices"]
    assert [each["name"] for each in (house, boat, cottage)] == ["house", "boat", "cottage"]
    assert (house["error"], cottage["error"]) == (None, None)
    assert boat["error"]["exit_code"] == 3
    own = boat.keys() - {"name", "url", "simulated", "error"}
    assert own
    assert {key for key in own if boat[key] is not None} == set()


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", FOR_ALL)
@pytest.mark.usefixtures("batteries")
async def test_every_row_fits_the_terminal(
    shell: Shell,
    line: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = (await shell(*line(command))).out.splitlines()
    assert max(map(cell_len, lines)) <= columns


async def test_an_endpoint_that_one_device_lacks_is_its_row_and_the_others_have_theirs(
    shell: Shell, file: Path
) -> None:
    lacking = ["status:status=404,path=/error_report.json"]
    async with Simulator(None, faults=lacking) as old, Simulator(None) as new:
        file.write_text(f'devices.old.host = "{old.host}"\ndevices.new.host = "{new.host}"\n')
        outcome = await shell("errors", "--all", "--json")
        shown = await shell("errors", "--all")
    first, second = outcome.document["devices"]
    assert outcome.code == shown.code == 1
    assert (first["checks"], first["error"]["exit_code"]) == (None, 13)
    assert (bool(second["checks"]), second["error"]) == (True, None)
    assert names_of_rows(shown.out) == ["Device", "old", "new"]


async def test_the_entries_of_every_device_are_noted_for_completion(
    shell: Shell, batteries: Batteries
) -> None:
    await shell("status", "--all")
    assert len([*state.folder().glob("known-*")]) == 2
    assert batteries[0].journal


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("param", "get", "nonsense"), "the device has no parameter 'nonsense'"),
        (("param", "list", "nonsense"), "No parameter matches"),
        (("sensors", "nonsense"), "No reading has 'nonsense' in its name or part"),
        (("history", "--since", "soon"), "--since is not an ISO date and time"),
    ],
)
async def test_what_is_wrong_for_every_device_is_said_once(
    shell: Shell, batteries: Batteries, words: tuple[str, ...], message: str
) -> None:
    await shell("device", "remove", "boat")
    outcome = await shell(*words, "--all")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.line.startswith(f"homevolt: {message}")
    assert (await shell(*words, "--all", "--json")).document["error"]["exit_code"] == 2
    assert batteries[1].journal or "--since" in words


async def test_a_device_that_has_nothing_like_it_is_no_failure_beside_one_that_has(
    shell: Shell, batteries: Batteries
) -> None:
    await shell("device", "remove", "boat")
    batteries[0].device.parameters.values["ledstrip_bright_max"] = 40
    arguments = ("param", "list", "--changed", "ledstrip", "--all")
    outcome = await shell(*arguments)
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].split()[:4] == ["house", "ledstrip_bright_max", "40", "100"]
    assert outcome.out.splitlines()[2].startswith("cottage  No parameter matches")
    house, cottage = (await shell(*arguments, "--json")).document["devices"]
    assert [len(each["parameters"]) for each in (house, cottage)] == [1, 0]


async def test_a_secret_parameter_is_shown_of_no_device(shell: Shell, batteries: Batteries) -> None:
    batteries[0].device.parameters.values["wifi_sta_password"] = "much hidden"
    for arguments in ((), ("--json",)):
        assert "much hidden" not in (await shell("param", "list", "--all", *arguments)).out


def test_a_row_is_a_line_in_a_pipe_however_long_it_is() -> None:
    text = "word " * 100
    sheet = Sheet((Column("Time"), Column("Text")), [("12:00", text)])
    shown = drawn(Sheets([("a", sheet), ("b", "not reachable")]), UNFOLDED)
    assert shown.splitlines() == [
        *("Device  Time   Text", f"a       12:00  {text}".rstrip(), "b       not reachable"),
    ]


def test_devices_with_other_columns_share_those_of_the_same_name() -> None:
    one = Sheet((Column("X", is_number=True), Column("Y", is_number=True)), [("1", "22")])
    other = Sheet((Column("Y", is_number=True), Column("Z")), [("3", None)], notes=["half of it"])
    shown = drawn(Sheets([("a", one), ("b", other), ("c", Sheet((), ()))]))
    assert shown.splitlines() == [
        *("Device  X   Y  Z", "a       1  22  \N{EM DASH}", "b       \N{EM DASH}   3  \N{EM DASH}"),
        *("c       \N{EM DASH}", "", "b: half of it"),
    ]


async def test_every_device_is_tested_at_once(shell: Shell, batteries: Batteries) -> None:
    outcome = await shell("device", "test", "--all")
    assert (outcome.code, outcome.err) == (1, "")
    assert names_of_rows(outcome.out) == ["Device", "house", "boat", "cottage"]
    assert "not reachable after " in outcome.out
    document = (await shell("device", "test", "--all", "--json")).document
    assert mismatches(document, DOCUMENTS["device test --all"]) == []
    assert [each["result"] for each in document["devices"]] == [
        *("reachable", "not reachable", "reachable"),
    ]
    await shell("device", "remove", "boat")
    assert (await shell("device", "test", "--all")).code == 0
    assert len(batteries[0].journal) == 6


def takes(command: click.Command, option: str) -> bool:
    return any(option in parameter.opts for parameter in command.params)


@pytest.mark.parametrize(
    "command",
    [
        path
        for path, command in commands().items()
        if takes(command, "--device") and not takes(command, "--all")
    ],
)
async def test_a_command_about_one_device_says_so(
    shell: Shell, batteries: Batteries, command: str
) -> None:
    outcome = await shell(*command.split(), "--all")
    assert outcome.code == 2
    assert outcome.line == (
        f"homevolt: '{command}' is about one device at a time: name it with --device. "
        f"Try 'homevolt {command} --help'."
    )
    assert not batteries[0].journal


@pytest.mark.parametrize("action", ["on", "off"])
async def test_local_mode_is_switched_of_one_device_at_a_time(
    shell: Shell, batteries: Batteries, action: str
) -> None:
    outcome = await shell("local", action, "--all", "--yes")
    assert outcome.code == 2
    assert outcome.line.startswith(f"homevolt: 'local {action}' is about one device at a time")
    assert not batteries[0].journal


async def test_a_password_is_not_asked_for(shell: Shell, batteries: Batteries, file: Path) -> None:
    file.write_text(file.read_text().replace("password", "# "))
    document = (await shell("status", "--all", "--json")).document
    assert [each["error"] and each["error"]["exit_code"] for each in document["devices"]] == [
        *(4, 3, None),
    ]
    assert len(batteries[0].journal) == 1


@pytest.mark.parametrize(
    ("options", "other"),
    [
        (("--host", "192.168.1.1"), "--host"),
        (("--device", "house"), "--device"),
        (("--simulate",), "--simulate"),
        (("--watch",), "--watch"),
    ],
)
async def test_all_excludes_what_names_one(
    shell: Shell, options: tuple[str, ...], other: str
) -> None:
    outcome = await shell("status", "--all", *options)
    assert outcome.code == 2
    assert outcome.line.startswith(f"homevolt: --all and {other} exclude each other.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("logs", "--follow"), "--all and --follow exclude each other."),
        (("info", "--simulate"), "--all and --simulate exclude each other."),
        (("device", "test", "house"), "--all and NAME exclude each other."),
    ],
)
async def test_other_commands_exclude_it_likewise(
    shell: Shell, words: tuple[str, ...], message: str
) -> None:
    outcome = await shell(*words, "--all")
    assert outcome.code == 2
    assert outcome.line.startswith(f"homevolt: {message}")


async def test_all_of_none_is_a_usage_error(shell: Shell) -> None:
    outcome = await shell("status", "--all")
    assert outcome.code == 2
    assert outcome.line.startswith("homevolt: No device is configured. Add one with ")


async def test_the_program_itself_reads_all(batteries: Batteries) -> None:
    code, out, err = await ended(PROGRAM, "status", "--all")
    assert (code, err) == (1, "")
    rows = [line.split()[0] for line in out.splitlines() if line[0] != " "]
    assert rows == ["house", "boat", "cottage"]
    assert batteries[0].journal
