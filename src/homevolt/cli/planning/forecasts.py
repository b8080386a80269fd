"""The forecasts of a plan, as the settings say where they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from homevolt.cli.planning.reading import read
from homevolt.exceptions import HomevoltConnectionError, HomevoltDataError
from homevolt.planning.forecast.forecast_file import forecast_from_file
from homevolt.planning.forecast.load import constant_load, empty_grid, load_from_history
from homevolt.planning.forecast.solar import BASE_URL, SolarPlant, no_solar, solar_forecast

if TYPE_CHECKING:
    from datetime import datetime, tzinfo
    from pathlib import Path

    from homevolt._common import Clock
    from homevolt.cli.planning.settings import PlanSettings
    from homevolt.planning.series import Forecast

UNSTATED_LOAD_W = 800.0
"""About 7,000 kWh a year; taken where nobody says what the house needs."""


def load_of(settings: PlanSettings, start: datetime, end: datetime, zone: tzinfo) -> Forecast:
    """Return what the house is expected to need.

    Args:
        settings: They name a history, a file or a power; without any, it is guessed and says so.
        start: When the forecast begins.
        end: When it ends.
        zone: The zone of local time.

    Raises:
        HomevoltError: The file cannot be used.
    """
    if settings.load_history is not None:
        file = settings.load_history
        history = forecast_from_file(read(file), zone, name=file.name)
        return _known(load_from_history(history, start, end, zone), file, start, end)
    if settings.load_file is not None:
        file = settings.load_file
        return _known(forecast_from_file(read(file), zone, name=file.name), file, start, end)
    if settings.load_w is not None:
        return constant_load(settings.load_w, start, end)
    return _guess("no consumption was given", start, end)


def _known(found: Forecast, file: Path, start: datetime, end: datetime) -> Forecast:
    """Return what a file gives, or a guess where it gives nothing of the time ahead."""
    ahead = [slot.value for slot in found.slots() if slot.end > start and slot.start < end]
    if any(value is not None for value in ahead):
        return found
    return _guess(f"{file.name} gives no consumption of the time ahead", start, end)


def _guess(reason: str, start: datetime, end: datetime) -> Forecast:
    """Return what is assumed where nothing is known, and why."""
    guess = constant_load(UNSTATED_LOAD_W, start, end)
    return replace(guess, basis=f"{UNSTATED_LOAD_W:g} W assumed: {reason}.", is_guess=True)


async def solar_of(
    settings: PlanSettings, start: datetime, end: datetime, zone: tzinfo, clock: Clock
) -> Forecast:
    """Return what the panels are expected to give; a service without answer makes gaps.

    Args:
        settings: They name panels or a file; without either there are no panels.
        start: When the forecast begins.
        end: When it ends.
        zone: The zone of local time.
        clock: The time to go by.

    Raises:
        HomevoltError: The file or the panels cannot be used.
    """
    if settings.solar_file is not None:
        return forecast_from_file(read(settings.solar_file), zone, name=settings.solar_file.name)
    if settings.solar is None:
        return no_solar(start, end)
    numbers = dict(settings.solar)
    url = numbers.pop("url", BASE_URL)
    try:
        return await solar_forecast(SolarPlant(**numbers), start, end, base_url=url, clock=clock)
    except (HomevoltConnectionError, HomevoltDataError) as error:
        return replace(empty_grid(start, end), basis=f"Open-Meteo gave no forecast: {error}")


def forecast_document(forecast: Forecast, start: datetime, end: datetime) -> dict[str, Any]:
    """Return for programs what a forecast rests on.

    Args:
        forecast: The forecast.
        start: When the plan begins.
        end: When the prices end.
    """
    slots = [slot for slot in forecast.slots() if start <= slot.start < end]
    known = [slot.value for slot in slots if slot.value is not None]
    return {
        "basis": forecast.basis,
        "guess": forecast.is_guess,
        "mean_w": round(sum(known) / len(known), 1) if known else None,
        "unknown_slots": len(slots) - len(known),
    }
