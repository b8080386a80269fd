"""Changing the configuration file: as a whole or not at all, by one shell at a time."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevolt.cli.devices import store
from homevolt.cli.devices.config import ConfiguredDevice, load, parse
from homevolt.cli.output import CONFIG_VARIABLE

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

WITH_COMMENTS = """\
# Our houses.
default = "house"  # where we live

[devices.house]  # built 1970
# the old address was .99
host = "192.168.1.100"  # fixed in the router

# The cottage has no fibre yet.
[devices.cottage]
host = "192.168.2.100"
# The end.
"""
ADD = ("device", "add", "house", "192.168.1.100", "--no-test")
LIMITED = """
import resource, sys
from homevolt.cli import main
sys.argv = ["homevolt", *sys.argv[1:]]
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
main()
"""
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
ACTIONS = st.lists(st.tuples(st.sampled_from(["put", "remove", "default"]), NAMES), max_size=8)


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


def test_adding_and_choosing_keep_every_comment_and_line(file: Path) -> None:
    file.write_text(WITH_COMMENTS)
    store.put_device(ConfiguredDevice("boat", "192.168.3.100", 5.0))
    store.set_default("boat")
    text = file.read_text()
    assert comments(text) == comments(WITH_COMMENTS)
    assert text.startswith(WITH_COMMENTS.replace('default = "house"', 'default = "boat"'))
    assert load().devices["boat"] == ConfiguredDevice("boat", "192.168.3.100", 5.0)


def test_replacing_a_device_keeps_the_comments_in_its_table(file: Path) -> None:
    file.write_text(WITH_COMMENTS)
    store.put_device(ConfiguredDevice("house", "10.0.0.1"), replace=True)
    assert file.read_text() == WITH_COMMENTS.replace("192.168.1.100", "10.0.0.1")


def test_removing_a_device_keeps_the_comments_about_the_others(file: Path) -> None:
    file.write_text(WITH_COMMENTS)
    store.remove_device("house")
    text = file.read_text()
    assert "\n# The cottage has no fibre yet.\n[devices.cottage]\n" in text
    assert text.startswith("# Our houses.\n")
    assert text.endswith("# The end.\n")
    store.remove_device("cottage")
    assert "# The end.\n" in file.read_text()
    assert load().devices == {}


@pytest.mark.unmeasured
@given(actions=ACTIONS)
def test_whatever_is_changed_the_file_holds_the_devices(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_text("# first\n[devices]\n# kept\n")
    expected: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CONFIG_VARIABLE, str(file))
        for number, (action, name) in enumerate(actions):
            if action == "put":
                expected[name] = f"10.0.0.{number}"
                store.put_device(ConfiguredDevice(name, expected[name]), replace=True)
            elif name in expected and action == "remove":
                del expected[name]
                store.remove_device(name)
            elif name in expected:
                store.set_default(name)
            config = load()
            assert {each.name: each.host for each in config.devices.values()} == expected
            assert {" first", " kept"} <= set(comments(file.read_text()))


@pytest.mark.parametrize(
    "text",
    [
        'devices = { house = { host = "a" } }\n',
        'devices.house.host = "a"\n',
        '[devices]\nhouse.host = "a"\n[devices.cottage]\nhost = "b"\n',
        '[devices.house]\r\nhost = "a"\r\n',
    ],
)
def test_other_ways_to_write_the_same_are_changed_too(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    before = load()
    store.put_device(ConfiguredDevice("boat", "c"))
    store.set_default("boat")
    assert load().devices.keys() == before.devices.keys() | {"boat"}
    store.remove_device("house")
    assert load().devices.keys() == (before.devices.keys() | {"boat"}) - {"house"}
    assert parse(file.read_bytes().decode(), file).default == "boat"


async def test_only_the_owner_can_read_the_file_and_its_folder(shell: Shell) -> None:
    assert (await shell(*ADD)).code == 0
    file = Path(os.environ[CONFIG_VARIABLE])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o644)
    assert (await shell("device", "default", "house")).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_link_stays_a_link(shell: Shell, file: Path, tmp_path: Path) -> None:
    own = tmp_path / "dotfiles.toml"
    own.write_text("# mine\n")
    file.symlink_to(own)
    assert (await shell(*ADD)).code == 0
    assert file.is_symlink()
    assert "# mine" in own.read_text()
    assert "house" in load().devices


async def test_a_read_only_file_is_not_replaced(shell: Shell, file: Path) -> None:
    file.write_text("# mine\n")
    file.chmod(0o400)
    outcome = await shell(*ADD)
    assert (outcome.code, outcome.out) == (10, "")
    assert outcome.line == (
        f"homevolt: {file} cannot be written: it is read-only; make it writable first."
    )
    assert file.read_text() == "# mine\n"


async def test_a_folder_that_cannot_be_written_is_one_line(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, "/proc/homevolt/config.toml")
    outcome = await shell(*ADD)
    assert (outcome.code, outcome.out) == (10, "")
    assert outcome.line == (
        "homevolt: /proc/homevolt/config.toml cannot be written: No such file or directory."
    )


def test_a_full_disk_leaves_the_file_as_it_was(file: Path) -> None:
    file.write_text(WITH_COMMENTS)
    add = [sys.executable, "-c", LIMITED, *ADD, "--replace"]
    done = subprocess.run(add, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (10, "")
    assert done.stderr == f"homevolt: {file} cannot be written: File too large.\n"
    assert file.read_text() == WITH_COMMENTS
    assert [each.name for each in file.parent.iterdir() if "lock" not in each.name] == [file.name]


def test_an_interrupt_while_writing_leaves_the_file_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    file.write_text(WITH_COMMENTS)
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.set_default("cottage")
    assert file.read_text() == WITH_COMMENTS
    assert [each.name for each in file.parent.iterdir() if "lock" not in each.name] == [file.name]


async def test_shells_that_write_at_once_lose_nothing_of_each_other() -> None:
    names = [f"house{number}" for number in range(6)]
    program = "from homevolt.cli import main; main()"
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "device", "add", name, "192.168.1.1", "--no-test"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        for name in names
    ]
    assert [await process.wait() for process in processes] == [0] * len(names)
    config = load()
    assert sorted(config.devices) == names
    assert config.default in names
