"""The simulator's page in the docs folder is correct."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from homevolt.simulator import PROFILES

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
PLUGIN, EXAMPLE, PROGRAM = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


async def run_python(*arguments: str, folder: Path) -> str:
    """Run Python to its end and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, stdout=PIPE, stderr=STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_the_example_of_twelve_lines_passes(tmp_path: Path) -> None:
    assert len([line for line in EXAMPLE.splitlines() if line.strip()]) <= 12
    (tmp_path / "conftest.py").write_text(PLUGIN)
    (tmp_path / "test_example.py").write_text(EXAMPLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    output = await run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path)
    assert "1 passed" in output


async def test_the_example_program_runs(tmp_path: Path) -> None:
    assert (await run_python("-c", PROGRAM, folder=tmp_path)).startswith("http://127.0.0.1:")


def test_every_profile_is_in_the_table() -> None:
    section = PAGE.partition("## Firmware profiles")[2]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == list(PROFILES)
