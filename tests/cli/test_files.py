"""The one way in which the shell writes a file: whole or not at all, for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from homevolt import _files as files
from homevolt.cli import state

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS: list[tuple[object, str]] = [(os, "fdopen"), (os, "fsync"), (Path, "replace")]
"""What writing a file calls, one after the other."""


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
def test_whatever_ends_the_writing_the_former_file_is_whole_and_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    step: str,
    error: Callable[[], BaseException],
) -> None:
    def end(*_: object, **__: object) -> NoReturn:
        raise error()

    file = tmp_path / "plan.json"
    file.write_text("former", "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, end)
        with pytest.raises((KeyboardInterrupt, OSError)):
            files.replace(file, "new")
    assert file.read_text("utf-8") == "former"
    assert [*tmp_path.iterdir()] == [file]


def test_a_replaced_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("former", "utf-8")
    file.chmod(0o644)
    files.replace(file, "new\n")
    assert file.read_bytes() == b"new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_the_shell_keeps_is_in_the_state_folder_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(state.VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state.folder() == tmp_path / "homevolt"
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "own"))
    assert state.folder() == tmp_path / "own"
    assert state.name_of("plan", "x") != state.name_of("plan", "y")
