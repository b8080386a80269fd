"""The manual pages of the shell, made from its tree of commands: one for each command."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from homevolt.cli.app import app
from homevolt.cli.errors import EXITS
from homevolt.cli.output import PROGRAM
from tools.docs_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = ROOT / "man"
"""What the wheel puts into `share/man/man1`."""


def pages() -> dict[Path, str]:
    """Return the text of every page by its file."""
    root = click.Context(app, info_name=PROGRAM, **app.context_settings)
    return {
        FOLDER / f"{context.command_path.replace(' ', '-')}.1": _page(context)
        for context in _contexts(root)
    }


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """Yield a command and every one below it."""
    yield context
    for name, command in _below(context):
        yield from _contexts(click.Context(command, info_name=name, parent=context))


def _below(context: click.Context) -> list[tuple[str, click.Command]]:
    group = context.command
    if not isinstance(group, click.Group):
        return []
    found = [(name, group.get_command(context, name)) for name in group.list_commands(context)]
    return [(name, command) for name, command in found if command is not None]


def _page(context: click.Context) -> str:
    """Return a page as troff."""
    command, path = context.command, context.command_path
    summary, _, rest = inspect.cleandoc(command.help or "").partition("\n")
    dashed = path.replace(" ", "-")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f'.TH "{_text(dashed.upper())}" "1" "" "{PROGRAM}" "{PROGRAM}"',
        *(".SH NAME", f"{_text(dashed)} \\- {_text(summary.removesuffix('.'))}"),
        *(".SH SYNOPSIS", f"\\fB{_text(path)}\\fR {_text(usage)}"),
        *(".SH DESCRIPTION", _text(summary), *_paragraphs(rest)),
    ]
    lines += _section("OPTIONS", _options(context))
    below = [(name, inspect.cleandoc(each.help or "")) for name, each in _below(context)]
    lines += _section("COMMANDS", [(name, text.partition("\n")[0]) for name, text in below])
    if command.epilog and context.parent is not None:
        lines += [".SH EXAMPLES AND NOTES", *_paragraphs(command.epilog)]
    if context.parent is None:
        lines += _section("EXIT STATUS", [(str(row.code), row.meaning) for row in EXITS])
    pages = [f"{dashed}-{name}" for name, _ in below]
    if context.parent is not None:
        pages.insert(0, context.parent.command_path.replace(" ", "-"))
    if pages:
        lines += [".SH SEE ALSO", ",\n".join(f"\\fB{_text(page)}\\fR(1)" for page in pages)]
    return "\n".join(lines) + "\n"


def _options(context: click.Context) -> list[tuple[str, str]]:
    """Return each option and what it does, as the help has them."""
    records = [
        parameter.get_help_record(context)
        for parameter in context.command.get_params(context)
        if isinstance(parameter, click.Option)
    ]
    return [record for record in records if record is not None]


def _section(title: str, rows: list[tuple[str, str]]) -> list[str]:
    """Return a list of terms and what they are."""
    if not rows:
        return []
    items = [[".TP", f"\\fB{_text(term)}\\fR", _text(meaning)] for term, meaning in rows]
    return [f".SH {title}", *(line for item in items for line in item)]


def _paragraphs(text: str) -> list[str]:
    r"""Return paragraphs; one that begins with `\\b` keeps its lines."""
    lines: list[str] = []
    for paragraph in filter(None, text.strip().split("\n\n")):
        kept = paragraph.startswith("\b\n")
        body = _text(paragraph.removeprefix("\b\n"))
        lines += [".PP", *([".nf", body, ".fi"] if kept else [body])]
    return lines


def _text(text: str) -> str:
    """Return text that troff shows as it is."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in safe.split("\n"))
