"""The manual pages: one for each command, and all of them in the wheel."""

from __future__ import annotations

import tomllib

from tests.cli.test_tree import TREE
from tools import man_pages
from tools.docs_tables import ROOT


def test_every_command_has_a_page_and_no_other_page_is_there() -> None:
    names = {f"homevolt {name}".strip().replace(" ", "-") + ".1" for name in TREE}
    assert {file.name for file in man_pages.FOLDER.iterdir()} == names


def test_a_page_has_every_option_of_its_command() -> None:
    for name, options in TREE.items():
        path = f"homevolt {name}".strip().replace(" ", "-")
        page = (man_pages.FOLDER / f"{path}.1").read_text("utf-8").replace("\\-", "-")
        long = [option.partition("=")[0].split()[0] for option in options if option[0] == "-"]
        assert [option for option in long if option not in page] == []


def test_the_wheel_installs_the_pages_where_man_looks() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {man_pages.FOLDER.name: "share/man/man1"}
