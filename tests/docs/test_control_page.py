"""The page on control is true."""

from __future__ import annotations

import re

import homevolt
from homevolt.control.methods import BatteryControl
from tools.docs_tables import ROOT

PAGE = ROOT / "docs" / "control.md"


def test_every_method_of_control_is_on_the_page() -> None:
    methods = {name for name in vars(BatteryControl) if not name.startswith("_")}
    assert set(re.findall(r"^\| `(\w+)\(", PAGE.read_text("utf-8"), re.MULTILINE)) == methods


def test_every_error_on_the_page_exists() -> None:
    for name in re.findall(r"`(Homevolt\w+Error)`", PAGE.read_text("utf-8")):
        assert issubclass(getattr(homevolt, name), homevolt.HomevoltError)
