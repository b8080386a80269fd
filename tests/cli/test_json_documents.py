"""The document of every command that has `--json` is the one in `docs/json.md`."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
import pytest

from homevolt.cli.errors import NOT_FOLLOWED
from homevolt.simulator import Simulator
from tests.support.command_tree import commands
from tests.support.json_shapes import mismatches
from tests.support.kept_prices import keep_prices
from tests.support.processes import PROGRAM, line_of, started
from tools.json_documents import DOCUMENTS, FOR_ALL, Nullable, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Shell

pytestmark = pytest.mark.processes

WITHOUT = {
    "": "it shows the help",
    "completion": "it prints a script for a shell",
    "help": "it prints help for people",
    "run": "it serves, and what it hands on has formats of its own",
    "schedule export": "the plan that it writes is chosen with --format, JSON among them",
}
"""The commands that have no `--json`, and why."""
NEEDS_MORE = {"schedule diff", "local", "param get"}
"""The commands with arguments, of those that take `--all`."""
LINES = (
    ("demo", ""),
    ("device add", "barn 192.0.2.9 --no-test --no-password"),
    ("device list", ""),
    ("device test", "house"),
    ("device default", "house"),
    ("device remove", "barn"),
    ("status", ""),
    ("sensors", ""),
    *((name, "") for name in ("info", "alarms", "nodes", "logs", "history", "history --errors")),
    ("errors", ""),
    ("errors", "--every-check"),
    ("discover", "--timeout 0.1 --interface 127.0.0.1"),
    ("diagnostics", "{folder}/diagnostics.json"),
    ("diagnostics -", ""),
    ("charge", "3000 --for 2h --until-soc 90 --yes --wait --wait-limit 1s"),
    ("charge", "3000 --for 2h --dry-run"),
    *((name, "--for 1h --yes") for name in ("discharge", "idle", "self-consumption", "export")),
    ("solar", "--for 1h --yes"),
    ("mode", "grid_charge --setpoint 2000 --for 30min --yes"),
    ("restore", "--yes"),
    ("status", ""),
    ("schedule show", ""),
    ("schedule add", "idle --from 'tomorrow 07:00' --for 1h --yes"),
    ("schedule export", "{folder}/plan.json"),
    ("schedule diff", "{folder}/plan.json"),
    ("schedule delete", "0 --yes"),
    ("schedule diff --all", "{folder}/plan.json"),
    *((f"{name} --all", "") for name in FOR_ALL if name not in NEEDS_MORE),
    ("device test --all", ""),
    ("local --all", "status"),
    ("param get --all", "webserver_password"),
    ("schedule clear", "--yes"),
    ("schedule diff", "{folder}/plan.json"),
    ("schedule replace", "{folder}/plan.json --yes"),
    ("local", "status"),
    ("param list", ""),
    ("param get", "webserver_password"),
    ("param export", "{folder}/parameters.toml"),
    ("param set", "ledstrip_bright_max 90 --yes"),
    ("param import", "{folder}/parameters.toml --yes"),
    ("param reset", "ledstrip_bright_max --yes"),
    ("console", "sched_list --yes"),
    ("reboot", "--yes"),
    ("prices", "--cache {folder}/prices --svg {folder}/prices.svg"),
    ("plan", "--prices {folder}/spot.csv --eur-rate 11"),
    ("plan", "explain --prices {folder}/spot.csv --eur-rate 11 --svg {folder}/plan.svg"),
    ("backtest", "--days 3"),
    ("an error", ""),
)
"""The command lines of a session, each by its document."""
IN_A_PROCESS = {"simulate", "logs --follow", "schedule edit", "plan --every"}
"""What serves, follows or needs a terminal: each has a test of its own."""
UNIT = re.compile(r"_(w|va|var|wh|kwh|v|a|hz|c|dbm|ratio|percent|s|ma|kw|ma_per_s)(_from|_to)?$")


def unitless(shape: Shape, key: str = "") -> list[str]:
    """Return the keys of numbers that do not end in a unit."""
    if isinstance(shape, Nullable):
        return unitless(shape.shape, key)
    if isinstance(shape, list):
        return unitless(shape[0], key)
    if isinstance(shape, dict):
        return [each for name, value in shape.items() for each in unitless(value, name)]
    return [key] if shape.startswith("number") and not UNIT.search(key) else []


def test_every_command_has_a_document_or_a_reason_to_have_none() -> None:
    tree = {
        path
        for path, command in commands().items()
        if not isinstance(command, click.Group) or not path
    }
    documented = {name.partition(" -")[0] for name in DOCUMENTS} - {"an error"}
    assert documented | WITHOUT.keys() == tree
    with_option = {
        path
        for path, command in commands().items()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert with_option == documented
    assert {name for name, _ in LINES} - {"schedule export"} | IN_A_PROCESS == DOCUMENTS.keys()


def test_every_number_has_its_unit_in_its_key() -> None:
    assert {name: found for name, shape in DOCUMENTS.items() if (found := unitless(shape))} == {}


def spot_prices() -> str:
    """Return a file of prices for thirty hours from now on."""
    first = datetime.now(UTC).replace(minute=0)
    prices = [f"{first + timedelta(hours=hour):%Y-%m-%dT%H:%MZ},{60 + hour}" for hour in range(30)]
    return "\n".join(["start_utc,eur_per_mwh", *prices, ""])


@pytest.fixture
def _far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine be where a local time cannot be taken for one in UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_utc")
async def test_every_command_prints_the_document_of_its_page(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "spot.csv").write_text(spot_prices(), "utf-8")
    keep_prices(tmp_path / "prices")
    found: dict[str, list[str]] = {}
    async with Simulator(None, local_mode=True, cloud=False, units=2) as simulator:
        added = await shell("device", "add", "house", simulator.host, "--no-password")
        assert added.code == 0
        for name, rest in LINES:
            given = re.findall(r"'[^']*'|\S+", rest.format(folder=tmp_path))
            line = [*name.split(), *(word.strip("'") for word in given)]
            if name == "schedule export":
                assert (await shell(*line)).code == 0
                continue
            outcome = await shell(*line, "--json")
            wrong = mismatches(json.loads(outcome.out), DOCUMENTS[name])
            codes = {"an error": (2,), "charge": (0, NOT_FOLLOWED)}.get(name, (0,))
            if wrong or outcome.code not in codes:
                found[" ".join(line)] = [*wrong, f"exit code {outcome.code}"]
    assert found == {}


async def test_simulate_prints_the_document_of_its_page() -> None:
    async with started(PROGRAM, "simulate", "--json") as process:
        lines = [await line_of(process)]
        while lines[-1] != "}":
            lines.append(await line_of(process))
    assert mismatches(json.loads("\n".join(lines)), DOCUMENTS["simulate"]) == []


async def test_a_followed_log_prints_documents_of_its_page() -> None:
    async with (
        Simulator(None) as simulator,
        started(PROGRAM, "logs", "--follow", "--json", "--host", simulator.host) as process,
    ):
        document = json.loads(await line_of(process))
    assert mismatches(document, DOCUMENTS["logs --follow"]) == []


async def test_a_plan_that_is_kept_prints_documents_of_its_page(tmp_path: Path) -> None:
    (tmp_path / "spot.csv").write_text(spot_prices(), "utf-8")
    options = ("--prices", str(tmp_path / "spot.csv"), "--eur-rate", "11", "--json", "--yes")
    async with (
        Simulator(None, local_mode=True) as simulator,
        started(PROGRAM, "plan", "--every", "15m", "--host", simulator.host, *options) as process,
    ):
        first = await line_of(process)
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
    events = [json.loads(line) for line in (first, *out.decode().splitlines())]
    assert [event["event"] for event in events] == ["written", "ended"]
    wrong = [mismatches(event, DOCUMENTS["plan --every"]) for event in events]
    assert wrong == [[], []]


async def test_an_edited_plan_is_the_document_of_its_page(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import pathlib, sys\nfile = pathlib.Path(sys.argv[-1])\n"
        "file.write_text(file.read_text('utf-8').replace('2000', '1500'), 'utf-8')\n",
        "utf-8",
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {editor}")
    terminal, theirs = pty.openpty()
    try:
        async with Simulator(None, local_mode=True, cloud=False) as simulator:
            address = ("--host", simulator.host)
            window = ("--setpoint", "2000", "--for", "1h", "--yes")
            assert (await shell("mode", "grid_charge", *window, *address)).code == 0
            line = ("schedule", "edit", "--yes", "--json", *address)
            documents = []
            for _ in ("changed", "left as it is"):
                async with started(PROGRAM, *line, stdin=theirs, stderr=theirs) as process:
                    documents.append(json.loads((await process.communicate())[0]))
    finally:
        os.close(theirs)
        os.close(terminal)
    for document in documents:
        assert mismatches(document, DOCUMENTS["schedule edit"]) == []
        assert [entry["setpoint_w"] for entry in document["entries"]] == [1500]


@pytest.mark.parametrize(
    ("first", "last"),
    [(None, "charge"), ("charge", "local"), ("local", "prices"), ("prices", None)],
)
async def test_every_command_runs_as_a_person_types_it(
    tmp_path: Path, first: str | None, last: str | None
) -> None:
    """Through the entry point of the package, each in a process of its own."""
    names = [name for name, _ in LINES]
    start, end = (None if name is None else names.index(name) for name in (first, last))
    (tmp_path / "spot.csv").write_text(spot_prices(), "utf-8")
    keep_prices(tmp_path / "prices")
    own = {"HOMEVOLT_CONFIG": str(tmp_path / "devices.toml"), "HOMEVOLT_STATE": str(tmp_path)}
    environment = {**os.environ, **own, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    typed = [("device add", "house {host} --no-password"), *LINES[start:end]]
    wrong: dict[str, str] = {}
    async with Simulator(None, local_mode=True, cloud=False) as simulator:
        for name, rest in typed:
            if name in {"an error", "history --errors"} or name.endswith(" --all"):
                continue
            words = shlex.split(rest.format(folder=tmp_path, host=simulator.host))
            line = [*name.split(), *words]
            async with started(PROGRAM, *line, env=environment) as process:
                _, err = await process.communicate()
            codes = (0, NOT_FOLLOWED) if name == "charge" else (0,)
            if process.returncode not in codes or b"Traceback" in err:
                wrong[" ".join(line)] = f"{process.returncode}: {err.decode()}"
    assert wrong == {}
