"""The tree of commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import io
import sys
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Annotated

import typer
import typer.main

from homevolt.cli import exits
from homevolt.cli.commands.demo import demo
from homevolt.cli.commands.sensors import sensors
from homevolt.cli.commands.simulate import simulate
from homevolt.cli.commands.status import status
from homevolt.cli.install_hint import install_hint
from homevolt.cli.output import PROGRAM, PipeClosedError, fail
from homevolt.exceptions import (
    HomevoltCertificateError,
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = "\b\n" + exits.as_text()

# What to do about an error whose own message cannot say it.
HINTS: tuple[tuple[type[HomevoltError], str], ...] = (
    (HomevoltCertificateError, ""),
    (HomevoltConnectionError, "Is the device on, and is this its address?"),
    (HomevoltDataError, "Is this the address of a Homevolt?"),
)

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
    except typer.TyperException as error:
        return fail(arguments, "UsageError", error.exit_code, _usage(error))
    except HomevoltError as error:
        message = f"{error}{_hint(error)}"
        return fail(arguments, type(error).__name__, exits.code_of(error), message)
    except ModuleNotFoundError as error:
        return fail(arguments, type(error).__name__, exits.MISSING, install_hint(error))
    except typer.Abort:
        return exits.INTERRUPTED
    except PipeClosedError:
        return exits.PIPE_CLOSED
    return code or 0


def _usage(error: typer.TyperException) -> str:
    """Return what is wrong with a command line, and where to read how it goes."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    message = error.format_message()
    return f"{message}{'' if message.endswith('.') else '.'} Try '{path} --help'."


def _hint(error: HomevoltError) -> str:
    """Return what to do, unless the device itself said what is the matter."""
    if getattr(error, "status", None) is not None:
        return ""
    hint = next((hint for kind, hint in HINTS if isinstance(error, kind)), "")
    return hint and f" {hint}"
