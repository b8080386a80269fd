"""`homevolt demo`: a simulated battery, read as a real one would be."""

from typing import TYPE_CHECKING

from homevolt.cli import lazy_imports
from homevolt.cli.output import called
from homevolt.cli.shared_options import JsonOption, Target

if TYPE_CHECKING:
    from homevolt.cli.session import Session

STORY = """
A simulated battery was started, read with its password, and ended.
It has {count} readings. What to try next:
"""
STEPS = (
    ("sensors", "all of them"),
    ("status --watch", "the picture, kept up to date"),
    ("simulate", "a battery to write programs against"),
    ("status --host 192.168.1.100", "your own battery"),
)
"""Commands, and what each of them does."""


def demo(*, as_json: JsonOption = False) -> None:
    """Start a simulated battery, read it, and show what it says."""

    async def work(session: "Session") -> None:
        lazy_imports.display.show(session, as_json=as_json)
        if not as_json:
            program = called()
            steps = [(f"{program} {command}", what) for command, what in STEPS]
            lazy_imports.display.advise(STORY.format(count=len(session.device.sensors)), steps)

    lazy_imports.session.run(Target(None, simulate=True), work)
