"""Changing the plan in the editor of the person at the terminal; what was typed is never lost."""

from __future__ import annotations

import secrets
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from homevolt import _files
from homevolt.cli import render, state
from homevolt.cli.errors import ShellError, unwritable, usage_error
from homevolt.cli.output import PROGRAM, can_ask, one_line, print_err
from homevolt.cli.writing import plan_files
from homevolt.cli.writing.asking import ask
from homevolt.cli.writing.plan_state import known_plan, not_ended, read_clocks, unexpired
from homevolt.cli.writing.plan_write import replace_plan, show_unchanged
from homevolt.control.plan_replacement import compare_plans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homevolt.cli.session import Session
    from homevolt.cli.writing.window_options import Manner
    from homevolt.schedule.entry import ScheduleEntry

KIND = "toml"
HEADING = """\
# The plan of {url}. Save it and leave the editor; nothing is sent before you are asked.
# An entry has mode, from_time, to_time and the options of 'homevolt mode --help', with _ for -.
# Times are by the device's clock, in UTC, or as on the command line: "tomorrow 07:00".
# To leave the plan as it is, leave without a change. No entries: entries = []

"""


def check_terminal() -> None:
    """Refuse to edit where nobody can.

    Raises:
        ShellError: There is no terminal.
    """
    if not can_ask():
        raise usage_error(
            f"'{PROGRAM} schedule edit' needs a terminal. Elsewhere use '{PROGRAM} schedule "
            f"export FILE' and '{PROGRAM} schedule replace FILE'."
        )


async def edit_plan(session: Session, manner: Manner, *, forever: bool) -> None:
    """Let the person edit the plan, show what changes, ask, and replace it.

    Args:
        session: The device.
        manner: How to go about it.
        forever: Whether a new entry may have no end.

    Raises:
        HomevoltError: See `homevolt.Device.replace_schedule`; what was typed is kept in a file.
        ShellError: The editor failed, what was typed is not a plan, or it was not confirmed;
            likewise.
    """
    before = not_ended(session, known_plan(session).entries)
    given = HEADING.format(url=session.url) + plan_files.dumps(before, KIND)
    with _kept_file(given) as file:
        entries = _edited(session, file, forever=forever)
        if file.read_text("utf-8") == given:
            show_unchanged(session, "The plan was not changed; nothing was sent.", manner)
            return
        await session.device.fetch_schedule_data()  # editing may have taken any time
        present = known_plan(session)
        if compare_plans(before, present).added:
            print_err("The plan on the device has changed since the editor was opened.")
        diff = compare_plans(entries, present)
        if not manner.as_json:
            render.show_diff(diff, *read_clocks(session), on_stderr=True)
        await replace_plan(session, entries, "Will replace the plan by what you typed:", manner)
        if not manner.dry_run:
            file.unlink()


@contextmanager
def _kept_file(text: str) -> Iterator[Path]:
    """Give a file for what is typed; if it is still there in the end and was changed, it stays."""
    folder = state.folder()
    file = folder / f"edited-plan-{secrets.token_hex(4)}.{KIND}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _files.replace(file, text)
    except OSError as error:
        raise unwritable(file, error, f"{state.VARIABLE} names another folder.") from error
    try:
        yield file
    finally:
        if file.exists() and file.read_text("utf-8", "replace") == text:
            file.unlink()
        elif file.exists():
            print_err(
                f"What you typed is kept: '{PROGRAM} schedule replace {file}' writes it, once it "
                "is right."
            )


def _edited(session: Session, file: Path, *, forever: bool) -> list[ScheduleEntry]:
    """Let the person edit a file until it holds a plan.

    Raises:
        ShellError: It holds none, and the person does not edit it again.
    """
    while True:
        with _ctrl_c_is_the_editor_s():
            _open_editor(file)
        try:
            return unexpired(session, plan_files.load(file), forever=forever)
        except ShellError as error:
            problem = error
        print_err(one_line(str(problem)))
        if not ask("Edit it again?"):
            raise problem


def _open_editor(file: Path) -> None:
    """Open a file in the editor, and wait until it is left.

    Raises:
        ShellError: The editor cannot be started, or it failed.
    """
    try:
        click.edit(filename=str(file))
    except click.ClickException as error:
        raise usage_error(
            f"{error.format_message().removesuffix('.')}. $VISUAL or $EDITOR names the editor; "
            "nothing was sent."
        ) from error


@contextmanager
def _ctrl_c_is_the_editor_s() -> Iterator[None]:
    """Let Ctrl-C reach the editor alone, which gets it too; a function is not inherited by it."""
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
