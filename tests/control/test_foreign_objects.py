"""Objects of other libraries as arguments: what they raise never leaves, what they mean is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import pytest

from homevolt import HomevoltValueError
from tests.support.connected_device import connected_device

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homevolt import Device


class ForeignError(Exception):
    """Not an error of this library."""


class Hostile(tzinfo):
    """An object all of whose methods raise."""

    def _raise(self, *_: object) -> Any:
        raise ForeignError("not today")

    utcoffset = dst = tzname = _raise
    __index__ = __int__ = __float__ = __bool__ = __len__ = __iter__ = __next__ = _raise
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __getitem__ = _raise
    __hash__ = None  # type: ignore[assignment] # raises, too
    __repr__ = __str__ = __format__ = _raise

    def keys(self) -> Any:
        """Raise, as a mapping that is read from a file may."""
        raise ForeignError("not today")


class HostileMapping(Mapping[str, Any]):
    """A mapping that cannot be read."""

    def __getitem__(self, _key: str) -> Any:
        raise ForeignError("not today")

    def __iter__(self) -> Iterator[str]:
        raise ForeignError("not today")

    def __len__(self) -> int:
        raise ForeignError("not today")


class HostileText(str):
    """A text whose methods raise."""

    __slots__ = ()

    def _raise(self, *_: object) -> Any:
        raise ForeignError("not today")

    strip = lower = __getitem__ = _raise


class HostileType:
    """An object that raises when it is asked what it is."""

    @property  # type: ignore[misc] # read-only, which the real one is not
    def __class__(self) -> Any:
        raise ForeignError("not today")


def breaking_off() -> Iterator[dict[str, Any]]:
    """Yield an entry, then raise."""
    yield {"mode": 0, "to_time": "2030-01-01T00:00:00Z"}
    raise ForeignError("not today")


ANY: list[Any] = [Hostile(), HostileMapping(), HostileText("a"), HostileType()]

CALLS: dict[str, Callable[[Device, Any], Awaitable[object]]] = {
    "mode": lambda device, thing: device.set_battery_mode(thing),
    "number": lambda device, thing: device.charge_battery(setpoint=thing),
    "max_power": lambda device, thing: device.charge_battery(max_power=thing),
    "switch": lambda device, thing: device.set_battery_idle(offline=thing),
    "time": lambda device, thing: device.add_schedule(1, from_time=thing),
    "accept": lambda device, thing: device.set_battery_idle(accept=thing),
    "accepted name": lambda device, thing: device.charge_battery(accept=[thing]),
    "id": lambda device, thing: device.delete_schedule(thing),
    "plan": lambda device, thing: device.replace_schedule(thing),
    "entry": lambda device, thing: device.replace_schedule([thing]),
    "entry's mode": lambda device, thing: device.diff_schedule([{"mode": thing}]),
    "entry's option": lambda device, thing: device.replace_schedule(
        [{"mode": 1, "min_soc": thing}]
    ),
    "key": lambda device, thing: device.set_parameter(thing, 1),
    "read key": lambda device, thing: device.get_parameter(thing),
    "number parameter": lambda device, thing: device.set_parameter("ledstrip_bright_max", thing),
    "float parameter": lambda device, thing: device.set_parameter("wifi_power_dbm", thing),
    "bool parameter": lambda device, thing: device.set_parameter("ecu_peer_enable", thing),
    "text parameter": lambda device, thing: device.set_parameter("ems_psk", [thing]),
    "array parameter": lambda device, thing: device.set_parameter("ems_phase_map", thing),
    "array item": lambda device, thing: device.set_parameter("ems_phase_map", [1, thing, 3]),
    "store": lambda device, thing: device.set_parameter("ledstrip_mode", "on", store=thing),
    "command": lambda device, thing: device.console(thing),
    "unsafe": lambda device, thing: device.console("help", unsafe=thing),
    "wait": lambda device, thing: device.reboot(wait_s=thing),
}


TEXTS = {"key", "read key", "command", "text parameter"}


@pytest.mark.parametrize("call", CALLS)
async def test_an_argument_that_raises_is_a_wrong_argument(call: str) -> None:
    async with connected_device() as running:
        for thing in ANY:
            if type(thing) is HostileText and call in TEXTS:
                continue  # its characters are a text after all
            with pytest.raises(HomevoltValueError):
                await CALLS[call](running.device, thing)
        assert running.writes == []


@pytest.mark.parametrize(
    "plan", [breaking_off, lambda: (next(each) for each in [breaking_off()] * 2)]
)
async def test_a_plan_that_raises_while_it_is_read_is_a_wrong_argument(plan: Any) -> None:
    async with connected_device() as running:
        for method in (running.device.replace_schedule, running.device.diff_schedule):
            with pytest.raises(HomevoltValueError, match="entries"):
                await method(plan())
        assert running.requests == 0


async def test_a_time_in_a_zone_that_raises_is_a_wrong_argument() -> None:
    async with connected_device() as running:
        with pytest.raises(HomevoltValueError, match="from_time"):
            await running.device.add_schedule(1, from_time=datetime(2030, 1, 1, tzinfo=Hostile()))


class Scalar:
    """A number as numpy has them: not an int or a float, but as good as one."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return float(self.value)

    def __eq__(self, other: object) -> Any:
        return Elements(self.value == other)

    __hash__ = None  # type: ignore[assignment] # as of an array


class Whole(Scalar):
    """A whole number of that kind."""

    def __index__(self) -> int:
        return int(self.value)


class Elements:
    """The result of a comparison of arrays: neither true nor false."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __bool__(self) -> bool:
        raise ValueError("The truth value of an array with more than one element is ambiguous.")


async def test_numbers_of_other_libraries_are_accepted() -> None:
    async with connected_device() as running:
        device = running.device
        entry = await device.charge_battery(max_power=Whole(3000), max_soc=Whole(90))  # type: ignore[arg-type] # likewise
        assert (entry.setpoint, entry.max_soc) == (3000, 90)
        entry = await device.set_battery_mode(Whole(2))  # type: ignore[arg-type] # likewise
        assert entry.mode == 2
        assert await device.set_parameter("ems_phase_map", [Whole(3), Whole(1), 2]) == [3, 1, 2]
        assert await device.set_parameter("ems_meter_gain", Scalar(0.5)) == 0.5
        for wrong in (Scalar(3000.0), Elements(1)):
            with pytest.raises(HomevoltValueError, match="max_power must be a whole number"):
                await device.charge_battery(max_power=wrong)  # type: ignore[arg-type] # the mistake
