"""The commands about the plan as a whole: show, replace, export, diff and edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import files, reading, session
from homevolt.cli.output import print_text
from homevolt.cli.shared_options import (
    FILE,
    device_options,
    format_option,
    kind_of,
    reading_options,
)
from homevolt.cli.writing.window_options import forever_option, manner_options

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.shared_options import Asked, Target
    from homevolt.cli.writing.window_options import Manner

KINDS = ("toml", "json", "csv")


@click.command("show", epilog="Example: homevolt schedule show --json")
@reading_options
def _show(*, asked: Asked) -> None:
    """Show the plan, with a line at the present time."""
    from homevolt.cli.writing import plan_queries  # noqa: PLC0415 - loads msgspec

    reading.show(asked, plan_queries.plan())


@click.command("replace", epilog="Example: homevolt schedule replace plan.toml")
@click.argument("file", type=FILE)
@device_options
@forever_option
@manner_options
def _replace(*, target: Target, file: Path, forever: bool, manner: Manner) -> None:
    """Replace the plan by that of a file, all or nothing.

    The file is TOML, JSON or CSV, by the end of its name. What has ended is left out. A new entry
    without end needs --forever.
    """
    from homevolt.cli.writing import plan_files, plan_state, plan_write  # noqa: PLC0415 - load msgspec

    plan = plan_files.load(file)

    async def work(opened: session.Session) -> None:
        entries = plan_state.unexpired(opened, plan, forever=forever)
        sentence = f"Will replace the plan by that of {file}:"
        await plan_write.replace_plan(opened, entries, sentence, manner)

    session.run(target, work, writes=True)


@click.command("export", epilog="Example: homevolt schedule export plan.toml")
@click.argument("file", type=FILE, required=False)
@format_option(KINDS)
@device_options
def _export(*, target: Target, file: Path | None, kind: str | None) -> None:
    """Write the plan to a file, or print it.

    A file that exists is replaced. 'replace' reads it back to the same plan.
    """
    from homevolt.cli.writing import plan_files, plan_state  # noqa: PLC0415 - load msgspec

    chosen = kind_of(file, kind, KINDS)

    async def work(opened: session.Session) -> None:
        entries = plan_state.known_plan(opened).entries
        text = plan_files.dumps(entries, chosen)
        if file is None:
            print_text(text)
        else:
            files.write(file, text, force=True)

    session.run(target, work)


@click.command("diff", epilog="Example: homevolt schedule diff plan.toml")
@click.argument("file", type=FILE)
@reading_options
def _diff(*, asked: Asked, file: Path) -> None:
    """Show what 'replace' would change."""
    from homevolt.cli.writing import plan_files, plan_queries  # noqa: PLC0415 - load msgspec

    reading.show(asked, plan_queries.difference(plan_files.load(file)))


@click.command("edit", epilog="Example: homevolt schedule edit --dry-run")
@device_options
@forever_option
@manner_options
def _edit(*, target: Target, forever: bool, manner: Manner) -> None:
    """Change the plan in your editor.

    The editor is that of $VISUAL or $EDITOR. What you typed is kept until the plan is written. A
    new entry without end needs --forever.
    """
    from homevolt.cli.writing import plan_edit  # noqa: PLC0415 - loads msgspec

    plan_edit.check_terminal()

    async def work(opened: session.Session) -> None:
        await plan_edit.edit_plan(opened, manner, forever=forever)

    session.run(target, work, writes=True)


commands = {"show": _show, "replace": _replace, "export": _export, "diff": _diff, "edit": _edit}
"""Every command of this module, by its name."""
