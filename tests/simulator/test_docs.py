"""The simulator's page in the docs folder is true."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from homevolt.simulator import FAULT_KINDS, PROFILES

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
PLUGIN, EXAMPLE, PROGRAM = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


async def run_python(*arguments: str, folder: Path) -> str:
    """Run Python to its end and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_the_twelve_lines_pass_as_they_stand(tmp_path: Path) -> None:
    assert len([line for line in EXAMPLE.splitlines() if line.strip()]) <= 12
    (tmp_path / "conftest.py").write_text(PLUGIN)
    (tmp_path / "test_example.py").write_text(EXAMPLE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    said = await run_python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path)
    assert "1 passed" in said


async def test_the_program_runs_as_it_stands(tmp_path: Path) -> None:
    assert (await run_python("-c", PROGRAM, folder=tmp_path)).startswith("http://127.0.0.1:")


def test_every_fault_stands_in_its_table_in_the_same_words() -> None:
    for kind, meaning in FAULT_KINDS.items():
        assert f"| `{kind}` | {meaning} |" in PAGE


def test_every_profile_stands_in_its_table() -> None:
    section = PAGE.partition("## Firmware profiles")[2]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == list(PROFILES)
