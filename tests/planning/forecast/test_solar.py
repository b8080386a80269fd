"""What the sun will give comes from Open-Meteo, and what it does not say is a gap."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from homevolt.exceptions import (
    HomevoltConnectionError,
    HomevoltDataError,
    HomevoltResponseError,
    HomevoltValueError,
)
from homevolt.planning.forecast.solar import SolarPlant, no_solar, solar_forecast
from homevolt.planning.series import HOUR, QUARTER, Forecast
from tests.support.fakes import ManualClock
from tests.support.weather_server import WeatherServer

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 6, 1, 10, tzinfo=UTC)
PLANT = SolarPlant(latitude=59.3, longitude=18.1, peak_kw=10, tilt=30, azimuth=-45)


async def ask(
    server: WeatherServer, plant: SolarPlant = PLANT, hours: float = 4, start: datetime = START
) -> Forecast:
    """Return the forecast of some hours; the clock is that of the server's answer."""
    clock = ManualClock(datetime.now(UTC).timestamp())
    end = start + timedelta(hours=hours)
    return await solar_forecast(plant, start, end, base_url=server.url, clock=clock)


async def test_irradiance_on_the_panels_becomes_power() -> None:
    async with WeatherServer() as server:
        forecast = await ask(server)
    assert forecast.values == pytest.approx((4250.0,) * 16)  # 10 kWp x 500 / 1000 x 0.85
    (query,) = server.queries
    assert query["minutely_15"] == "global_tilted_irradiance"
    assert (query["tilt"], query["azimuth"]) == ("30", "-45")
    assert (query["start_date"], query["end_date"]) == ("2026-06-01", "2026-06-01")
    assert "key" not in " ".join(query)


async def test_a_mean_of_the_quarter_before_belongs_to_that_quarter() -> None:
    noon = START + 2 * HOUR
    async with WeatherServer(irradiance=lambda at: 100.0 if at == noon else 0.0) as server:
        forecast = await ask(server)
    lit = [slot for slot in forecast.slots() if slot.value]
    assert [(slot.start, slot.end) for slot in lit] == [(noon - QUARTER, noon)]


async def test_the_quarter_before_midnight_is_asked_for_too() -> None:
    evening = START.replace(hour=22)
    async with WeatherServer() as server:
        forecast = await ask(server, hours=2, start=evening)
    assert server.queries[0]["end_date"] == str(date(2026, 6, 2))
    assert (len(forecast), forecast.gaps()) == (8, ())


async def test_what_the_weather_service_does_not_say_is_a_gap() -> None:
    async with WeatherServer(irradiance=lambda at: None if at > START + HOUR else 500) as server:
        forecast = await ask(server)
    assert [value is None for value in forecast.values] == [False] * 4 + [True] * 12


async def test_an_inverter_limits_what_the_panels_give() -> None:
    plant = SolarPlant(
        latitude=59.3, longitude=18.1, peak_kw=10, tilt=30, azimuth=0, max_power_w=4000
    )
    async with WeatherServer() as server:
        assert set((await ask(server, plant)).values) == {4000.0}


async def test_an_irradiance_below_nothing_is_no_consumption() -> None:
    async with WeatherServer(irradiance=lambda _: -3.0) as server:
        assert set((await ask(server)).values) == {0.0}


async def test_a_forecast_of_the_sun_says_what_it_rests_on() -> None:
    async with WeatherServer() as server:
        basis = (await ask(server)).basis
    assert basis.startswith("Open-Meteo of 20")
    assert basis.endswith("UTC for 10 kWp, tilt 30, azimuth -45, performance ratio 85 %.")
    assert no_solar(START, START + HOUR).basis == "No panels."


def test_a_house_without_panels_gets_nothing_and_knows_it() -> None:
    assert no_solar(START, START + HOUR).values == (0.0,) * 4


def answer(document: Any) -> Callable[[], web.Response]:
    return lambda: web.json_response(document)


def columns(times: list[Any], values: list[Any]) -> Callable[[], web.Response]:
    return answer({"minutely_15": {"time": times, "global_tilted_irradiance": values}})


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (lambda: web.Response(text="<html>"), HomevoltDataError, "web page"),
        (lambda: web.Response(text="sunny"), HomevoltDataError, "not JSON"),
        (lambda: web.Response(status=429), HomevoltResponseError, "too often"),
        (lambda: web.json_response({}, status=400), HomevoltResponseError, "status 400"),
        (answer([]), HomevoltDataError, "no `minutely_15`"),
        (answer({"minutely_15": {"time": [1]}}), HomevoltDataError, "no `minutely_15`"),
        (columns([0], []), HomevoltDataError, "no `minutely_15`"),
        (columns(["a"], [1]), HomevoltDataError, "not an instant: 'a'"),
        (columns([1e300], [1]), HomevoltDataError, "not an instant"),
        (columns([0], ["a"]), HomevoltDataError, "not an irradiance: 'a'"),
        (columns([0, 0], [1, 1]), HomevoltDataError, "come twice"),
        (columns([], []), HomevoltDataError, "no value"),
    ],
)
async def test_an_answer_that_is_no_weather_is_refused(
    fault: Callable[[], web.Response], error: type[Exception], message: str
) -> None:
    async with WeatherServer(fault) as server:
        with pytest.raises(error, match=message):
            await ask(server)


async def test_a_service_out_of_reach_is_named() -> None:
    server = WeatherServer()
    server.url = "http://127.0.0.1:9"
    with pytest.raises(HomevoltConnectionError, match=r"127.0.0.1:9/v1/forecast cannot be reached"):
        await ask(server)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latitude", 91),
        ("longitude", -181),
        ("peak_kw", -1),
        ("tilt", 91),
        ("azimuth", 270),
        ("performance_ratio", 85),
        ("max_power_w", math.nan),
        ("tilt", "steep"),
        ("latitude", None),
    ],
)
def test_panels_that_cannot_be_are_refused_by_name(name: str, value: Any) -> None:
    settings: dict[str, Any] = {
        "latitude": 59.3,
        "longitude": 18.1,
        "peak_kw": 10,
        "tilt": 30,
        "azimuth": 0,
        name: value,
    }
    with pytest.raises(HomevoltValueError, match=f"^{name} must be "):
        SolarPlant(**settings)
