"""The command line as a whole: where any failure becomes one line and an exit code."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import click

import homevolt
from homevolt.cli.commands import COMMANDS, MODULES, LazyGroup
from homevolt.cli.errors import (
    INTERRUPTED,
    ONE_DEVICE,
    PIPE_CLOSED,
    ShellError,
    fail,
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
    prepare_streams,
    print_text,
)
from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDEST_HELP = 80
ALL = "--all"


def _show_version(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - as click calls it
    if value:
        print_text(f"{PROGRAM} {homevolt.__version__}\n")
        context.exit()


@click.group(
    cls=LazyGroup,
    summaries=COMMANDS,
    package="homevolt.cli.commands",
    modules=MODULES,
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
    """Read, watch, control and simulate a Homevolt home battery over the local network.

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
        return _invoke(arguments)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, EOFError, click.Abort):
        return INTERRUPTED
    except tuple(FAILURES) as error:
        failure = next(
            report(error) for kind, report in FAILURES.items() if isinstance(error, kind)
        )
        if failure.code == PIPE_CLOSED:
            return PIPE_CLOSED
        has_stdout = failure.kind != OutputError.__name__
        return fail(arguments if has_stdout else (), failure)


def _invoke(arguments: Sequence[str]) -> int:
    """Run a command, or answer a shell that asks how a command line may go on."""
    if instruction := os.environ.get(COMPLETE_VARIABLE):
        from click.shell_completion import shell_complete  # noqa: PLC0415 - for completion alone

        return shell_complete(app, {}, PROGRAM, COMPLETE_VARIABLE, instruction)
    # Left alone, click writes help at least 50 columns wide.
    width = min(shutil.get_terminal_size().columns, WIDEST_HELP)
    with app.make_context(PROGRAM, [*arguments], terminal_width=width) as context:
        app.invoke(context)
    return 0


def _usage(error: click.ClickException) -> ShellError:
    """Return what is wrong with a command line, and where to read how it goes."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    message = error.format_message()
    if (
        isinstance(error, click.NoSuchOption)
        and error.option_name == ALL
        and _takes_device(context)
    ):
        message = ONE_DEVICE.format(command=path.removeprefix(f"{PROGRAM} "))
    end = "" if message.endswith((".", "?")) else "."
    return usage_error(f"{message}{end} Try '{path} --help'.")


def _takes_device(context: click.Context | None) -> bool:
    """Whether a command is about a device."""
    command = None if context is None else context.command
    return command is not None and any("--device" in each.opts for each in command.params)


def _unchanged(error: ShellError) -> ShellError:
    return error


FAILURES: dict[type[Exception], Callable[[Any], ShellError]] = {
    ShellError: _unchanged,
    HomevoltError: shell_error,
    click.ClickException: _usage,
    ModuleNotFoundError: missing_package,
    OutputError: unwritten_output,
    OSError: system_error,
}
"""How each kind of failure becomes an error of the shell."""
