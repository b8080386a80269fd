"""Somebody's home and battery, and the program that is run there."""

from __future__ import annotations

import asyncio
import shlex
from asyncio.subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING, NamedTuple

from tests.support.terminals import at_home, surrounded

if TYPE_CHECKING:
    from pathlib import Path

    from homevolt.simulator import Simulator

SECRET = "correct horse"
CONFIG = '[devices.house]\nhost = "{host}"\npassword = "correct horse"\n'
NO_PASSWORD = '[devices.house]\nhost = "{host}"\n'


class Place(NamedTuple):
    """Somebody's home and battery."""

    home: Path
    battery: Simulator

    @property
    def kept(self) -> list[Path]:
        """The plans that are kept for `restore`."""
        return [*(self.home / ".config/homevolt").glob("previous-plan-*")]

    @property
    def notes(self) -> list[Path]:
        """What is noted for completion."""
        return [*(self.home / ".local/state/homevolt").iterdir()]

    @property
    def plan(self) -> list[tuple[int, object]]:
        """The plan on the battery."""
        entries = self.battery.installation.plan.entries
        return [(entry.type, entry.options.get("setpoint")) for entry in entries]


class Ended(NamedTuple):
    """How a process ended."""

    code: int | None
    out: str
    err: str


def configure(home: Path, text: str) -> None:
    """Write the configuration file."""
    folder = home / ".config" / "homevolt"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, "utf-8")


async def homevolt(
    line: str, home: Path, *surroundings: str, redirections: str = "", **variables: str
) -> Ended:
    """Run a command line at somebody's home as a shell does, with its redirections."""
    command = shlex.join([*surrounded(*surroundings), *shlex.split(line)])
    process = await asyncio.create_subprocess_shell(
        f"exec {command} {redirections}",
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env=at_home(home, **variables),
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(process.returncode, out.decode(), err.decode())
