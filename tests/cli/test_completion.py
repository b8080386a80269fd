"""What a shell completes of a device, without a request to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homevolt.cli import known, state
from homevolt.cli.parameter_names import PARAMETER_NAMES
from homevolt.simulator import Simulator
from tests.support.loaded_modules import foreign, loaded_by

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

COMPLETE = "from homevolt.cli.app import run\nrun([])"


async def completed(shell: Shell, monkeypatch: pytest.MonkeyPatch, words: str) -> set[str]:
    """Return what a shell is given for the last of the words."""
    with monkeypatch.context() as variables:
        variables.setenv("_HOMEVOLT_COMPLETE", "bash_complete")
        variables.setenv("COMP_WORDS", words)
        variables.setenv("COMP_CWORD", str(words.count(" ")))
        outcome = await shell()
    return {line.partition(",")[2] for line in outcome.out.split()}


async def test_parameters_and_entries_are_completed_as_they_were_read_last(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(None, local_mode=True) as simulator:
        monkeypatch.setenv("HOMEVOLT_HOST", simulator.host)
        names = {
            each["name"] for each in (await shell("param", "list", "--json")).document["parameters"]
        }
        plan = (await shell("status", "--json")).document["schedule"]["entries"]
        sent = len(simulator.journal)
        for command in ("get", "set", "reset"):
            found = await completed(shell, monkeypatch, f"homevolt param {command} led")
            assert found == {name for name in names if name.startswith("led")} != set()
        ids = await completed(shell, monkeypatch, "homevolt schedule delete ")
        assert ids == {str(entry["id"]) for entry in plan} != set()
        assert len(simulator.journal) == sent


@pytest.mark.parametrize("where", ["", "--host 192.0.2.1 ", "--simulate "])
async def test_before_a_device_was_asked_the_parameters_that_are_known_are_completed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    found = await completed(shell, monkeypatch, f"homevolt param get {where}ledstrip_bright")
    assert found == {"ledstrip_bright_max", "ledstrip_bright_min"}
    assert await completed(shell, monkeypatch, f"homevolt schedule delete {where}") == set()


async def test_a_device_that_named_its_parameters_has_no_others(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.note("http://192.0.2.1", known.PARAMETERS, ["led_own"])
    for host, names in (("192.0.2.1", {"led_own"}), ("192.0.2.2", {"ledstrip_mode"})):
        words = f"homevolt param get --host {host} led"
        found = await completed(shell, monkeypatch, words)
        assert found & {"led_own", "ledstrip_mode"} == names


async def test_what_is_known_is_of_one_device_and_of_no_simulated_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Simulator(None) as one, Simulator(None) as other:
        await shell("status", "--host", one.host)
        words = f"homevolt schedule delete --host {other.host} "
        assert await completed(shell, monkeypatch, words) == set()
    kept = [*state.folder().iterdir()]
    await shell("param", "list", "--simulate")
    assert [*state.folder().iterdir()] == kept


@pytest.mark.parametrize("content", [b"", b'{"led": 1}', b'[1, "a b", "led\\u001b"]', b"\xff"])
async def test_a_broken_note_completes_no_device_s_own(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    async with Simulator(None) as simulator:
        monkeypatch.setenv("HOMEVOLT_HOST", simulator.host)
        await shell("param", "list")
        for note in state.folder().glob("known-*"):
            note.write_bytes(content)
        assert await completed(shell, monkeypatch, "homevolt schedule delete ") == set()
        found = await completed(shell, monkeypatch, "homevolt param get ")
        assert found == {*PARAMETER_NAMES}


async def test_a_state_folder_that_cannot_be_written_spoils_no_command(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "file"))
    async with Simulator(None) as simulator:
        outcome = await shell("status", "--host", simulator.host)
    assert (outcome.code, outcome.err) == (0, "")


def test_completing_loads_neither_the_http_library_nor_rich(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_HOMEVOLT_COMPLETE", "bash_complete")
    monkeypatch.setenv("HOMEVOLT_HOST", "192.168.1.100")
    monkeypatch.setenv("COMP_WORDS", "homevolt param get ")
    monkeypatch.setenv("COMP_CWORD", "3")
    packages = foreign(loaded_by(COMPLETE) - loaded_by("pass"))
    assert packages <= {"click", "homevolt", "platformdirs"}
