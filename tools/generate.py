"""Write what follows from the code: the stubs of dynamic types, tables and manual pages.

`python -m tools.generate` writes them; a test checks that they are current.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tools import (
    docs_tables,
    entry_types,
    json_page,
    man_pages,
    parameter_names,
    view_stubs,
)

if TYPE_CHECKING:
    from pathlib import Path


def generated() -> dict[Path, str]:
    """Return the text of every generated file as the code makes it now."""
    pages = {docs_tables.ROOT / page: docs_tables.current(page) for page in docs_tables.TABLES}
    modules = {file: text() for file, text in entry_types.MODULES.items()}
    own = {each.FILE: each.text() for each in (view_stubs, json_page, parameter_names)}
    return {**pages, **modules, **man_pages.pages(), **own}


def write() -> bool:
    """Write what is not current; return whether a module of Python was among it."""
    stale = {file: text for file, text in generated().items() if not _is_current(file, text)}
    for file, text in stale.items():
        file.write_text(text, "utf-8")
    return any(file.suffix == ".py" for file in stale)


def _is_current(file: Path, text: str) -> bool:
    return file.exists() and file.read_text("utf-8") == text


if __name__ == "__main__" and write():
    # Pages are made from the modules too, of which this process has the old ones.
    subprocess.run([sys.executable, "-m", "tools.generate"], check=True)
