"""What every test may lean on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from homevolt.transport import lockout
from tests.support.fakes import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

    from homevolt.transport.client import Transport

# The fixtures that ship with the simulator serve its own house first.
pytest_plugins = ["homevolt.simulator.pytest"]

# A slow shared machine is no bug of the library: examples have no deadline of their own.
settings.register_profile(
    "dev", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# The same examples in every run, so that a red run is red again on the next machine.
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None)
# Fewer examples, for the further interpreters: what differs between them needs no search.
settings.register_profile("quick", settings.get_profile("ci"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))

# No test meets a certificate of a known authority. Reading all of those takes a process that
# imports aiohttp a fifth of its time, and the tests start hundreds.
os.environ["SSL_CERT_FILE"] = os.devnull

CAPTURES = Path(
    os.environ.get("HOMEVOLT_CAPTURES", Path(__file__).parents[2] / "shared" / "captures")
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Switch coverage off during a test that is marked `unmeasured`.

    `no_cover` of pytest-cov does not in a worker of xdist, where coverage is started twice.
    """
    measure = sys.gettrace()
    if item.get_closest_marker("unmeasured") is None:
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(measure)


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that only moves when told to."""
    return ManualClock()


@pytest.fixture(autouse=True)
def _forget_passwords() -> None:
    """Forget which passwords were refused: another test's device may have had the same port."""
    lockout._recent.clear()
    lockout._in_use.clear()


@pytest.fixture
async def closing() -> AsyncIterator[list[Transport]]:
    """Close every transport that a test puts here."""
    transports: list[Transport] = []
    yield transports
    for transport in transports:
        await transport.close()


@pytest.fixture(scope="session")
def captures() -> Path:
    """Return the folder of payloads captured from real units; skip where nobody has it.

    The payloads are not ours to publish, so they never stand in the repository: they are looked
    for in `shared/captures` beside the checkout, or where HOMEVOLT_CAPTURES says.
    """
    if not CAPTURES.is_dir():
        pytest.skip("no captured payloads here; HOMEVOLT_CAPTURES names their folder")
    return CAPTURES
