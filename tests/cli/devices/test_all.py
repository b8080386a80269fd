"""`--all`: every configured device at once, failures beside successes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.cli.output import HOST_VARIABLE
from homevolt.simulator import Simulator
from tests.support.processes import PROGRAM, ended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

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
