"""Every failure through the real entry point, in a process and where it matters at a terminal.

Each row is a failure, its exit code, and the one line that says what happened and what to do.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from homevolt.simulator import Simulator
from homevolt.simulator.world.ems.plan import Entry
from tests.support.homes import CONFIG, NO_PASSWORD, SECRET, Place, configure, homevolt
from tests.support.processes import PROGRAM, started
from tests.support.raw_server import Answer, RawServer, unused_port
from tests.support.terminals import (
    CTRL_C,
    FULL_DISK,
    MERE_OWNER,
    PATIENCE_S,
    at_home,
    terminal,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.processes

CHARGE = "charge 3000 --for 2h --yes"


class Failure(NamedTuple):
    """One way to fail.

    Attributes:
        what: The failure.
        line: The command line; {home}, {silent} and {absent} are filled in.
        code: How it ends.
        said: The one line on stderr, as a regular expression; None is none.
        config: The configuration file; {host} is that of the battery, None is no file.
        modes: Modes of files and folders of the home.
        surroundings: Of the process.
        redirections: As a shell has them.
        variables: Further variables.
    """

    what: str
    line: str
    code: int
    said: str | None
    config: str | None = CONFIG
    modes: dict[str, int] = {}  # noqa: RUF012 - never changed
    surroundings: tuple[str, ...] = (MERE_OWNER,)
    redirections: str = ""
    variables: dict[str, str] = {}  # noqa: RUF012 - never changed


DISK = (MERE_OWNER, FULL_DISK)
READ_ONLY_HOME = {"": 0o500, ".config": 0o500, ".config/homevolt": 0o500}
OWN = r"{home}/\.config/homevolt"
NOT_KEPT = (
    r"So the plan on the device could not be restored later; nothing was sent\. HOMEVOLT_STATE "
    r"names another folder\."
)
KEPT = rf"{OWN}/previous-plan-\w{{16}}\.json"
SEARCHED = r"Is the device on, and is this its address\?"
FULL = r"The output cannot be written: No space left on device\."

FAILURES = (
    Failure(
        "unreachable",
        "status --timeout 0.5 --host {silent}",
        3,
        rf"http://{{silent}} did not send a complete answer within 0\.5 s\. {SEARCHED}",
    ),
    Failure(
        "server off",
        "status --host {absent}",
        3,
        rf"http://{{absent}} cannot be reached: .*refused.* {SEARCHED}",
    ),
    Failure(
        "wrong password",
        "status",
        4,
        (
            r"http://{host} refused the password that is kept for house\. Enter another one with "
            r"'homevolt device add --replace house http://{host}'\."
        ),
        config=CONFIG.replace("correct", "wrong"),
    ),
    Failure(
        "no password",
        CHARGE,
        4,
        r"http://{host} requires a password\. Set HOMEVOLT_PASSWORD\.",
        config='[devices.house]\nhost = "{host}"\n',
    ),
    Failure(
        "unknown device",
        f"{CHARGE} --device hous",
        2,
        r"No device 'hous'\. Did you mean 'house'\?",
    ),
    Failure(
        "no device",
        CHARGE,
        2,
        (
            r"No device is configured and none is named\. Add one with 'homevolt device add NAME "
            r"ADDRESS'\. Or .* --simulate\."
        ),
        config=None,
    ),
    Failure(
        "unreadable config",
        "status",
        11,
        (
            rf"{OWN}/config\.toml cannot be read: Permission denied\. Make it readable, or name "
            r"another file in HOMEVOLT_CONFIG\."
        ),
        modes={".config/homevolt/config.toml": 0},
    ),
    Failure(
        "half-written config",
        CHARGE,
        11,
        rf"{OWN}/config\.toml, line 2: .*",
        config='[devices.house]\nhost = "192.168',
    ),
    Failure(
        "half-written config, to be changed",
        "device default house",
        11,
        rf"{OWN}/config\.toml, line 2: .*",
        config='[devices.house]\nhost = "192.168',
    ),
    Failure(
        "read-only home: the configuration file",
        "device add hut {absent} --no-test --no-password",
        10,
        rf"{OWN}/config\.toml cannot be written: Permission denied\.",
        modes=READ_ONLY_HOME,
    ),
    Failure(
        "read-only home: the first configuration file",
        "device add hut {absent} --no-test --no-password",
        10,
        rf"{OWN}/config\.toml cannot be written: Permission denied\.",
        config=None,
        modes={"": 0o500},
    ),
    Failure(
        "read-only home: the kept plan",
        CHARGE,
        10,
        rf"{KEPT} cannot be written: Permission denied\. {NOT_KEPT}",
        modes=READ_ONLY_HOME,
    ),
    Failure(
        "read-only home: an exported plan",
        "schedule export {home}/plan.toml",
        10,
        r"{home}/plan\.toml cannot be written: Permission denied\.",
        modes=READ_ONLY_HOME,
    ),
    Failure("read-only home: what is read", "status", 0, None, modes=READ_ONLY_HOME),
    Failure("full disk: the output", "status", 10, FULL, redirections=">/dev/full"),
    Failure("full disk: a document", "status --json", 10, FULL, redirections=">/dev/full"),
    Failure("full disk: the help", "charge --help", 10, FULL, redirections=">/dev/full"),
    Failure(
        "full disk: the configuration file",
        "device add hut {absent} --no-test --no-password",
        10,
        rf"{OWN}/config\.toml cannot be written: File too large\.",
        surroundings=DISK,
    ),
    Failure(
        "full disk: the kept plan",
        CHARGE,
        10,
        rf"{KEPT} cannot be written: File too large\. {NOT_KEPT}",
        surroundings=DISK,
    ),
    *(
        Failure(
            f"full disk: {command}",
            f"{command} {{home}}/{file}",
            10,
            rf"{{home}}/{re.escape(file)} cannot be written: File too large\.",
            surroundings=DISK,
        )
        for command, file in (
            ("schedule export", "plan.csv"),
            ("param export", "parameters.toml"),
            ("diagnostics", "report.json"),
        )
    ),
    Failure("full disk: what is read", "status", 0, None, surroundings=DISK),
    Failure(
        "closed stdout",
        "status",
        10,
        r"The output cannot be written: stdout is closed\.",
        redirections=">&-",
    ),
    Failure("full disk: stderr", "status", 0, None, redirections="2>/dev/full"),
    Failure("closed stderr", "status --device hut", 2, None, redirections="2>&-"),
)


@pytest.mark.parametrize("row", FAILURES, ids=[row.what for row in FAILURES])
async def test_a_failure_is_one_code_and_one_line(place: Place, row: Failure) -> None:
    configure(place.home, (row.config or "").format(host=place.battery.host))
    if row.config is None:
        shutil.rmtree(place.home / ".config")
    async with RawServer(Answer(then="stall")) as silent:
        names = {"silent": silent.host, "absent": f"127.0.0.1:{unused_port()}"}
        names |= {"host": place.battery.host, "home": str(place.home)}
        before = {path: path.stat().st_mode for path in map(place.home.joinpath, row.modes)}
        for name, mode in row.modes.items():
            place.home.joinpath(name).chmod(mode)
        try:
            ended = await homevolt(
                row.line.format(**names),
                place.home,
                *row.surroundings,
                redirections=row.redirections,
                **row.variables,
            )
        finally:
            for path, mode in before.items():
                path.chmod(mode)
    assert ended.code == row.code, ended
    if row.said is None:
        assert ended.err == ""
    else:
        said = row.said
        for name, value in names.items():
            said = said.replace(f"{{{name}}}", re.escape(value))
        *earlier, last = ended.err.splitlines()
        assert re.fullmatch(f"homevolt: {said}", last), ended.err
        assert earlier == [] or (row.line == CHARGE and earlier[0].startswith("Will charge at"))
    assert [*place.battery.journal.writes] == []
    assert place.kept == []
    leftovers = [path.name for path in place.home.rglob(".*") if path.name.startswith(".config.t")]
    assert set(leftovers) <= {".config.toml.lock"}


READERS = (("status", 0), ("status --json", 0), ("help exit-codes", 0), ("status --device hut", 2))


@pytest.mark.parametrize(("line", "code"), READERS)
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_reader_that_is_gone_needs_no_line(
    place: Place, line: str, code: int, stream: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = (PROGRAM, *shlex.split(line))
    async with started(*command, env=at_home(place.home), **{stream: writer}) as process:
        os.close(writer)
        out, err = await process.communicate()
    expected = 141 if stream == "stdout" and not code else code
    assert process.returncode == expected
    if stream == "stdout":
        assert (err == b"") == (code == 0)
    else:
        assert bool(out) == (code == 0)


async def test_what_was_sent_before_the_output_failed_stays_and_can_be_restored(
    place: Place,
) -> None:
    ended = await homevolt(CHARGE, place.home, redirections=">/dev/full")
    assert (ended.code, ended.out) == (10, "")
    assert ended.err.splitlines()[1:] == [f"homevolt: {FULL.replace(chr(92), '')}"]
    assert place.plan == [(1, 3000), (7, None)]
    assert (await homevolt("restore --yes", place.home)).code == 0
    assert place.plan == [(7, None)]


async def test_a_kept_plan_that_is_half_a_file_is_not_sent(place: Place) -> None:
    assert (await homevolt(CHARGE, place.home)).code == 0
    (kept,) = place.kept
    kept.write_text(kept.read_text("utf-8")[:-20], "utf-8")
    place.battery.journal.clear()
    ended = await homevolt("restore --yes", place.home)
    assert ended.code == 11
    assert ended.err.startswith(f"homevolt: {kept} is not valid JSON: ")
    assert ended.err.count("\n") == 1
    assert "Nothing was sent." in ended.err
    assert [*place.battery.journal.writes] == []


class Moment(NamedTuple):
    """A moment at which somebody presses Ctrl-C.

    Attributes:
        line: The command line.
        shows: What is on the terminal then.
        config: The configuration file.
        code: How it ends.
        said: How the last line begins; empty is what was shown before.
        writes: How many writes were sent.
    """

    line: str
    shows: str
    config: str = CONFIG
    code: int = 130
    said: str = ""
    writes: int = 0


EDITED = "What you typed is kept: 'homevolt schedule replace "
MOMENTS = (
    Moment("status", "Password of {host}:", NO_PASSWORD),
    Moment("device add hut {host}", "Password of {host}:"),
    Moment("device add hut {host} --no-test", "Password of {host} (empty for none):"),
    Moment("charge 3000 --for 2h", "Do it? [y/N]"),
    Moment("schedule delete {entry}", "Do it? [y/N]"),
    Moment("schedule clear", "Do it? [y/N]"),
    Moment("local off", "Do it? [y/N]"),
    Moment("param set ledstrip_bright_max 40", "Do it? [y/N]"),
    Moment("param set ems_psk", "Value of ems_psk:"),
    Moment("param reset ledstrip_bright_max", "Do it? [y/N]"),
    Moment("console factory_reset", "Send it nevertheless? [y/N]"),
    Moment("reboot", "[y/N]"),
    Moment("schedule edit", "Do it? [y/N]", said=EDITED),
    Moment("status --watch", "q quit"),
    Moment("logs --follow", "info"),
    Moment("mode 1 --setpoint 5000 --charge-ramp-up 1 --for 2h --wait --yes", "Waiting", writes=3),
    Moment("simulate", "User admin", code=0),
)


@pytest.mark.parametrize("moment", MOMENTS, ids=[moment.line for moment in MOMENTS])
async def test_ctrl_c_ends_whatever_waits_and_gives_the_terminal_back(
    place: Place, moment: Moment
) -> None:
    (entry,) = place.battery.installation.plan.entries
    names = {"host": place.battery.host, "entry": entry.id}
    configure(place.home, moment.config.format(**names))
    editor = f'{sys.executable} -c \'import sys; open(sys.argv[1], "w").write("entries = []")\''
    arguments = shlex.split(moment.line.format(**names))
    async with terminal(*arguments, env=at_home(place.home, EDITOR=editor)) as screen:
        await screen.shows(moment.shows.format(**names))
        shown = screen.text
        screen.types(CTRL_C)
        code = await screen.ended()
    assert code == moment.code, screen.text
    assert screen.modes_after == screen.modes_before
    said = screen.text.removeprefix(shown).replace("^C", "").strip()
    assert said.startswith(moment.said)
    assert moment.said or not said, said
    assert len(place.battery.journal.writes) == moment.writes
    file = place.home / ".config/homevolt/config.toml"
    assert file.read_text("utf-8") == moment.config.format(**names)


async def test_ctrl_c_ends_a_read_of_a_device_that_does_not_answer(place: Place) -> None:
    environment = at_home(place.home)
    async with (
        RawServer(Answer(then="stall")) as silent,
        terminal("status", "--host", silent.host, env=environment) as screen,
    ):
        await silent.arrived.wait()
        screen.types(CTRL_C)
        assert await screen.ended() == 130
    assert (screen.text, screen.modes_after) == ("^C", screen.modes_before)


class Write(NamedTuple):
    """A write during which somebody presses Ctrl-C.

    Attributes:
        line: The command line.
        begun: Which of its writes is under way then.
        said: What is said last.
        is_undone: Whether the plan is afterwards as it was.
    """

    line: str
    begun: int
    said: str
    is_undone: bool = False


PLAN = (
    "Ended while the plan was written; 'homevolt schedule show' shows which plan the device has "
    "now."
)
LOCAL = "Ended while local mode was switched; 'homevolt local status' shows which state it is in."
BRIGHTNESS = (
    "Ended while ledstrip_bright_max was written; 'homevolt param get ledstrip_bright_max' shows "
    "its value."
)
WRITES = (
    *(Write("charge 3000 --for 2h", begun, PLAN, is_undone=True) for begun in (1, 2, 3)),
    Write("mode idle --forever", 2, PLAN, is_undone=True),
    Write("schedule add idle --from 2099-01-01T07:00 --for 2h", 1, PLAN),
    Write("schedule delete {entry}", 1, PLAN),
    Write("schedule clear", 1, PLAN),
    *(Write("schedule replace {home}/plan.csv", n, PLAN, is_undone=True) for n in (1, 2, 3)),
    *(Write("restore", begun, PLAN, is_undone=True) for begun in (1, 2)),
    Write("local off", 1, LOCAL),
    Write("param set ledstrip_bright_max 55", 1, BRIGHTNESS),
    Write("param reset ledstrip_bright_max", 1, BRIGHTNESS),
    Write(
        "param import {home}/parameters.json",
        1,
        f"{BRIGHTNESS} Written before: none. Not sent: ledstrip_bright_min.",
    ),
    Write(
        "console sched_clear",
        1,
        "Ended after 'sched_clear' was sent; whether it was done is not known.",
    ),
    Write("reboot", 1, "Ended while it restarted; whether it does is not known."),
)
IN_2098 = 4_070_000_000
STILL = "Still ending: what was sent is read back first, and undone if need be."


@pytest.mark.parametrize("is_pressed_again", [False, True], ids=["once", "again and again"])
@pytest.mark.parametrize("row", WRITES, ids=[f"{row.line} ({row.begun})" for row in WRITES])
async def test_ctrl_c_during_a_write_leaves_no_half_of_it(
    tmp_path: Path, row: Write, is_pressed_again: bool
) -> None:
    rows = "".join(f"0,2099-01-01T{hour:02}:00Z,2099-01-01T{hour:02}:59Z\n" for hour in range(3))
    (tmp_path / "plan.csv").write_text(f"mode,from_time,to_time\n{rows}", "utf-8")
    wanted = {"ledstrip_bright_max": 55, "ledstrip_bright_min": 9}
    (tmp_path / "parameters.json").write_text(json.dumps({"parameters": wanted}), "utf-8")
    released = asyncio.Event()

    async def held(_: float) -> None:
        await released.wait()

    async with Simulator(SECRET, cloud=False, local_mode=True, sleep=held) as battery:
        configure(tmp_path, CONFIG.format(host=battery.host))
        place = Place(tmp_path, battery)
        battery.installation.plan.replace((Entry(7, None, IN_2098),), "Manual Schedule")
        if row.line == "restore":
            assert (await homevolt(CHARGE, tmp_path)).code == 0
        former = place.plan
        battery.journal.clear()
        battery.faults.add("latency", write=True, nth=row.begun, seconds=1)
        names = {"home": tmp_path, "entry": battery.installation.plan.entries[0].id}
        arguments = [*shlex.split(row.line.format(**names)), "--yes"]
        async with terminal(*arguments, env=at_home(tmp_path)) as screen:
            requests = 0
            async with asyncio.timeout(PATIENCE_S):
                while len(battery.journal.writes) < row.begun:
                    requests += 1
                    await battery.wait_for_requests(requests)
            screen.types(CTRL_C)
            if is_pressed_again:
                await screen.shows_after_keys(STILL, CTRL_C)
            released.set()
            code = await screen.ended()
    assert code == 130, screen.text
    assert screen.modes_after == screen.modes_before
    assert screen.text.replace("^C", "").rstrip().endswith(row.said), screen.text
    assert screen.text.count(STILL) == is_pressed_again
    assert not row.is_undone or place.plan == former


async def test_two_shells_at_once_keep_one_whole_plan_for_restore(place: Place) -> None:
    setpoints = [1000, 1001, 1002]
    lines = [f"charge {setpoint} --for 2h --yes" for setpoint in setpoints]
    ended = await asyncio.gather(*(homevolt(line, place.home) for line in lines))
    assert {each.code for each in ended} == {0}, ended
    _, last = place.plan[0]
    assert (await homevolt("restore --yes", place.home)).code == 0
    _, last_but_one = place.plan[0]
    assert last != last_but_one
    assert {last, last_but_one} <= {*setpoints}


async def test_two_shells_at_once_note_all_that_each_has_read(place: Place) -> None:
    lines = ("param list", "status", "param list", "status")
    ended = await asyncio.gather(*(homevolt(line, place.home) for line in lines))
    assert {each.code for each in ended} == {0}
    notes = {each.name.rpartition("-")[0]: each for each in place.notes}
    assert set(notes) == {"known-parameters", "known-entry-ids"}
    names = json.loads(notes["known-parameters"].read_text("utf-8"))
    assert "ledstrip_bright_max" in names
    (entry,) = place.battery.installation.plan.entries
    assert json.loads(notes["known-entry-ids"].read_text("utf-8")) == [str(entry.id)]
