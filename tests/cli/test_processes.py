"""The program as the system sees it: processes, signals, pipes and terminals."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import sys

import pytest

from homevolt import Homevolt, Schedule
from homevolt.simulator import Simulator
from tests.support.processes import PROGRAM, WITHOUT, ended, line_of, localised, started


async def test_the_program_is_the_module() -> None:
    version = await ended(PROGRAM, "--version")
    assert version == await ended(sys.executable, "-m", "homevolt", "--version")
    assert re.fullmatch(r"homevolt \d+\.\d+\.\d+\S*\n", version[1])


async def test_without_a_command_the_help_is_shown() -> None:
    bare, asked = await ended(PROGRAM), await ended(PROGRAM, "-h")
    assert bare == asked
    assert bare[0] == 0
    assert bare[1].startswith("Usage: homevolt ")


@pytest.mark.parametrize("package", ["click", "rich"])
async def test_without_the_extra_one_line_says_how_to_install_it(package: str) -> None:
    code, out, err = await ended(sys.executable, "-c", WITHOUT.format(package), "demo")
    assert (code, out) == (9, "")
    assert err == (
        f"homevolt: this needs the package {package}, which is not installed: "
        "pip install 'homevolt[cli]'\n"
    )


async def test_simulate_says_where_it_is_and_ends_with_ctrl_c() -> None:
    async with started(PROGRAM, "simulate", "--password", "hunter2") as process:
        ready = await line_of(process)
        assert ready.startswith("Simulated Homevolt at http://127.0.0.1:")
        assert await line_of(process) == "User admin, password hunter2"
        async with Homevolt(ready.rpartition(" ")[2], "hunter2") as connection:
            await connection.update_info()
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


async def test_simulate_hands_its_options_on() -> None:
    options = ("--fleet=2", "--units=2", "--password=", "--control-port=0", "--https", "--soc=20")
    without = ("--no-grid", "--no-solar", "--no-load", "--no-cloud")
    async with started(PROGRAM, "simulate", "--json", *options, *without) as process:
        assert process.stdout is not None
        document = json.loads(await process.stdout.readuntil(b"\n}\n"))
        async with Homevolt(document["devices"][1]) as connection:
            await connection.update_info()
            snapshot = connection.get_device().snapshot
    assert [unit.state_of_charge_ratio for unit in snapshot.units] == [0.2, 0.2]
    assert {meter.function for meter in snapshot.meters} <= {"battery"}
    assert snapshot.schedule == Schedule(local_mode=False, schedule_id="Manual Schedule")
    assert len(document["fingerprint"]) == 64
    assert [len(document[key]) for key in ("devices", "https_devices")] == [2, 2]
    assert (document["user"], document["password"]) == ("admin", None)
    assert document["control"].startswith("http://127.0.0.1:")


async def test_a_certificate_is_trusted_only_if_it_is_pinned() -> None:
    async with Simulator(None, https=True) as simulator:
        assert simulator.https_url is not None
        address = (PROGRAM, "status", "--host", simulator.https_url)
        code, _, refused = await ended(*address)
        other_code, _, other = await ended(*address, "--fingerprint", ":".join(["00"] * 32))
    assert (code, other_code) == (3, 3)
    assert refused.endswith("pin it with --fingerprint.\n")
    assert other.endswith("does not have the fingerprint of --fingerprint.\n")


async def test_a_watch_ends_quietly_with_ctrl_c() -> None:
    async with started(PROGRAM, "status", "--watch", "--json") as process:
        assert json.loads(await line_of(process))["simulated"] is True
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert process.returncode == 130
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("arguments", [("status",), ("sensors", "--json")])
async def test_a_reader_that_goes_away_ends_the_program_quietly(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    async with started(PROGRAM, *arguments, stdout=writer) as process:
        os.close(writer)
        _, err = await process.communicate()
    assert process.returncode == 141
    assert err.count(b"\n") == 1


async def test_a_terminal_is_asked_for_the_password_and_does_not_show_it() -> None:
    async with Simulator("hunter2") as simulator:
        terminal, theirs = pty.openpty()
        command = (PROGRAM, "status", "--host", simulator.host, "--json")
        environment = {k: v for k, v in os.environ.items() if k != "HOMEVOLT_PASSWORD"}
        async with started(
            *command, stdin=theirs, stderr=theirs, env=environment, start_new_session=True
        ) as process:
            os.close(theirs)
            asked = await asyncio.to_thread(os.read, terminal, 1000)
            os.write(terminal, b"hunter2\n")
            out, _ = await process.communicate()
        echoed = await asyncio.to_thread(os.read, terminal, 1000)
        os.close(terminal)
    assert b"Password of" in asked
    assert b"hunter2" not in asked + echoed
    assert process.returncode == 0
    assert json.loads(out)["url"] == simulator.url


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C"},
        {"LC_ALL": "C"},
        {"LC_CTYPE": "POSIX", "LANG": "sv_SE.UTF-8"},
        {},
        {"LANG": "sv_SE.UTF-8", "PYTHONIOENCODING": "ascii"},
        {"LANG": "sv_SE.UTF-8", "PYTHONIOENCODING": "latin-1"},
    ],
)
@pytest.mark.parametrize("arguments", [("status",), ("sensors", "temperature")])
async def test_without_the_characters_the_views_are_ascii(
    locale: dict[str, str], arguments: tuple[str, ...]
) -> None:
    async with started(PROGRAM, *arguments, env=localised(locale)) as process:
        out, _ = await process.communicate()
    assert process.returncode == 0
    assert out.isascii()
    assert b"?" not in out
    assert arguments != ("status",) or b"Charge    ####" in out


@pytest.mark.parametrize(
    "locale",
    [
        {"LANG": "C.UTF-8"},
        {"LC_ALL": "C.UTF-8", "LANG": "C"},
        {"LANG": "C", "PYTHONIOENCODING": "utf-8"},
    ],
)
async def test_with_the_characters_the_views_have_them(locale: dict[str, str]) -> None:
    async with started(PROGRAM, "status", env=localised(locale)) as process:
        out, _ = await process.communicate()
    assert "Charge    ━━━━" in out.decode()


async def test_json_loses_no_character_in_ascii() -> None:
    command = ("status", "--host", "smörgås", "--simulate", "--json")
    async with started(PROGRAM, *command, env=localised({"LANG": "C"})) as process:
        out, _ = await process.communicate()
    assert out.isascii()
    assert json.loads(out)["error"]["message"].startswith("--host and --simulate exclude")
