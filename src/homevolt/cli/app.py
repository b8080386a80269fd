"""The tree of commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import io
import sys
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Annotated

import typer
import typer.main

from homevolt.cli.commands.demo import demo
from homevolt.cli.commands.sensors import sensors
from homevolt.cli.commands.simulate import simulate
from homevolt.cli.commands.status import status
from homevolt.cli.errors import (
    INTERRUPTED,
    PIPE_CLOSED,
    ShellError,
    exit_codes_text,
    missing_package,
    shell_error,
    usage_error,
)
from homevolt.cli.output import PROGRAM, PipeClosedError, fail
from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = f"\b\nExit codes:\n{exit_codes_text()}"

app = typer.Typer(
    # Plain help: it starts in half the time, and reads well in every terminal.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, status, sensors, simulate):
    app.command()(command)


@app.callback(invoke_without_command=True, epilog=EPILOG)
def root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Read, watch and simulate a Homevolt home battery over the local network.

    A device's password comes from HOMEVOLT_PASSWORD or is asked for, never from an option.
    """
    if version:
        typer.echo(f"{PROGRAM} {version_of('homevolt')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Args:
        arguments: What follows the name of the program.

    Returns:
        The exit code; `exits` lists them.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a character shows a "?"
    try:
        code = typer.main.get_command(app).main(
            list(arguments), prog_name=PROGRAM, standalone_mode=False
        )
    except (ShellError, HomevoltError, ModuleNotFoundError, typer.TyperException) as error:
        return fail(arguments, _in_shell_words(error))
    except typer.Abort:
        return INTERRUPTED
    except PipeClosedError:
        return PIPE_CLOSED
    return code or 0


def _in_shell_words(
    error: ShellError | HomevoltError | ModuleNotFoundError | typer.TyperException,
) -> ShellError:
    """Return any failure of a command as an error of the shell."""
    if isinstance(error, ShellError):
        return error
    if isinstance(error, HomevoltError):
        return shell_error(error)
    if isinstance(error, ModuleNotFoundError):
        return missing_package(error)
    return usage_error(_usage(error))


def _usage(error: typer.TyperException) -> str:
    """Return what is wrong with a command line, and where to read how it goes."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    message = error.format_message()
    return f"{message}{'' if message.endswith('.') else '.'} Try '{path} --help'."
