"""`homevolt demo`: a simulated battery, read as a real one would be."""

from typing import TYPE_CHECKING

from homevolt.cli import later
from homevolt.cli.options import JsonOption, Target

if TYPE_CHECKING:
    from homevolt.cli.link import Link

STORY = """
A simulated battery was started, read with its password, and ended.
It has {count} readings. What to try next:
"""
STEPS = (
    ("homevolt sensors", "all of them"),
    ("homevolt status --watch", "the picture above, kept up to date"),
    ("homevolt simulate", "a battery to write programs against"),
    ("homevolt status --host 192.168.1.100", "your own battery"),
)


def demo(*, as_json: JsonOption = False) -> None:
    """Start a simulated battery, read it, and show what it says."""

    async def work(link: "Link") -> None:
        later.showing.show(link, as_json=as_json)
        if not as_json:
            later.showing.advise(STORY.format(count=len(link.device.sensors)), STEPS)

    later.link.run(Target(None), work)
