"""What is known of a device without asking it, so that a shell can complete it at once.

Commands note the parameters and entries that they read; completion sends no request. Of a device
whose parameters were never read, the names are those that are known of other devices.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from homevolt import _files
from homevolt.cli import state
from homevolt.cli.errors import ShellError
from homevolt.cli.parameter_names import PARAMETER_NAMES
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import click
    from click.shell_completion import CompletionItem

PARAMETERS, ENTRY_IDS = "parameters", "entry-ids"
FALLBACK: dict[str, tuple[str, ...]] = {PARAMETERS: PARAMETER_NAMES}
"""What is completed of a device that was never asked."""
WORD = re.compile(r"[\w.-]{1,80}", re.ASCII)
"""What a shell may be given: a device could answer anything."""


def note(url: str, kind: str, words: Iterable[object]) -> None:
    """Keep words of a device; where that is not possible, nothing is completed later.

    Each kind has a file of its own, so that two shells at once take nothing from each other.

    Args:
        url: Its address.
        kind: `PARAMETERS` or `ENTRY_IDS`.
        words: Names or ids, as they were read.
    """
    noted = [word for word in map(str, words) if WORD.fullmatch(word)]
    if noted == _load(url, kind):
        return
    file = _file(url, kind)
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _files.replace(file, json.dumps(noted))


def complete(
    kind: str,
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Return what completes the names or ids of the device that a command line is about.

    Args:
        kind: `PARAMETERS` or `ENTRY_IDS`.
    """

    def completed(
        context: click.Context, _: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - for completion alone

        url = _url(context.params)
        noted = None if url is None else _load(url, kind)
        words = noted or FALLBACK.get(kind, ())
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]

    return completed


def _load(url: str, kind: str) -> list[str]:
    """Return the words of a kind of a device; what cannot be read is none."""
    try:
        words: Any = json.loads(_file(url, kind).read_text("utf-8"))
    except (OSError, ValueError, RecursionError, ModuleNotFoundError):
        return []
    if not isinstance(words, list):
        return []
    return [word for word in words if isinstance(word, str) and WORD.fullmatch(word)]


def _file(url: str, kind: str) -> Path:
    return state.folder() / state.name_of(f"known-{kind}", url)


def _url(options: dict[str, Any]) -> str | None:
    """Return the address of the device that the options name, None if there is none."""
    from homevolt.cli.devices.selection import selected  # noqa: PLC0415 - for completion alone
    from homevolt.cli.shared_options import Target  # noqa: PLC0415 - for completion alone
    from homevolt.transport.address import base_url  # noqa: PLC0415 - for completion alone

    target = Target(options.get("host"), name=options.get("name"))
    try:
        host = selected(target).host
        return None if host is None or options.get("simulate") else base_url(host)
    except (ShellError, HomevoltValueError):
        return None
