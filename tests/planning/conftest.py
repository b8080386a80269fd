"""What the tests of the planner share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PRICES = Path(os.environ.get("HOMEVOLT_PRICES", Path(__file__).parents[3] / "shared" / "prices"))


@pytest.fixture(scope="session")
def price_years() -> Path:
    """Return the folder of years of real prices; skip where nobody has it.

    They are looked for in `shared/prices` beside the checkout, or where HOMEVOLT_PRICES says.
    """
    if not PRICES.is_dir():
        pytest.skip("no years of real prices here; HOMEVOLT_PRICES names their folder")
    return PRICES
