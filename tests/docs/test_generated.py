"""The generated files are current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.generate import generated

if TYPE_CHECKING:
    from pathlib import Path

GENERATED = generated()


@pytest.mark.parametrize("file", GENERATED, ids=lambda file: file.name)
def test_a_generated_file_is_that_of_the_code(file: Path) -> None:
    assert file.read_text("utf-8") == GENERATED[file], "run: python -m tools.generate"
