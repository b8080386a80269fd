"""Closed streams, full disks and early signals, through the real entry point in a process."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from homevolt.simulator import Simulator
from tests.support.raw_server import Answer, RawServer, unused_port

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = Path(sys.executable).parent / "homevolt"
COMMANDS = [
    ("--help",),
    ("--version",),
    ("help", "exit-codes"),
    ("completion", "zsh"),
    ("status", "--simulate"),
    ("status", "--simulate", "--watch"),
    ("status", "--simulate", "--watch", "--json"),
    ("sensors", "--simulate", "--json"),
    ("simulate",),
]
INTERRUPT_AT = """
import importlib.abc, os, runpy, signal, sys

class Interrupt(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
sys.argv = ["homevolt", *{arguments!r}]
{run}
"""
RUNS = {
    "script": f'runpy.run_path({str(PROGRAM)!r}, run_name="__main__")',
    "module": 'runpy.run_module("homevolt", run_name="__main__")',
}
INTERRUPT_AT_ONCE = """
import os, signal
import homevolt.cli.program
os.kill(os.getpid(), signal.SIGINT)
print("went on")
"""
LOADED_BEFORE = """
import importlib.abc, sys

class Report(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "homevolt.cli.program":
            print(*sorted(sys.modules.keys() - before))

sys.meta_path.insert(0, Report())
before = set(sys.modules)
import homevolt.cli.program
"""


class Ended(NamedTuple):
    """How a process ended."""

    code: int | None
    out: str
    err: str


async def run(command: Sequence[str], redirections: str = "", **variables: str) -> Ended:
    """Run a command as a shell does, with its redirections."""
    process = await asyncio.create_subprocess_shell(
        f"exec {shlex.join(command)} {redirections}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | variables,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return Ended(process.returncode, out.decode(), err.decode())


async def homevolt(*arguments: str, redirections: str = "", **variables: str) -> Ended:
    """Run the program."""
    return await run([str(PROGRAM), *arguments], redirections, **variables)


@pytest.mark.parametrize("arguments", COMMANDS)
async def test_a_closed_stdout_is_one_line_and_a_code(arguments: tuple[str, ...]) -> None:
    ended = await homevolt(*arguments, redirections=">&-")
    assert ended == (10, "", "homevolt: The output cannot be written: stdout is closed.\n")


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        *((arguments, {}) for arguments in COMMANDS),
        *((arguments, {"FORCE_COLOR": "1", "TERM": "xterm"}) for arguments in COMMANDS[4:6]),
    ],
)
async def test_a_full_disk_is_one_line_and_a_code(
    arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    ended = await homevolt(*arguments, redirections=">/dev/full", **variables)
    message = "homevolt: The output cannot be written: No space left on device.\n"
    assert ended == (10, "", message)


@pytest.mark.parametrize("arguments", COMMANDS)
async def test_a_reader_that_is_gone_is_a_code_and_no_line(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *arguments, stdout=writer, stderr=asyncio.subprocess.PIPE
    )
    os.close(writer)
    _, err = await process.communicate()
    assert (process.returncode, err) == (141, b"")


@pytest.mark.parametrize("redirections", ["2>&-", "2>/dev/full"])
async def test_without_stderr_results_and_codes_are_the_same(redirections: str) -> None:
    shown = await homevolt("status", redirections=redirections)
    failed = await homevolt("nope", redirections=redirections)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("Homevolt B6 ")
    assert failed == (2, "", "")


@pytest.mark.parametrize("redirections", ["<&-", "<&- >&- 2>&-", "<&- >/dev/full 2>/dev/full"])
async def test_with_a_closed_stdin_no_password_is_asked_for(redirections: str) -> None:
    async with Simulator() as simulator:
        ended = await homevolt("status", "--host", simulator.host, redirections=redirections)
    if ">" in redirections:
        assert ended.code in (4, 10)
        assert ended.err == ""
    else:
        message = f"homevolt: {simulator.url} requires a password. Set HOMEVOLT_PASSWORD.\n"
        assert ended == (4, "", message)


async def test_a_closed_stdin_keeps_nothing_else_from_working() -> None:
    async with Simulator(None) as simulator:
        ended = await homevolt("sensors", "--host", simulator.host, redirections="<&-")
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    "module",
    [
        *("homevolt.cli.errors", "json", "homevolt.cli.output", "homevolt.cli.app", "click"),
        *("homevolt.cli.commands", "homevolt.cli.commands.status", "homevolt.cli.shared_options"),
        *("homevolt.cli.session", "asyncio", "homevolt.connection", "aiohttp", "aiohttp.connector"),
        *("homevolt.simulator", "homevolt.cli.render.display", "rich.console", "rich.table"),
    ],
)
@pytest.mark.parametrize("way", RUNS)
async def test_ctrl_c_while_modules_are_loaded_ends_without_a_traceback(
    way: str, module: str
) -> None:
    code = INTERRUPT_AT.format(module=module, run=RUNS[way], arguments=["status", "--simulate"])
    ended = await run([sys.executable, "-c", code])
    assert (ended.code, ended.err) == (130, "")


async def test_ctrl_c_ends_the_process_as_soon_as_the_entry_point_is_loaded() -> None:
    ended = await run([sys.executable, "-c", INTERRUPT_AT_ONCE])
    assert ended == (-signal.SIGINT, "", "")


async def test_nothing_but_names_is_loaded_before_the_entry_point() -> None:
    ended = await run([sys.executable, "-c", LOADED_BEFORE])
    assert ended == (0, "__future__ homevolt homevolt.cli\n", "")


@pytest.mark.parametrize("options", [(), ("--json",)])
async def test_a_watch_on_an_address_that_never_answered_ends(options: tuple[str, ...]) -> None:
    async with RawServer(Answer(then="stall")) as silent:
        for address in (f"127.0.0.1:{unused_port()}", silent.host):
            command = ("status", "--watch", "--timeout", "0.5", "--host", address, *options)
            ended = await homevolt(*command)
            assert ended.code == 3
            if options:
                assert ended.err == ""
                message = json.loads(ended.out)["error"]["message"]
            else:
                assert ended.out == ""
                message = ended.err
            assert re.fullmatch(
                rf"(homevolt: )?http://{address} .* Is the device on, and is this its address\?\n?",
                message,
            )
