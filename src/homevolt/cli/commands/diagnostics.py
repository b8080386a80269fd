"""`homevolt diagnostics`: one redacted document about a device, to attach to a bug report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import homevolt
from homevolt.cli import files, session
from homevolt.cli.output import as_json as json_text
from homevolt.cli.output import print_err, print_json, print_text
from homevolt.cli.shared_options import Target, device_options, json_option

STDOUT = "-"
NOTE = (
    "{file} holds what the device answered to {count} requests{failed}. It is redacted: numbers, "
    "states and versions stay; names, addresses, serial numbers and whatever is unknown are "
    "replaced by pseudonyms. Look at it before you attach it to a bug report."
)


@click.command("diagnostics", epilog="Example: homevolt diagnostics report.json")
@device_options
@click.argument("file", metavar="FILE")
@click.option("--force", is_flag=True, help="Replace FILE if there is one.")
@json_option
def command(*, target: Target, file: str, force: bool, as_json: bool) -> None:
    """Write a redacted document to attach to a bug report.

    FILE is - for stdout. Every endpoint of the device is read, and nothing is written to it. What
    cannot be read, the readings included, is named in the document.
    """
    path = Path(file)
    if file != STDOUT:
        files.check_writable(path, force=force)

    async def work(opened: session.Session) -> None:
        document = await homevolt.diagnostics(opened.device)
        if opened.failure is not None and not _has_answer(document):
            raise opened.failure
        if file == STDOUT:
            print_json(document)
            print_err(_note("This", document))
            return
        files.write(path, json_text(document) + "\n", force=force)
        if as_json:
            print_json(_summary(opened, file, document))
        else:
            print_text(_note(file, document) + "\n")

    session.run(target, work, needs_readings=False)


def _has_answer(document: dict[str, Any]) -> bool:
    """Whether the device answered any request, be it with an error."""
    answers = document["endpoints"].values()
    return any("payload" in each or each["status"] is not None for each in answers)


def _failed(document: dict[str, Any]) -> dict[str, str]:
    """Return the kind of the error of each request that failed, by its path."""
    answers = document["endpoints"].items()
    return {path: answer["error"] for path, answer in answers if "error" in answer}


def _note(file: str, document: dict[str, Any]) -> str:
    count, failed = len(document["endpoints"]), len(_failed(document))
    return NOTE.format(file=file, count=count, failed=f", {failed} of which failed" * bool(failed))


def _summary(opened: session.Session, file: str, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": opened.url,
        "simulated": opened.is_simulated,
        "file": file,
        "endpoints": [*document["endpoints"]],
        "failed": _failed(document),
    }
