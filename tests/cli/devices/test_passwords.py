"""The passwords of the named devices: in the keyring, or in the file with a note."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from keyring.errors import KeyringLocked

from homevolt.cli.devices import store
from homevolt.cli.devices.config import load
from homevolt.cli.devices.passwords import kept_password
from homevolt.cli.errors import unwritable
from homevolt.cli.output import PASSWORD_VARIABLE
from homevolt.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cli.conftest import Shell
    from tests.cli.devices.conftest import MemoryKeyring

SECRET = "correct horse"
NO_KEYRING = (
    "This system has no usable keyring. The password is kept in the configuration file, which only "
    "you can read."
)


@pytest.fixture
async def battery() -> AsyncIterator[Simulator]:
    """Serve a battery with a password."""
    async with Simulator(SECRET) as simulator:
        yield simulator


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer the question for the password as a person at a terminal; return the questions."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return SECRET

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", answer)
    return asked


async def test_a_password_is_kept_in_the_keyring_and_used_from_there(
    shell: Shell,
    battery: Simulator,
    questions: list[str],
    memory_keyring: MemoryKeyring,
    file: Path,
) -> None:
    added = await shell("device", "add", "house", battery.host)
    assert (added.code, added.err) == (0, "")
    assert added.out == (
        f"house is {battery.host}; password: in the keyring. It is the default device.\n"
    )
    assert len(questions) == 1
    account = load().devices["house"].keyring_account
    assert memory_keyring.passwords == {("homevolt", account): SECRET}
    assert SECRET not in file.read_text()
    status = await shell("status", "--json")
    assert (status.code, status.document["url"], len(questions)) == (0, battery.url, 1)


async def test_without_a_keyring_the_password_is_in_the_file_and_a_note_says_so(
    shell: Shell, battery: Simulator, questions: list[str]
) -> None:
    added = await shell("device", "add", "house", battery.host)
    assert (added.code, added.line) == (0, NO_KEYRING)
    assert load().devices["house"].password == SECRET
    assert SECRET not in added.out
    assert (await shell("device", "test", "house")).code == 0
    assert len(questions) == 1


async def test_a_keyring_that_fails_is_no_reason_to_fail(
    shell: Shell, battery: Simulator, questions: list[str], memory_keyring: MemoryKeyring
) -> None:
    memory_keyring.failure = KeyringLocked(f"cannot keep {SECRET}")
    added = await shell("device", "add", "house", battery.host)
    assert (added.code, len(questions)) == (0, 1)
    assert added.line.startswith("The keyring failed (KeyringLocked). ")
    assert load().devices["house"].password_place == "file"


async def test_a_keyring_that_is_locked_later_means_that_the_password_is_asked_for(
    shell: Shell, battery: Simulator, questions: list[str], memory_keyring: MemoryKeyring
) -> None:
    await shell("device", "add", "house", battery.host)
    memory_keyring.failure = KeyringLocked(SECRET)
    outcome = await shell("status")
    assert (outcome.code, len(questions)) == (0, 2)
    assert outcome.line == "The keyring failed (KeyringLocked): no password of house."
    removed = await shell("device", "remove", "house")
    assert removed.code == 0
    assert "was not removed from the keyring (KeyringLocked)" in removed.line
    assert SECRET not in outcome.err + removed.err


async def test_removing_and_replacing_a_device_forget_its_password(
    shell: Shell, battery: Simulator, questions: list[str], memory_keyring: MemoryKeyring
) -> None:
    await shell("device", "add", "house", battery.host)
    (first,) = memory_keyring.passwords
    assert (await shell("device", "add", "house", battery.url, "--replace")).code == 0
    (second,) = memory_keyring.passwords
    assert first != second
    assert (await shell("device", "remove", "house")).code == 0
    assert (memory_keyring.passwords, len(questions)) == ({}, 2)


async def test_a_device_that_is_not_kept_leaves_no_password(
    shell: Shell,
    battery: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    memory_keyring: MemoryKeyring,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise unwritable(Path("config.toml"), "full")

    monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
    monkeypatch.setattr(store, "put_device", fail)
    assert (await shell("device", "add", "house", battery.host)).code == 10
    assert memory_keyring.passwords == {}


@pytest.mark.parametrize("options", [("--no-password",), ("--no-password", "--no-test")])
async def test_no_password_is_kept_if_none_is_to_be_kept(
    shell: Shell,
    battery: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    memory_keyring: MemoryKeyring,
    options: tuple[str, ...],
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, SECRET)
    assert (await shell("device", "add", "house", battery.host, *options)).code == 0
    assert memory_keyring.passwords == {}
    assert load().devices["house"].password_place is None
    assert (await shell("status")).code == 0


async def test_without_a_test_the_password_is_asked_for_all_the_same(
    shell: Shell, questions: list[str]
) -> None:
    assert (await shell("device", "add", "house", "192.168.1.100", "--no-test")).code == 0
    assert questions == ["Password of 192.168.1.100 (empty for none): "]
    assert load().devices["house"].password == SECRET


async def test_the_password_of_a_device_beats_the_one_of_the_variable(
    shell: Shell, battery: Simulator, questions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await shell("device", "add", "house", battery.host)
    monkeypatch.setenv(PASSWORD_VARIABLE, "of another device")
    assert (await shell("status")).code == 0
    assert len(questions) == 1


async def test_a_kept_password_that_is_refused_says_how_to_keep_another(
    shell: Shell, file: Path, battery: Simulator
) -> None:
    file.write_text(f'[devices.house]\nhost = "{battery.host}"\npassword = "old"\n')
    outcome = await shell("status")
    assert outcome.code == 4
    assert outcome.line == (
        f"homevolt: {battery.url} refused the password that is kept for house. Enter another one "
        f"with 'homevolt device add --replace house {battery.url}'."
    )
    assert len(battery.journal) == 1


async def test_a_password_may_be_in_a_file_of_its_own(
    shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file.write_text('[devices.house]\nhost = "192.168.1.100"\npassword_file = "house.pw"\n')
    (file.parent / "house.pw").write_text("beside\n")
    assert kept_password(load().devices["house"]) == "beside"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert kept_password(load().devices["house"]) == "beside"
    (tmp_path / "house.pw").write_text("credential")
    assert kept_password(load().devices["house"]) == "credential"
    outcome = await shell("device", "list", "--json")
    assert outcome.document["devices"][0]["password_in"] == "password_file"
    assert "credential" not in outcome.out


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory. Make it readable."),
        (b"\n", "is empty. Write the secret into it."),
        (b"\xff", "is not UTF-8 text. Write the secret into it."),
    ],
)
def test_a_password_file_that_cannot_be_used_is_said_without_its_content(
    file: Path, content: bytes | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('[devices.house]\nhost = "192.168.1.100"\npassword_file = "house.pw"\n')
    if content is not None:
        (file.parent / "house.pw").write_bytes(content)
    assert kept_password(load().devices["house"]) is None
    assert capsys.readouterr().err == f"{file.parent / 'house.pw'} {problem}\n"
