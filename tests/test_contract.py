"""The public contract's examples run as they stand, but for the address and the password."""

from __future__ import annotations

import re

import pytest

from homevolt.simulator import Simulator
from tests.conftest import CAPTURES
from tests.support.running import run_python


def examples() -> list[str]:
    """Return the Python examples of the contract, where its text is present."""
    texts = sorted((CAPTURES.parent / "seed").glob("*.txt"))
    blocks = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [code for text in texts for code in blocks.findall(text.read_text("utf-8"))]


@pytest.mark.parametrize("example", range(3))
async def test_an_example_of_the_contract_runs_as_it_stands(example: int) -> None:
    codes = examples()
    if not codes:
        pytest.skip("the contract's text is not here; it stands beside the captured payloads")
    async with Simulator(password="secret") as simulator:
        outcome = await run_python(codes[example], simulator)
        assert (outcome.status, outcome.err) == (0, "")
        assert len(simulator.journal) >= 2
