"""The page about planning: its examples work, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

from homevolt.planning.prices.table import SOURCES
from homevolt.planning.tariff.toml_file import tariff_from_toml

PAGE = (Path(__file__).parents[2] / "docs" / "planning.md").read_text("utf-8")


def example(language: str) -> str:
    """Return the first example of a language."""
    found, *_ = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_of_a_tariff_can_be_read() -> None:
    tariff = tariff_from_toml(example("toml"))
    assert [fee.name for fee in tariff.grid.fees] == ["transfer", "winter days"]
    assert tariff.power_fees[0].peaks == 3


def test_the_example_of_prices_is_valid_python() -> None:
    names: dict[str, object] = {}
    exec(example("python"), names)  # noqa: S102 - the example of our own page
    assert callable(names["today_and_tomorrow"])


def test_every_source_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([\w.-]+\.\w+)` \|[^|]*\|[^|]*\| (.*)\|$", PAGE, re.MULTILINE)
    assert {name: token.strip() != "" for name, token in rows} == {
        source.name: source.needs_token for source in SOURCES.values()
    }
