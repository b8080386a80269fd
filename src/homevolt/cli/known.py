"""What is known of a device without asking it, so that a shell can complete it at once.

Commands note the parameters and entries that they read; completion sends no request.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from homevolt import _files
from homevolt.cli import state
from homevolt.cli.errors import ShellError
from homevolt.exceptions import HomevoltValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click
    from click.shell_completion import CompletionItem

    from homevolt.cli.session import Session

PARAMETERS, ENTRY_IDS = "parameters", "entry_ids"
WORD = re.compile(r"[\w.-]{1,80}", re.ASCII)
"""What a shell may be given: a device could answer anything."""


def note_entries(session: Session) -> None:
    """Note the ids of the entries that were read last."""
    schedule = session.device.schedule
    if schedule is not None:
        _note(session, ENTRY_IDS, (entry.id for entry in schedule.entries if entry.id is not None))


def note_parameters(session: Session, names: Iterable[str]) -> None:
    """Note the names of the parameters of a device."""
    _note(session, PARAMETERS, names)


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
        words = [] if url is None else _load(url).get(kind, [])
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]

    return completed


def _note(session: Session, kind: str, words: Iterable[object]) -> None:
    """Keep words of a device; where that is not possible, nothing is completed later."""
    if session.is_simulated:
        return
    known = _load(session.url)
    noted = [word for word in map(str, words) if WORD.fullmatch(word)]
    if known.get(kind) == noted:
        return
    file = state.file_of("known", session.url)
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _files.replace(file, json.dumps(known | {kind: noted}))


def _load(url: str) -> dict[str, list[str]]:
    """Return the words of a device by kind; what cannot be read is none."""
    try:
        document: Any = json.loads(state.file_of("known", url).read_text("utf-8"))
    except (OSError, ValueError, RecursionError, ModuleNotFoundError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {
        kind: [word for word in words if isinstance(word, str) and WORD.fullmatch(word)]
        for kind, words in document.items()
        if isinstance(words, list)
    }


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
