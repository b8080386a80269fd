"""`homevolt completion`: the script that lets a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from homevolt.cli.output import COMPLETE_VARIABLE, PROGRAM, print_text

USE = {
    "bash": ("~/.bashrc", 'eval "$(homevolt completion bash)"'),
    "zsh": ("~/.zshrc", 'eval "$(homevolt completion zsh)"'),
    "fish": ("~/.config/fish/config.fish", "homevolt completion fish | source"),
    "powershell": ("$PROFILE", "homevolt completion powershell | Out-String | Invoke-Expression"),
}
"""For each shell a file that it reads when it starts, and the line to put there."""
EPILOG = "\b\n" + "\n".join(f"{file}:\n  {line}" for file, line in USE.values())


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice([*USE]))
@click.pass_context
def command(context: click.Context, *, shell: str) -> None:
    """Print the script that completes commands in your shell.

    To use it, put the line below for your shell into the file that it reads when it starts.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"This version of click cannot complete in {shell}.", context)
    completion = kind(context.find_root().command, {}, PROGRAM, COMPLETE_VARIABLE)
    print_text(completion.source().strip() + "\n")
