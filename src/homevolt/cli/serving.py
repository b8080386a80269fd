"""Running the simulator in the foreground; this room loads it, so it opens when it is run."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import typer

from homevolt.cli.output import print_json
from homevolt.exceptions import HomevoltValueError
from homevolt.simulator.run import READY, ServeOptions, serve

__all__ = ["ServeOptions", "greeting_document", "run"]


def run(options: ServeOptions, *, as_json: bool) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        options: What to simulate.
        as_json: Whether to say as JSON when and where it is ready.

    Raises:
        HomevoltValueError: An option makes no sense, or its port is taken.
        ModuleNotFoundError: An option needs a package that is not installed.
    """
    try:
        asyncio.run(_serve(options, as_json=as_json))
    except ValueError as error:
        if isinstance(error.__cause__, ModuleNotFoundError):
            raise error.__cause__ from None
        raise HomevoltValueError(f"{error}.") from error
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise HomevoltValueError(
            f"{where} cannot be served on: {error}. Choose another --host or --port."
        ) from error


async def _serve(options: ServeOptions, *, as_json: bool) -> None:
    if not as_json:
        await serve(options, say=typer.echo)
        return
    lines: list[str] = []

    def collect(line: str) -> None:
        # The greeting comes in one go, so what is called soon finds all of it.
        if not lines:
            asyncio.get_running_loop().call_soon(lambda: print_json(greeting_document(lines)))
        lines.append(line)

    await serve(options, say=collect)


def greeting_document(lines: list[str]) -> dict[str, Any]:
    """Return what the simulator says when it is ready as a document.

    Args:
        lines: What it says to people.
    """
    text = "\n".join(lines)
    return {
        "devices": re.findall(rf"^{READY}(\S+)$", text, re.MULTILINE),
        "https_devices": re.findall(r"^  also at (\S+)", text, re.MULTILINE),
        "user": "admin",
        "password": _first(r"^User admin, password (.*)$", text),
        "control": _first(r"^Control endpoint at (\S+)", text),
    }


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.MULTILINE)
    return None if found is None else found[1]
