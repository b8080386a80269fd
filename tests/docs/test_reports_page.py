"""The page on what a device reports is true."""

from __future__ import annotations

import re

import homevolt
import homevolt.reports
from homevolt.simulator import Simulator
from tests.support.running import run_python
from tools.docs_tables import ROOT

PAGE = (ROOT / "docs" / "reports.md").read_text("utf-8")


async def test_the_example_runs_as_it_stands() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    async with Simulator(password="secret") as simulator:
        outcome = await run_python(example, simulator)
    assert (outcome.status, outcome.err) == (0, "")
    assert '"$type": "homevolt_diagnostics"' in outcome.out


def test_every_public_name_on_the_page_exists() -> None:
    names = re.findall(
        r"`(?:homevolt\.)?((?:Homevolt\w+Error)|(?:\w+View)|diagnostics|discover)\b", PAGE
    )
    assert names
    assert set(names) <= set({*homevolt.__all__, *homevolt.reports.__all__})
