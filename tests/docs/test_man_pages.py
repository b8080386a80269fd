"""The manual pages: one for each command, and all of them in the wheel."""

from __future__ import annotations

import tomllib

from tests.support.command_tree import commands
from tools import man_pages
from tools.docs_tables import ROOT


def page_of(path: str) -> str:
    """Return the name of a command's page."""
    return f"homevolt {path}".strip().replace(" ", "-") + ".1"


def test_every_command_has_a_page_and_no_other_page_is_there() -> None:
    assert {file.name for file in man_pages.FOLDER.iterdir()} == set(map(page_of, commands()))


def test_a_page_has_every_option_of_its_command() -> None:
    for path, command in commands().items():
        page = (man_pages.FOLDER / page_of(path)).read_text("utf-8").replace("\\-", "-")
        names = [name for each in command.params for name in each.opts if name.startswith("--")]
        assert [name for name in names if name not in page] == []


def test_the_wheel_installs_the_pages_where_man_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {man_pages.FOLDER.name: "share/man/man1"}
