"""What an import may load, and what showing the help may load: measured in a fresh interpreter."""

from __future__ import annotations

import pytest

from tests.support.loaded_modules import foreign, loaded_by

# Rooms that nobody pays for who only reads and controls.
FAR_ROOMS = {
    "homevolt.bridges",
    "homevolt.cli",
    "homevolt.discovery.mdns",
    "homevolt.simulator",
}

# What a device may be asked for later: loaded with the first call that needs it.
LATER = {
    "homevolt.control.controller",
    "homevolt.protocol.disclosable",
    "homevolt.protocol.parameter",
    "homevolt.protocol.report_resources",
    "homevolt.reports.view",
}

TOUCH_EVERYTHING = "import homevolt\nfor name in homevolt.__all__: getattr(homevolt, name)"
SHOW_HELP = """
import sys
from homevolt.cli import main
sys.argv = ["homevolt", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end
"""
HELP_MAY_LOAD = {"click", "homevolt"}


@pytest.fixture(scope="module")
def bare() -> set[str]:
    """Return what an interpreter holds that was asked for nothing."""
    return loaded_by("pass")


@pytest.fixture(scope="module")
def dependencies() -> set[str]:
    """Return what the two dependencies of the core load themselves."""
    return loaded_by("import aiohttp, msgspec")


def test_the_public_names_load_nothing_but_the_two_dependencies(dependencies: set[str]) -> None:
    assert foreign(loaded_by(TOUCH_EVERYTHING) - dependencies) == {"homevolt"}


def test_the_public_names_leave_shell_simulator_and_extras_unloaded() -> None:
    assert loaded_by(TOUCH_EVERYTHING) & FAR_ROOMS == set()


def test_the_connection_leaves_control_and_reports_for_first_use() -> None:
    assert loaded_by("from homevolt import Homevolt") & LATER == set()


def test_the_bare_import_leaves_the_http_library_for_first_use(bare: set[str]) -> None:
    loaded = loaded_by("import homevolt") - bare
    assert foreign(loaded) == {"homevolt"}
    assert "asyncio" not in loaded


def test_the_help_loads_neither_the_http_library_nor_the_device(bare: set[str]) -> None:
    loaded = loaded_by(SHOW_HELP) - bare
    assert foreign(loaded) <= HELP_MAY_LOAD
    assert {name for name in loaded if name.startswith("homevolt.simulator")} == set()
    assert loaded & {"asyncio", "ssl", "homevolt.connection", "homevolt.device"} == set()
