"""The command line as a whole: where any failure becomes one line and an exit code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

import homevolt
from homevolt.cli.commands import COMMANDS, LazyGroup
from homevolt.cli.errors import (
    INTERRUPTED,
    OUTPUT,
    PIPE_CLOSED,
    ShellError,
    missing_package,
    shell_error,
    system_error,
    unwritten_output,
    usage_error,
)
from homevolt.cli.output import (
    COMPLETE_VARIABLE,
    PROGRAM,
    OutputError,
    fail,
    prepare_streams,
    print_text,
)
from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILURES = (ShellError, HomevoltError, OutputError, OSError, ModuleNotFoundError)


def _show_version(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - as click calls it
    if value:
        print_text(f"{PROGRAM} {homevolt.__version__}\n")
        context.exit()


@click.group(
    cls=LazyGroup,
    summaries=COMMANDS,
    package="homevolt.cli.commands",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"'{PROGRAM} help exit-codes' lists the exit codes.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def app(context: click.Context) -> None:
    """Read, watch and simulate a Homevolt home battery over the local network.

    The password of a device is read from HOMEVOLT_PASSWORD or asked for; it is never an option.
    """
    if context.invoked_subcommand is None:
        print_text(context.get_help() + "\n")


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Args:
        arguments: What follows the name of the program.

    Returns:
        The exit code; `errors` lists them.
    """
    try:
        prepare_streams()
        if instruction := os.environ.get(COMPLETE_VARIABLE):
            return _complete(instruction)
        with app.make_context(PROGRAM, [*arguments]) as context:
            app.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, EOFError, click.Abort):
        return INTERRUPTED
    except click.ClickException as error:
        return fail(arguments, usage_error(_usage(error)))
    except FAILURES as error:
        failure = _in_shell_words(error)
        if failure.code == PIPE_CLOSED:
            return PIPE_CLOSED
        return fail(() if failure.code == OUTPUT else arguments, failure)
    return 0


def _complete(instruction: str) -> int:
    """Answer a shell that asks how a command line may go on."""
    from click.shell_completion import shell_complete  # noqa: PLC0415 - for completion alone

    return shell_complete(app, {}, PROGRAM, COMPLETE_VARIABLE, instruction)


def _in_shell_words(error: Exception) -> ShellError:
    """Return any failure of a command as an error of the shell."""
    match error:
        case ShellError():
            return error
        case HomevoltError():
            return shell_error(error)
        case ModuleNotFoundError():
            return missing_package(error)
        case OutputError():
            return unwritten_output(error)
        case OSError():
            return system_error(error)
        case _:
            raise error


def _usage(error: click.ClickException) -> str:
    """Return what is wrong with a command line, and where to read how it goes."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    message = error.format_message()
    return f"{message}{'' if message.endswith(('.', '?')) else '.'} Try '{path} --help'."
