"""`schedule edit` in a real terminal, with editors that are scripts."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

import pytest

from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry
from tests.support.prompts import SECRET, answered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.cli.conftest import Shell

HOUR = 3600


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let what the shell keeps go to a folder of the test."""
    monkeypatch.setenv("HOMEVOLT_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
async def battery(state: Path) -> AsyncIterator[Simulator]:
    """Serve a battery with an entry that ended, one in force and one to come."""
    assert not state.exists()
    now = int(time.time())
    async with Simulator(SECRET, cloud=False, local_mode=True) as simulator:
        entries = (
            Entry(0, now - 2 * HOUR, now - HOUR),
            Entry(1, now - HOUR, now + HOUR, options={"setpoint": 3000}),
            Entry(7, now + HOUR, None),
        )
        simulator.installation.plan.replace(entries, "Manual Schedule")
        yield simulator


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Return what makes an editor that does one change after the other.

    Its arguments are pairs: what to replace, by what. The texts that it was given are in files
    beside the one that it returns.
    """

    def make(*changes: tuple[str, str], variable: str = "EDITOR") -> Path:
        script = tmp_path / f"{variable}.py"
        script.write_text(
            "import pathlib, sys\n"
            f"changes = {changes!r}\n"
            f"folder = pathlib.Path({str(tmp_path)!r})\n"
            "number = len([*folder.glob('given-*')])\n"
            "file = pathlib.Path(sys.argv[-1])\n"
            "text = file.read_text('utf-8')\n"
            "(folder / f'given-{number}').write_text(text, 'utf-8')\n"
            "if number < len(changes):\n"
            "    file.write_text(text.replace(*changes[number]), 'utf-8')\n",
            "utf-8",
        )
        for name in ("EDITOR", "VISUAL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(variable, f"{sys.executable} {script}")
        return tmp_path / "given-0"

    return make


def setpoints_of(battery: Simulator) -> list[tuple[int, object]]:
    return [(e.type, e.options.get("setpoint")) for e in battery.installation.plan.entries]


def one(shown: str) -> str:
    """Return what a terminal showed as one line."""
    return " ".join(shown.split())


async def kept_in(folder: Path) -> list[Path]:
    """Return the files of edits that are kept."""
    return await asyncio.to_thread(lambda: [*folder.glob("edited-plan-*")])


@pytest.mark.parametrize("variable", ["EDITOR", "VISUAL"])
async def test_what_is_saved_is_shown_asked_for_and_written(
    battery: Simulator, state: Path, editor: Callable[..., Path], variable: str
) -> None:
    given = editor(("3000", "2500"), variable=variable)
    code, shown = await answered(battery, [b"y\n"], "schedule", "edit")
    assert code == 0, shown
    assert setpoints_of(battery) == [(1, 2500), (7, None)]
    text = given.read_text("utf-8")
    assert text.startswith(f"# The plan of {battery.url}.")
    assert text.count("[[entries]]") == 2  # what has ended is not among them
    added, removed = shown.index("charge at 2.5 kW"), shown.index("charge at 3.0 kW")
    timeline, question = shown.index("── now "), shown.index("Do it?")
    assert added < removed < timeline < question
    assert await kept_in(state) == []


async def test_an_edit_that_cannot_be_read_can_be_edited_again(
    battery: Simulator, state: Path, editor: Callable[..., Path]
) -> None:
    given = editor(("setpoint", "setpiont"), ("setpiont = 3000", "setpoint = 900"))
    code, shown = await answered(battery, [b"y\n", b"y\n"], "schedule", "edit")
    assert code == 0, shown
    assert "did you mean 'setpoint'" in shown
    assert "setpiont = 3000" in given.with_name("given-1").read_text("utf-8")
    assert setpoints_of(battery)[0] == (1, 900)
    assert await kept_in(state) == []


async def test_an_end_that_was_taken_away_is_refused_and_can_be_put_back(
    battery: Simulator, state: Path, editor: Callable[..., Path]
) -> None:
    battery.installation.plan.replace(battery.installation.plan.entries[:2], "Manual Schedule")
    editor(("to_time", "# to_time"), ("# to_time", "to_time"))
    code, shown = await answered(battery, [b"y\n"], "schedule", "edit")
    assert (code, [*battery.journal.writes]) == (0, []), shown
    assert "has no end. Give it an end, or say --forever. Nothing was sent." in one(shown)
    assert "The plan was not changed; nothing was sent." in one(shown)
    assert await kept_in(state) == []


@pytest.mark.parametrize(("forever", "code"), [([], 2), (["--forever"], 0)])
async def test_a_new_entry_without_end_needs_forever(
    battery: Simulator, editor: Callable[..., Path], forever: list[str], code: int
) -> None:
    battery.installation.plan.replace(battery.installation.plan.entries[:2], "Manual Schedule")
    editor(("to_time", "# to_time"))
    answer = b"y\n" if forever else b"n\n"
    ended, shown = await answered(battery, [answer], "schedule", "edit", *forever)
    assert ended == code, shown
    ends = [entry.to_time is None for entry in battery.installation.plan.entries]
    assert ends == ([True] if forever else [False, False])


@pytest.mark.parametrize(
    ("change", "ending"),
    [
        (("setpoint", "setpiont"), (b"n\n", 2)),
        (("[[entries]]", "[[entries"), (b"n\n", 2)),
        (("inverter_charge", "inverter_charg"), (b"n\n", 2)),
        (
            (
                'mode = "solar_charge"\n',
                'mode = "solar_charge"\nfrom_time = 2001-01-01T00:00:00Z #',
            ),
            (b"n\n", 2),
        ),
        (("3000", "2500"), (b"n\n", 1)),
        (("3000", "2500"), (b"\x03", 130)),
    ],
)
async def test_what_was_typed_is_kept_if_it_is_not_written(
    battery: Simulator,
    state: Path,
    editor: Callable[..., Path],
    change: tuple[str, str],
    ending: tuple[bytes, int],
) -> None:
    given = editor(change)
    answer, code = ending
    ended, shown = await answered(battery, [answer], "schedule", "edit")
    assert (ended, [*battery.journal.writes]) == (code, []), shown
    (file,) = await kept_in(state)
    assert file.read_text("utf-8") == given.read_text("utf-8").replace(*change)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "What you typed is kept: 'homevolt schedule replace " in shown


async def test_a_write_that_fails_keeps_what_was_typed_and_the_plan(
    battery: Simulator, state: Path, editor: Callable[..., Path]
) -> None:
    editor(("3000", "2500"))
    battery.faults.add_settings({"kind": "ignore", "path": "/console.json", "nth": 2, "count": 1})
    code, _ = await answered(battery, [b"y\n"], "schedule", "edit")
    assert code == 7
    assert {*setpoints_of(battery)} == {(1, 3000), (7, None)}
    assert len(await kept_in(state)) == 1


async def test_a_plan_that_is_not_changed_is_not_written(
    battery: Simulator, state: Path, editor: Callable[..., Path]
) -> None:
    editor()
    code, shown = await answered(battery, [], "schedule", "edit")
    assert (code, [*battery.journal.writes]) == (0, [])
    assert "The plan was not changed; nothing was sent." in shown
    assert await kept_in(state) == []


async def test_a_dry_run_shows_the_change_and_keeps_what_was_typed(
    battery: Simulator, state: Path, editor: Callable[..., Path]
) -> None:
    editor(("3000", "2500"))
    code, shown = await answered(battery, [], "schedule", "edit", "--dry-run")
    assert (code, [*battery.journal.writes]) == (0, [])
    assert "1 added, 2 removed, 1 unchanged." in shown  # one had ended
    assert len(await kept_in(state)) == 1


async def test_a_plan_that_another_wrote_meanwhile_is_noticed(
    battery: Simulator, editor: Callable[..., Path]
) -> None:
    editor(("3000", "2500"))
    battery.faults.add_settings(
        {
            "kind": "other_client",
            "path": "/schedule.json",
            "nth": 2,
            "when": "before",
            "run": "sched_clear; sched_add 2 --setpoint 700",
        }
    )
    code, shown = await answered(battery, [b"n\n"], "schedule", "edit")
    assert code == 1
    assert "has changed since the editor was opened" in shown
    assert "discharge at 700 W" in shown  # the difference is to the current plan


async def test_an_editor_that_cannot_be_started_is_an_error_in_one_line(
    battery: Simulator, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "no-such-editor")
    code, shown = await answered(battery, [], "schedule", "edit")
    assert (code, [*battery.journal.writes]) == (2, [])
    assert "no-such-editor" in shown
    assert "$VISUAL or $EDITOR names the editor; nothing was sent." in " ".join(shown.split())
    assert "--help" not in shown
    assert "Traceback" not in shown
    assert await kept_in(state) == []


async def test_without_a_terminal_it_says_what_to_do(shell: Shell, battery: Simulator) -> None:
    outcome = await shell("schedule", "edit", "--host", battery.host)
    assert outcome.code == 2
    assert "needs a terminal" in outcome.line
    assert "schedule export FILE" in outcome.line
    assert not battery.journal
