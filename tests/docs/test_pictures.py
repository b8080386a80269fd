"""The pictures in the README are what the shell prints now."""

from __future__ import annotations

import re

import pytest

from tools.docs_tables import ROOT
from tools.pictures import DRAWN, FOLDER, LINES, pictures

NAMES = (*LINES, *DRAWN)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Make every picture anew."""
    return {file.stem: text for file, text in pictures().items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_can_be_made_again_the_same(made: dict[str, str], name: str) -> None:
    file = FOLDER / f"{name}.svg"
    assert file.read_text("utf-8") == made[name], "run: python -m tools.pictures"


def test_a_picture_downloads_nothing_and_is_small(made: dict[str, str]) -> None:
    for text in made.values():
        assert "url(http" not in text
        assert "@import" not in text
        assert len(text) < 20_000


def test_the_readme_shows_every_picture_with_a_text_in_its_place() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = dict(re.findall(r"!\[(.*?)\]\(docs/images/(\w+)\.svg\)", readme))
    assert sorted(shown.values()) == sorted(NAMES)
    assert all(shown)
    assert {file.stem for file in FOLDER.iterdir()} == {*NAMES}
