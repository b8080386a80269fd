"""`param export` and `param import` against simulated batteries."""

from __future__ import annotations

import asyncio
import json
import signal
import tomllib
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.cli.output import HOST_VARIABLE, PASSWORD_VARIABLE
from homevolt.cli.writing import parameter_files
from homevolt.simulator import Simulator
from tests.support.processes import PROGRAM
from tests.support.prompts import SECRET, answered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cli.conftest import Shell

SECRETS = ("ems_psk", "webserver_password", "wifi_prov_pop", "wifi_sta_password")
HIGH, LOW = "ledstrip_bright_max", "ledstrip_bright_min"


@pytest.fixture
async def battery(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """Serve a battery whose secrets are set."""
    async with Simulator(SECRET, cloud=False) as simulator:
        for name in SECRETS[:1]:
            simulator.device.set_parameter(name, "hunter2", store=True)
        monkeypatch.setenv(HOST_VARIABLE, simulator.host)
        monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
        yield simulator


def written(battery: Simulator) -> list[str]:
    return [f"{each.form.get('k')}={each.form.get('v')}" for each in battery.journal.writes]


def put(folder: Path, **parameters: Any) -> str:
    """Write a file of parameters, and return its name."""
    file = folder / "settings.json"
    file.write_text(json.dumps({"parameters": parameters}), "utf-8")
    return str(file)


@pytest.mark.parametrize("kind", ["toml", "json"])
async def test_an_export_has_everything_but_secrets_and_imports_as_no_change(
    shell: Shell, battery: Simulator, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / f"settings.{kind}"
    outcome = await shell("param", "export", str(file))
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.line.endswith(f": {', '.join(SECRETS)}.")
    text = file.read_text("utf-8")
    assert "hunter2" not in text
    assert SECRET not in text
    document = tomllib.loads(text) if kind == "toml" else json.loads(text)
    assert {*document["parameters"]} == {*battery.installation.parameters} - {*SECRETS}
    assert file.stat().st_mode & 0o777 == 0o600
    printed = await shell("param", "export", "--format", kind)
    assert printed.out == text
    again = await shell("param", "import", str(file))
    count = len(document["parameters"])
    assert again.out == f"0 to write, {count} unchanged.\n"
    assert written(battery) == []


async def test_an_export_for_programs_is_one_document(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    for arguments, file in (([], None), ([str(tmp_path / "a.toml")], str(tmp_path / "a.toml"))):
        document = (await shell("param", "export", *arguments, "--json")).document
        assert list(document) == ["url", "simulated", "file", "parameters", "left_out"]
        assert (document["file"], document["url"]) == (file, battery.url)
        assert document["left_out"] == [*SECRETS]


async def test_an_import_shows_the_difference_and_writes_only_that(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    high, low = (battery.installation.parameters[name] for name in (HIGH, LOW))
    file = put(tmp_path, **{HIGH: 55, LOW: low, "ems_phase_map": [3, 2, 1]})
    dry = await shell("param", "import", file, "--dry-run")
    lines = f"{HIGH}: {high} -> 55\nems_phase_map: 1,2,3 -> 3,2,1\n2 to write, 1 unchanged.\n"
    assert (dry.code, dry.out, dry.err, written(battery)) == (0, lines, "", [])
    outcome = await shell("param", "import", file)
    assert outcome.err == lines
    assert outcome.out == f"Written and read back: {HIGH}, ems_phase_map.\n"
    assert written(battery) == [f"{HIGH}=55", "ems_phase_map=3,2,1"]


async def test_an_import_for_programs_is_one_document(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    high = battery.installation.parameters[HIGH]
    for dry_run in (["--dry-run"], []):
        outcome = await shell("param", "import", put(tmp_path, **{HIGH: 55}), "--json", *dry_run)
        assert outcome.err == ""
        assert outcome.document == {
            "url": battery.url,
            "simulated": False,
            "dry_run": bool(dry_run),
            "changes": [{"name": HIGH, "old": high, "new": 55}],
            "unchanged_count": 0,
        }
    assert written(battery) == [f"{HIGH}=55"]


async def test_everything_that_is_wrong_is_named_at_once_and_nothing_is_sent(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    wrong = {"ledstrip_bright_mxa": 1, LOW: "dim", "ems_psk": "hunter3", "ems_phase_map": [1]}
    outcome = await shell("param", "import", put(tmp_path, **{HIGH: 55, **wrong}), "--yes")
    assert (outcome.code, written(battery)) == (2, [])
    assert "4 of 5 parameters cannot be written" in outcome.line
    assert all(name in outcome.line for name in wrong)
    assert f"did you mean '{HIGH}'" in outcome.line
    assert "hunter3" not in outcome.line


async def test_a_write_that_fails_says_what_was_written_and_what_not(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    battery.faults.add_settings(
        {"kind": "normalise", "path": "/params.json", "key": LOW, "limit": 7}
    )
    file = put(tmp_path, **{HIGH: 55, LOW: 9, "ems_phase_map": [3, 2, 1]})
    outcome = await shell("param", "import", file)
    assert outcome.code == 7
    assert f"Written before: {HIGH}. Not sent: ems_phase_map." in outcome.err
    assert f"homevolt: {LOW}: " in outcome.err
    assert written(battery) == [f"{HIGH}=55", f"{LOW}=9"]
    error = (await shell("param", "import", file, "--json")).document["error"]
    assert "Written before: none. Not sent: ems_phase_map." in error["message"]


@pytest.mark.parametrize(
    ("line", "begun", "said"),
    [
        (
            ["param", "import"],
            2,
            f"Written before: {HIGH}. Not sent: ems_phase_map.",
        ),
        (
            ["charge", "--for", "1h"],
            1,
            "Ended while the plan was written; 'homevolt schedule show'",
        ),
        (["param", "set", HIGH, "55"], 1, f"'homevolt param get {HIGH}' shows its value"),
        (["param", "reset", HIGH], 1, f"'homevolt param get {HIGH}' shows its value"),
        (["local", "off"], 1, "Ended while local mode was switched; 'homevolt local status'"),
        (["console", "sched_clear"], 1, "whether it was done is not known"),
        (["reboot"], 1, "whether it does is not known"),
    ],
)
async def test_ctrl_c_during_a_write_says_what_is_not_certain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: list[str], begun: int, said: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = [put(tmp_path, **{HIGH: 55, LOW: 9, "ems_phase_map": [3, 2, 1]})] * (begun - 1)
    released = asyncio.Event()

    async def held(_: float) -> None:
        await released.wait()

    async with Simulator(None, cloud=False, local_mode=True, sleep=held) as battery:
        battery.faults.add("latency", write=True, nth=begun, seconds=1)
        arguments = (*line, *file, "--yes", "--host", battery.host)
        process = await asyncio.create_subprocess_exec(
            PROGRAM, *arguments, stdout=PIPE, stderr=PIPE
        )
        requests = 0
        while len(battery.journal.writes) < begun:
            requests += 1
            await battery.wait_for_requests(requests)
        process.send_signal(signal.SIGINT)
        released.set()
        _, shown = await process.communicate()
    assert process.returncode == 130
    assert said in shown.decode()


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1)])
async def test_a_terminal_is_asked(
    battery: Simulator, tmp_path: Path, answer: bytes, code: int
) -> None:
    ended, shown = await answered(battery, [answer], "param", "import", put(tmp_path, **{HIGH: 55}))
    assert ended == code
    assert shown.index("-> 55") < shown.index("Do it?")
    assert written(battery) == ([f"{HIGH}=55"] if code == 0 else [])


@pytest.mark.usefixtures("battery")
@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "", "must end with one of .toml, .json"),
        ("a.toml", "parameters = ", "is not valid TOML"),
        ("a.json", "[" * 100_000, "is not valid JSON"),
        ("a.json", "[1]", "has no table named parameters"),
        ("a.json", '{"parameters": {"x": 1, "x": 2}}', "not valid JSON: 'x' is given twice."),
        ("a.json", '{"parameters": {}, "parameters": {}}', "'parameters' is given twice."),
        ("a.toml", "other = 1", "has no table named parameters"),
        ("missing.toml", None, "cannot be read: No such file"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said(
    shell: Shell, tmp_path: Path, name: str, text: str | None, problem: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    outcome = await shell("param", "import", str(tmp_path / name))
    assert outcome.code == 2
    assert problem in outcome.line


SCALARS = st.booleans() | st.integers(-(2**63), 2**64) | st.text(st.characters(codec="utf-8"))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = SCALARS | FLOATS | st.lists(st.integers()) | st.lists(FLOATS)


@given(
    parameters=st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), VALUES),
    kind=st.sampled_from(parameter_files.KINDS),
)
def test_whatever_is_exported_reads_back_the_same(parameters: dict[str, Any], kind: str) -> None:
    text = parameter_files.dumps(parameters, kind, "http://192.168.1.100", ["ems_psk"])
    assert parameter_files.loads(text, kind) == parameters


async def test_a_file_in_the_way_stays_as_it_was_if_it_cannot_be_written(
    shell: Shell, battery: Simulator, tmp_path: Path
) -> None:
    outcome = await shell("param", "export", str(tmp_path / "no" / "folder.toml"))
    assert outcome.code == 10
    assert battery.journal
    assert await asyncio.to_thread(lambda: [*tmp_path.glob("no*")]) == []
