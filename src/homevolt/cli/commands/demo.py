"""`homevolt demo`: a simulated battery, read as a real one would be."""

from __future__ import annotations

import click

from homevolt.cli import render, session
from homevolt.cli.shared_options import Target, json_option

STORY = """
A simulated battery was started, read with its password, and stopped.
It has {count} readings. What to try next:
"""
STEPS = (
    ("sensors", "all of them"),
    ("status --watch", "the same view, kept up to date"),
    ("simulate", "a battery to write programs against"),
    ("status --host 192.168.1.100", "your own battery"),
)
"""Commands, and what each of them does."""


@click.command("demo", epilog="Example: homevolt demo --json")
@json_option
def command(*, as_json: bool) -> None:
    """Start a simulated battery, read it, and show its readings."""

    async def work(opened: session.Session) -> None:
        render.show_status(opened, as_json=as_json)
        if not as_json:
            render.show_next_steps(STORY.format(count=len(opened.device.sensors)), STEPS)

    session.run(Target(None, simulate=True), work)
