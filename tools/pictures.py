"""The pictures of the shell in the README: what real commands print or draw of a simulated battery.

`python -m tools.pictures` writes them; a test checks that they are current.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import shlex
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import time_machine
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from homevolt import BatteryMode, Homevolt, ScheduleEntry
from homevolt.cli.app import run
from homevolt.cli.output import CONFIG_VARIABLE, HOST_VARIABLE
from homevolt.cli.state import VARIABLE as STATE_VARIABLE
from homevolt.planning.prices.cache import Kept, PriceCache
from homevolt.planning.prices.made_up import made_up_prices
from homevolt.simulator import Simulator
from homevolt.simulator.world.clock import ManualClock
from tools.docs_tables import ROOT

FOLDER = ROOT / "docs" / "images"
LINES = {
    "status": "status",
    "schedule": "schedule show",
    "charge": "charge 3000 --for 2h --until-soc 90 --yes",
}
"""What is typed after the name of the program, by the name of the picture."""
DRAWN = {"prices": "prices", "plan": "plan --load 900"}
"""The same of those that draw their picture themselves, with `--svg`."""
ADDRESS = "192.168.1.100"
COLUMNS = 88
NOW = datetime(2026, 6, 15, 13, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
SEED = 7
PRICE_SEED = 1
SETTLING_S = 120.0
HOURS = {hour: NOW.replace(hour=hour, minute=0) for hour in (7, 17, 22, 23)}
ENTRIES = (
    ScheduleEntry(mode=BatteryMode.SOLAR_CHARGE_DISCHARGE, from_time=HOURS[7], to_time=HOURS[17]),
    ScheduleEntry(
        mode=BatteryMode.GRID_CHARGE_DISCHARGE,
        from_time=HOURS[17],
        to_time=HOURS[22],
        setpoint=0,
        min_soc=20,
    ),
    ScheduleEntry(
        mode=BatteryMode.INVERTER_CHARGE,
        from_time=HOURS[22],
        to_time=HOURS[23],
        setpoint=2500,
        max_soc=90,
    ),
)
"""The plan of the day."""
WEB_FONT = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
FONTS = "Menlo, Consolas, DejaVu Sans Mono, monospace"
"""What stands for the font that rich would download."""


def pictures() -> dict[Path, str]:
    """Return the text of every picture by its file, as the shell makes it now."""
    # What rich and the shell ask the surroundings for, and nothing of the person's own.
    surroundings = {
        "PATH": os.environ.get("PATH", ""),
        "COLUMNS": str(COLUMNS),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "FORCE_COLOR": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, surroundings, clear=True),
        time_machine.travel(NOW, tick=False),
    ):
        os.environ[CONFIG_VARIABLE] = f"{folder}/config.toml"
        os.environ[STATE_VARIABLE] = folder
        _prepare_planner(Path(folder))
        printed = {
            FOLDER / f"{name}.svg": _picture(name, line, asyncio.run(_printed(line)))
            for name, line in LINES.items()
        }
        for name, line in DRAWN.items():
            file = Path(folder) / f"{name}.svg"
            asyncio.run(_printed(f"{line} --svg {file}"))
            printed[FOLDER / file.name] = file.read_text("utf-8")
        return printed


def _prepare_planner(folder: Path) -> None:
    """Keep made-up prices of today and tomorrow, and the answer that no wear is counted."""
    (folder / "config.toml").write_text("[planner]\npurchase_price = 0\n", "utf-8")
    (folder / "config.toml").chmod(0o600)
    cache = PriceCache(folder / "prices")
    for day in (NOW.date(), NOW.date() + timedelta(days=1)):
        prices = made_up_prices("SE3", day, day, seed=PRICE_SEED)
        cache.put(day, Kept(replace(prices, fetched_at=NOW), None))


async def _printed(line: str) -> str:
    """Return what a command prints in a terminal about a battery with the plan of the day."""
    clock = ManualClock(NOW.timestamp() - SETTLING_S)
    async with Simulator(None, clock=clock, seed=SEED, local_mode=True) as simulator:
        simulator.advance(SETTLING_S)
        async with Homevolt(simulator.host) as connection:
            await connection.update_info()
            await connection.get_device().replace_schedule(ENTRIES)
        simulator.advance(SETTLING_S)
        with time_machine.travel(clock.now(), tick=False):
            return await asyncio.to_thread(_run, line, simulator.host)


def _run(line: str, host: str) -> str:
    os.environ[HOST_VARIABLE] = host
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = run(shlex.split(line))
    if code:
        raise RuntimeError(f"homevolt {line} ended with exit code {code}")
    return out.getvalue().replace(host, ADDRESS)


def _picture(name: str, line: str, printed: str) -> str:
    """Return what was printed as SVG, in the fonts of whoever looks at it."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(Text.assemble(("$ ", "bold green"), (f"homevolt {line}", "bold")))
    console.print(Text.from_ansi(printed))
    svg = console.export_svg(title="homevolt", theme=MONOKAI, unique_id=f"homevolt-{name}")
    return WEB_FONT.sub("\n", svg).replace("Fira Code, monospace", FONTS)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, text in pictures().items():
        file.write_text(text, "utf-8")
