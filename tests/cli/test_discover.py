"""The command that finds devices."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from homevolt import discovery
from homevolt.discovery import mdns
from homevolt.exceptions import HomevoltDiscoveryError
from homevolt.simulator import Simulator
from homevolt.simulator.announce import announced
from tests.support.announcements import LOOPBACK, own_seed, until
from tests.support.fakes import ManualClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.cli.conftest import Shell

ON_LOOPBACK = ("discover", "--interface", *LOOPBACK)


@pytest.mark.parametrize("columns", ["40", "80"])
async def test_a_device_is_found_with_what_to_give_as_its_address(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    search = mdns.search
    async with Simulator(None, seed=own_seed()) as simulator, announced([simulator]):
        monkeypatch.setattr(mdns, "search", lambda _, own: search(until(simulator.port), own))
        outcome = await shell(*ON_LOOPBACK)
        document = (await shell(*ON_LOOPBACK, "--json")).document
        ecu_id = simulator.installation.units[0].ecu_id
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.split()[:3] == ["Name", "Id", "Address"]
    assert ecu_id in outcome.out
    (found,) = [each for each in document["devices"] if each["port"] == simulator.port]
    assert found["id"] == ecu_id
    assert [*found] == ["name", "id", "address", "port", "addresses", "host"]
    assert found["host"] == f"127.0.0.1:{simulator.port}"
    assert found["host"] in outcome.out


async def test_nothing_found_is_said_and_is_no_error(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def find_nothing(wait: Callable[..., Awaitable[None]], _: object) -> list[object]:
        await wait(None)
        return []

    clock = ManualClock()
    monkeypatch.setattr(mdns, "search", find_nothing)
    monkeypatch.setattr(discovery, "SYSTEM_CLOCK", clock)
    outcome = await shell(*ON_LOOPBACK, "--timeout", "4")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.line.startswith("No Homevolt was found. ")
    document = await shell(*ON_LOOPBACK, "--json")
    assert (document.code, document.document) == (0, {"devices": []})
    assert clock.slept == [4.0, 3.0]


async def test_without_the_extra_one_line_says_how_to_install_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    monkeypatch.delitem(sys.modules, "homevolt.discovery.mdns")
    outcome = await shell("discover")
    assert outcome.code == 9
    assert outcome.line == (
        "homevolt: this needs the package zeroconf, which is not installed: "
        "pip install 'homevolt[discovery]'"
    )


async def test_without_a_network_the_error_says_so(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise HomevoltDiscoveryError("There is no network to search.")

    monkeypatch.setattr(mdns, "search", refuse)
    outcome = await shell("discover", "--json")
    assert outcome.code == 15
    assert outcome.document["error"]["type"] == "HomevoltDiscoveryError"


async def test_an_interface_that_is_not_an_address_is_a_usage_error(shell: Shell) -> None:
    outcome = await shell("discover", "--interface", "eth0")
    assert outcome.code == 2
    assert "'eth0'" in outcome.line
