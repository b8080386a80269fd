"""`homevolt demo`: a simulated battery, read as a real one would be."""

from typing import TYPE_CHECKING

from homevolt.cli import later
from homevolt.cli.options import JsonOption, Target
from homevolt.cli.output import called

if TYPE_CHECKING:
    from homevolt.cli.link import Link

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

    async def work(link: "Link") -> None:
        later.showing.show(link, as_json=as_json)
        if not as_json:
            program = called()
            steps = [(f"{program} {command}", what) for command, what in STEPS]
            later.showing.advise(STORY.format(count=len(link.device.sensors)), steps)

    later.link.run(Target(None), work)
