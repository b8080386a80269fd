"""The program's way in and out, within this process."""

from __future__ import annotations

import asyncio
import json
import operator
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homevolt.cli import main, render, session
from homevolt.cli.commands import serving
from homevolt.cli.errors import fail, usage_error
from homevolt.cli.output import PipeClosedError, print_json
from homevolt.cli.render import watch_display
from homevolt.cli.render.terminal import program_path
from homevolt.simulator.fleet import Fleet
from homevolt.simulator.run import Ready, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell


def leave(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """Run the program, and return the code it leaves with."""
    monkeypatch.setattr(sys, "argv", ["homevolt", *arguments])
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(SystemExit) as end:
            main()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return end.value.code


def test_the_program_leaves_with_the_code_of_its_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave(["--version"], monkeypatch) == 0
    assert leave(["nope"], monkeypatch) == 2
    assert capsys.readouterr().out.startswith("homevolt ")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_ctrl_c_right_before_or_after_a_command_ends_without_a_traceback(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: list[object] = []

    def set_handler(number: int, handler: object) -> None:
        if number == signal.SIGINT:
            handlers.append(handler)
        if len(handlers) == {"before": 2, "after": 3}[moment]:
            raise KeyboardInterrupt

    monkeypatch.setattr(signal, "signal", set_handler)
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(sys, "argv", ["homevolt", "--version"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130


def test_the_program_without_its_extra_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "homevolt.cli.app")
    monkeypatch.setitem(sys.modules, "click", None)
    assert leave(["demo"], monkeypatch) == 9
    assert capsys.readouterr().err.endswith("pip install 'homevolt[cli]'\n")
    assert leave(["demo", "--json"], monkeypatch) == 9
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["type"], error["exit_code"]) == ("ModuleNotFoundError", 9)


def test_a_view_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'attic'"):
        operator.attrgetter("attic")(render)


async def test_a_watch_is_handed_its_interval(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[float, bool]] = []

    async def look(opened: session.Session, interval_s: float, *, as_json: bool) -> None:
        assert opened.device.ems_at is not None
        calls.append((interval_s, as_json))

    monkeypatch.setattr(watch_display, "watch_status", look)
    assert (await shell("status", "-w", "--interval", "2.5", "--json")).code == 0
    assert (await shell("status", "--watch")).code == 0
    assert calls == [(2.5, True), (10.0, False)]


async def test_a_terminal_gets_colours(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[32m━" in (await shell("demo")).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in (await shell("demo")).out


def test_a_closed_pipe_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        with pytest.raises(PipeClosedError):
            print_json({"long": "x" * 100_000})
        monkeypatch.undo()


def test_an_error_that_cannot_be_printed_keeps_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert fail(["--json"], usage_error("x" * 100_000)) == 2
        monkeypatch.undo()


async def served(say: Callable[[Ready], None], capsys: pytest.CaptureFixture[str]) -> str:
    """Serve until the greeting is out, then end as Ctrl-C does; return the greeting."""
    task = asyncio.create_task(serve(Fleet(1), ready=say))
    out = ""
    while "127.0.0.1" not in out:
        await asyncio.wait({task}, timeout=0.01)
        out += capsys.readouterr().out
    os.kill(os.getpid(), signal.SIGINT)
    await task
    return out + capsys.readouterr().out


async def test_serving_greets_people(capsys: pytest.CaptureFixture[str]) -> None:
    greeting = await served(serving.print_ready, capsys)
    assert greeting.startswith("Simulated Homevolt at http://127.0.0.1:")


async def test_a_greeting_that_cannot_be_printed_is_not_taken_for_a_port_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        with pytest.raises(PipeClosedError):
            await serve(Fleet(1), ready=serving.print_ready)
        monkeypatch.undo()


async def test_serving_greets_programs(capsys: pytest.CaptureFixture[str]) -> None:
    greeting = await served(serving.print_ready_as_json, capsys)
    assert greeting.startswith("{")
    assert greeting.endswith("}\n")
    assert '"password": "secret"' in greeting


def test_the_greeting_of_programs_says_where_everything_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ready = Ready(
        devices=("http://127.0.0.1:1", "http://127.0.0.1:3"),
        https_devices=("https://127.0.0.1:2", "https://127.0.0.1:4"),
        fingerprint="ab" * 32,
        user="admin",
        password="with spaces",
        control="http://127.0.0.1:5",
    )
    serving.print_ready_as_json(ready)
    assert json.loads(capsys.readouterr().out) == {
        "devices": ["http://127.0.0.1:1", "http://127.0.0.1:3"],
        "https_devices": ["https://127.0.0.1:2", "https://127.0.0.1:4"],
        "fingerprint": "ab" * 32,
        "user": "admin",
        "password": "with spaces",
        "control": "http://127.0.0.1:5",
    }


def test_the_program_is_named_as_it_can_be_called_from_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "homevolt"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    for argument, called_as in (
        (str(own), "homevolt"),
        ("pytest", "homevolt"),
        (str(tmp_path / "homevolt" / "__main__.py"), f"{Path(sys.executable).name} -m homevolt"),
    ):
        monkeypatch.setattr(sys, "argv", [argument])
        assert program_path() == called_as
    monkeypatch.setattr(sys, "argv", [str(own)])
    monkeypatch.setenv("PATH", "")
    assert program_path() == str(own)
