"""The battery of one device as other controllers see and drive it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homevolt.bridges.battery.modes import NORMAL, Request

if TYPE_CHECKING:
    from homevolt.bridges.feed import Feed
    from homevolt.readings.snapshot import Snapshot

_PERCENT = 100

_OTHERWISE = Request(NORMAL).entry()


async def drive(feed: Feed, request: Request) -> str:
    """Have the battery do what a request says until its time is over, and read it back.

    The entry on the device ends by itself, so that silence falls back to `normal` even if nothing
    of this program runs any more.

    Args:
        feed: The device.
        request: What is asked for.

    Returns:
        What cannot be promised of it, empty if nothing.

    Raises:
        HomevoltError: It was refused, or its outcome is unknown.
    """
    async with feed.command() as device:
        warning = ""
        try:
            if request.mode == NORMAL and request.power is None:
                await feed.override.end(device, otherwise=_OTHERWISE)
            else:
                _, warning = await feed.override.start(
                    device, request.entry(), request.ttl, otherwise=_OTHERWISE, label=request.mode
                )
        finally:
            feed.announce()
        return warning


def battery_document(feed: Feed) -> dict[str, Any]:
    """Return the battery as a document; what is unknown is None.

    Returns:
        `available`; `mode`, one of the words, None while something else was started by hand, or
        it is not known who started what goes on;
        `until`, when it ends; and the figures of `figures`.
    """
    snapshot = feed.snapshot
    mode, until = (None, None) if snapshot is None else _mode(feed, snapshot)
    return {
        "available": snapshot is not None,
        "mode": mode,
        "until": until,
        **dict.fromkeys(_FIGURES),
        **({} if snapshot is None else figures(snapshot)),
    }


_FIGURES = (
    "power_w",
    "state_of_charge_percent",
    "capacity_wh",
    "max_power_w",
    "grid_power_w",
    "solar_power_w",
)


def figures(snapshot: Snapshot) -> dict[str, float | None]:
    """Return the figures of the whole installation that a controller needs.

    Powers are in W: battery + discharging, grid + import, solar + production.
    """
    battery, units = snapshot.total or snapshot.unit, snapshot.units
    ratio = battery.state_of_charge_ratio
    rated = [unit.rated_power_w for unit in units]
    grid, solar = snapshot.grid, snapshot.solar
    return {
        "power_w": battery.power_w,
        "state_of_charge_percent": None if ratio is None else round(ratio * _PERCENT, 2),
        "capacity_wh": battery.available_capacity_wh,
        "max_power_w": None if None in rated else sum(power or 0.0 for power in rated),
        "grid_power_w": None if grid is None else grid.power_w,
        "solar_power_w": None if solar is None else solar.power_w,
    }


def _mode(feed: Feed, snapshot: Snapshot) -> tuple[str | None, str | None]:
    """Return the word in force and when it ends."""
    device, schedule = feed.device, snapshot.schedule
    if device is None or schedule is None:
        return None, None
    active = feed.override.active(device, schedule.entries, snapshot.at)
    if active is None:
        return NORMAL, None
    window, label = active
    return label or None, f"{window.to_time:%Y-%m-%dT%H:%M:%S}Z"
