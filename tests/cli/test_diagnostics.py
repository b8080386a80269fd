"""The command that writes a document for a bug report."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homevolt.cli import files
from homevolt.cli.errors import ShellError
from homevolt.simulator import Simulator

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.mark.parametrize("firmware", ["new", "old"])
async def test_the_document_is_written_for_its_owner_alone(
    shell: Shell, tmp_path: Path, firmware: str
) -> None:
    file = tmp_path / "report.json"
    async with Simulator(None, firmware=firmware) as simulator:
        outcome = await shell("diagnostics", str(file), "--host", simulator.host)
        ecu_id = simulator.installation.units[0].ecu_id
    text = file.read_text("utf-8")
    document = json.loads(text)
    assert (outcome.code, outcome.err) == (0, "")
    assert document["$type"] == "homevolt_diagnostics"
    assert ecu_id not in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert outcome.out.startswith(
        f"{file} holds what the device answered to {len(document['endpoints'])} requests. "
    )
    assert "It is redacted" in outcome.out
    assert names(tmp_path) == [file.name]


def names(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return [file.name for file in folder.iterdir()]


async def test_a_dash_is_stdout(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Simulator(None) as simulator:
        outcome = await shell("diagnostics", "-", "--host", simulator.host)
    assert outcome.document["$type"] == "homevolt_diagnostics"
    assert "It is redacted" in outcome.line
    assert names(tmp_path) == []


async def test_for_programs_it_says_which_requests_failed(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    async with Simulator(None, faults=["status:status=404,path=/pid.json"]) as simulator:
        arguments = ("diagnostics", str(file), "--host", simulator.host)
        document = (await shell(*arguments, "--json")).document
        again = await shell(*arguments, "--force")
    assert [*document] == ["url", "simulated", "file", "endpoints", "failed"]
    assert document["file"] == str(file)
    assert document["failed"] == {"/pid.json": "HomevoltNotSupportedError"}
    assert {"/pid.json", "/status.json"} < {*document["endpoints"]}
    assert "requests, 1 of which failed. " in again.out


async def test_another_file_is_replaced_only_by_force(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("precious", "utf-8")
    async with Simulator(None) as simulator:
        arguments = ("diagnostics", str(file), "--host", simulator.host)
        outcome = await shell(*arguments)
        assert file.read_text("utf-8") == "precious"
        assert len(simulator.journal) == 0
        forced = await shell(*arguments, "--force")
    assert outcome.code == 2
    assert outcome.line == (
        f"homevolt: {file} exists. Choose another name, or add --force to replace it."
    )
    assert forced.code == 0
    assert file.read_text("utf-8").startswith("{")
    assert names(tmp_path) == [file.name]


@pytest.mark.parametrize(
    ("name", "message"), [("", "is a folder."), ("no/report.json", "there is no folder")]
)
async def test_a_file_that_cannot_be_there_is_refused_before_anything_is_sent(
    shell: Shell, tmp_path: Path, name: str, message: str
) -> None:
    async with Simulator(None) as simulator:
        outcome = await shell("diagnostics", str(tmp_path / name), "--host", simulator.host)
        assert len(simulator.journal) == 0
    assert outcome.code == 10
    assert message in outcome.line


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("precious", "utf-8")
    with pytest.raises(ShellError, match="exists"):
        files.write(file, "new", force=False)
    assert file.read_text("utf-8") == "precious"
    assert names(tmp_path) == [file.name]


def test_a_dangling_link_is_a_file_that_exists(tmp_path: Path) -> None:
    link = tmp_path / "report.json"
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ShellError, match="exists"):
        files.check_writable(link, force=False)
    with pytest.raises(ShellError, match="exists"):
        files.write(link, "new", force=False)


@pytest.mark.parametrize("exists", [False, True])
def test_a_file_system_without_links_gets_the_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, exists: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    file = tmp_path / "report.json"
    if exists:
        file.write_text("precious", "utf-8")
        with pytest.raises(ShellError, match="exists"):
            files.write(file, "new", force=False)
    else:
        files.write(file, "new", force=False)
    assert file.read_text("utf-8") == ("precious" if exists else "new")
    assert exists or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names(tmp_path) == [file.name]


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, force: bool
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    file = tmp_path / "report.json"
    with pytest.raises(
        ShellError, match=r"report\.json cannot be written: No space left"
    ) as caught:
        files.write(file, "new", force=force)
    assert caught.value.code == 10
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status:status=500,path={}", "HomevoltResponseError"),
        ("status:status=404,path={}", "HomevoltNotSupportedError"),
        ("garbage:path={}", "HomevoltDataError"),
    ],
)
@pytest.mark.parametrize("path", ["/ems.json", "/schedule.json", "/status.json"])
async def test_an_endpoint_that_fails_is_in_the_document_with_its_error(
    shell: Shell, tmp_path: Path, path: str, fault: str, error: str
) -> None:
    file = tmp_path / "report.json"
    async with Simulator(None, faults=[fault.format(path)]) as simulator:
        outcome = await shell("diagnostics", str(file), "--host", simulator.host)
    assert (outcome.code, outcome.err) == (0, "")
    assert ", 1 of which failed. It is redacted" in outcome.out
    endpoints = json.loads(file.read_text("utf-8"))["endpoints"]
    assert [key for key, each in endpoints.items() if "error" in each] == [path]
    assert endpoints[path]["error"] == error


async def test_a_device_that_answers_nothing_leaves_no_document(
    shell: Shell, tmp_path: Path
) -> None:
    async with Simulator(None) as simulator:
        host = simulator.host
    outcome = await shell("diagnostics", str(tmp_path / "report.json"), "--host", host)
    assert (outcome.code, outcome.out) == (3, "")
    assert host in outcome.line
    assert names(tmp_path) == []
