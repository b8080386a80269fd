"""The page on control is true."""

from __future__ import annotations

import inspect
import re

import homevolt
from homevolt.control.methods import BatteryControl
from tools.docs_tables import ROOT

PAGE = ROOT / "docs" / "control.md"


def test_every_method_of_control_is_on_the_page() -> None:
    members = {name: item for name, item in vars(BatteryControl).items() if name[0] != "_"}
    methods = {name for name, item in members.items() if inspect.isfunction(item)}
    page = PAGE.read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)\(", page, re.MULTILINE)) == methods
    assert all(f"device.{name}" in page for name in members.keys() - methods)


def test_every_error_on_the_page_exists() -> None:
    for name in re.findall(r"`(Homevolt\w+Error)`", PAGE.read_text("utf-8")):
        assert issubclass(getattr(homevolt, name), homevolt.HomevoltError)
