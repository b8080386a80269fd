"""The commands about parameters in files: export and import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from homevolt.cli import session
from homevolt.cli.shared_options import FILE, device_options, format_option, json_option, kind_of
from homevolt.cli.writing.window_options import manner_options

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.cli.shared_options import Target
    from homevolt.cli.writing.window_options import Manner

KINDS = ("toml", "json")


@click.command("export", epilog="Example: homevolt param export settings.toml")
@click.argument("file", type=FILE, required=False)
@format_option(KINDS)
@device_options
@json_option
def _export(*, target: Target, file: Path | None, kind: str | None, as_json: bool) -> None:
    """Write the parameters to a file, or print them.

    Secrets are left out, and it says which. A file that exists is replaced.
    """
    from homevolt.cli.writing import parameter_files  # noqa: PLC0415 - loads msgspec

    chosen = kind_of(file, kind, KINDS)

    async def work(opened: session.Session) -> None:
        await parameter_files.export(opened, file, chosen, as_json=as_json)

    session.run(target, work)


@click.command("import", epilog="Example: homevolt param import settings.toml --dry-run")
@click.argument("file", type=FILE)
@device_options
@manner_options
def _import(*, target: Target, file: Path, manner: Manner) -> None:
    """Write the parameters of a file that differ.

    It shows the difference and asks. Each is read back; the first that fails ends it.
    """
    from homevolt.cli.writing import parameter_files  # noqa: PLC0415 - loads msgspec

    async def work(opened: session.Session) -> None:
        await parameter_files.write_file(opened, file, manner)

    session.run(target, work, writes=True)


commands = {"export": _export, "import": _import}
"""Every command of this module, by its name."""
