"""The generated tables of the documentation are current."""

from __future__ import annotations

import pytest

from tools.docs_tables import ROOT, TABLES, current


@pytest.mark.parametrize("page", TABLES)
def test_the_tables_of_a_page_are_those_of_the_code(page: str) -> None:
    assert (ROOT / page).read_text("utf-8") == current(page), "run: python -m tools.docs_tables"
