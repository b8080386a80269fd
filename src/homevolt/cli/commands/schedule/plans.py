"""The commands about the plan as a whole: show, replace, export and diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homevolt.cli import session
from homevolt.cli.control.window_options import manner_options
from homevolt.cli.output import print_err, print_json, print_text
from homevolt.cli.shared_options import device_options, json_option

if TYPE_CHECKING:
    from homevolt.cli.control.window_options import Manner
    from homevolt.cli.shared_options import Target

FILE: Any = click.Path(path_type=Path, dir_okay=False)
KINDS = ("toml", "json", "csv")


@click.command("show")
@device_options
@json_option
def _show(*, target: Target, as_json: bool) -> None:
    """Show the plan, with a line where now is."""
    from homevolt.cli.control import plan_view, plan_write  # noqa: PLC0415 - load msgspec

    async def work(opened: session.Session) -> None:
        entries = plan_write.known_plan(opened).entries
        if as_json:
            print_json(plan_write.plan_document(opened, entries))
        else:
            print_text(plan_view.timeline(entries, *plan_write.read_clocks(opened)))

    session.run(target, work)


@click.command("replace", epilog="Example: homevolt schedule replace plan.toml")
@click.argument("file", type=FILE)
@device_options
@manner_options
def _replace(*, target: Target, file: Path, manner: Manner) -> None:
    """Replace the plan by that of a file, all or nothing.

    The file is TOML, JSON or CSV, by the end of its name. What has ended is left out.
    """
    from homevolt.cli.control import plan_files, plan_view, plan_write  # noqa: PLC0415 - load msgspec

    rows = plan_files.load(file)

    async def work(opened: session.Session) -> None:
        entries = plan_write.unexpired(opened, rows)
        if not manner.as_json:
            print_err(plan_view.timeline(entries, *plan_write.read_clocks(opened)))
        sentence = f"Will replace the plan by that of {file}:"
        await plan_write.replace_plan(opened, entries, sentence, manner)

    session.run(target, work, writes=True)


@click.command("export", epilog="Example: homevolt schedule export plan.toml")
@click.argument("file", type=FILE, required=False)
@click.option(
    "--format",
    "kind",
    type=click.Choice(KINDS),
    help="The format; by default that of the file's name, else TOML.",
)
@device_options
def _export(*, target: Target, file: Path | None, kind: str | None) -> None:
    """Write the plan to a file, or print it.

    A file that exists is replaced. 'replace' reads it back to the same plan.
    """
    from homevolt.cli.control import plan_files, plan_write  # noqa: PLC0415 - load msgspec

    suffix = "" if file is None else file.suffix.removeprefix(".").lower()
    if file is not None and (suffix not in KINDS or kind not in (None, suffix)):
        raise click.UsageError(f"The name of the file must end with .{kind or ', .'.join(KINDS)}.")

    async def work(opened: session.Session) -> None:
        entries = plan_write.known_plan(opened).entries
        text = plan_files.dumps(entries, kind or suffix or KINDS[0])
        if file is None:
            print_text(text)
        else:
            plan_files.write(file, text)

    session.run(target, work)


@click.command("diff")
@click.argument("file", type=FILE)
@device_options
@json_option
def _diff(*, target: Target, file: Path, as_json: bool) -> None:
    """Show what 'replace' would change."""
    from homevolt.cli.control import plan_files, plan_view, plan_write  # noqa: PLC0415 - load msgspec

    rows = plan_files.load(file)

    async def work(opened: session.Session) -> None:
        diff = await opened.device.diff_schedule(plan_write.unexpired(opened, rows))
        if as_json:
            print_json(plan_view.diff_document(opened, diff))
        else:
            print_text(plan_view.diff_text(diff, *plan_write.read_clocks(opened)))

    session.run(target, work)


commands = {"show": _show, "replace": _replace, "export": _export, "diff": _diff}
"""Every command of this module, by its name."""
