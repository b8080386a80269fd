"""What a plan is made with: the table [planner] of the configuration file, and the command line."""

from __future__ import annotations

import datetime as dt
import math
from os.path import expanduser, isfile
from typing import TYPE_CHECKING, Any, NamedTuple

from homevolt._settings import (
    Field,
    Mistake,
    SecretError,
    is_text,
    line_of,
    read_secret,
    secret_path,
    unknown_keys,
    unusable_values,
)
from homevolt.cli.devices.config import config_error, config_path, parse_document, read_text
from homevolt.cli.errors import usage_error
from homevolt.exceptions import HomevoltValueError
from homevolt.planning.battery import RESERVE
from homevolt.planning.prices.zones import find_zone

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from pathlib import Path

TABLE = "planner"
EXCLUSIVE = (("load_w", "load_file", "load_history"), ("solar", "solar_file"))
"""Of each of these one key is given, or none; an option replaces those of the file."""
_FILES = ("prices", "tariff", "load_file", "load_history", "solar_file")
_FOLDERS = ("cache",)
_HIGHEST = 1e9
_PERCENT = 100.0
_RESERVE = RESERVE * _PERCENT


class MadePeak(NamedTuple):
    """A peak that was made already, by which a power fee counts.

    Attributes:
        day: On which day of local time.
        power_kw: Its mean power, after its weight in the tariff.
    """

    day: dt.date
    power_kw: float


class PlanSettings(NamedTuple):
    """What a plan is made with.

    Attributes:
        zone: The bidding zone.
        prices: A file with prices, None asks the sources.
        price_unit: The unit in which they are read where they cannot be in the one that they say;
            a person said so at the terminal.
        price_source: The name of the source that is asked first, None for the best of the zone.
        price_token_file: The file that holds the token of that source.
        cache: The folder in which published prices are kept, None for the one of the system.
        tariff: A file, None for the example.
        tariff_product: Which tariff of an Eltariff document.
        supplier: What the supplier adds to an Eltariff document.
        eur_rate: What an EUR is in the currency of the tariff, None where the prices are in it.
        load_w: Constant consumption of the house in W.
        load_file: A file with its expected consumption.
        load_history: A file with its consumption of the last weeks.
        solar: What `SolarPlant` takes, and `url` for another address of Open-Meteo.
        solar_file: A file with the expected production.
        fuse_a: Main fuse per phase, None for no limit.
        min_soc: The lowest state of charge in percent.
        max_soc: The highest state of charge in percent.
        reserve: What is kept above the lowest one, in percent; None for the default.
        charge_efficiency: Energy stored per energy taken, None for the default.
        discharge_efficiency: Energy given per energy taken out of the store, likewise.
        standby_w: What the battery loses all the time, None for the default of each unit.
        purchase_price: What the battery cost, in the currency of the tariff.
        cycles: How many full cycles it lasts.
        peaks: The peaks that were made this month.
        end_value: Whether energy that is left at the end is worth something.
        threshold: What a new plan has to be worth more than the old one, in the currency of the
            tariff; None for the default.
    """

    zone: str = "SE3"
    prices: Path | None = None
    price_unit: str | None = None
    price_source: str | None = None
    price_token_file: Path | None = None
    cache: Path | None = None
    tariff: Path | None = None
    tariff_product: str | None = None
    supplier: Mapping[str, float] | None = None
    eur_rate: float | None = None
    load_w: float | None = None
    load_file: Path | None = None
    load_history: Path | None = None
    solar: Mapping[str, Any] | None = None
    solar_file: Path | None = None
    fuse_a: float | None = None
    min_soc: float = 0.0
    max_soc: float = 100.0
    reserve: float | None = None
    charge_efficiency: float | None = None
    discharge_efficiency: float | None = None
    standby_w: float | None = None
    purchase_price: float | None = None
    cycles: float | None = None
    peaks: tuple[MadePeak, ...] = ()
    end_value: bool = True
    threshold: float | None = None


def plan_settings(given: Mapping[str, Any]) -> PlanSettings:
    """Return what the command line says, and for the rest what the configuration file says.

    Args:
        given: Values by the names of `PlanSettings`; None is not given.

    Raises:
        ShellError: Something in the file is wrong; the error names the line and what to do.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    table = load_table()
    for names in EXCLUSIVE:
        if any(name in chosen for name in names):
            table = {name: value for name, value in table.items() if name not in names}
    settings = PlanSettings(**{**table, **chosen})
    low = settings.min_soc + (_RESERVE if settings.reserve is None else settings.reserve)
    if low >= settings.max_soc:
        raise usage_error(
            "The limits of the state of charge cross: with min_soc of [planner] and the reserve, a "
            f"plan keeps {low:g} %, and max_soc is {settings.max_soc:g} %. Lower --reserve."
        )
    return settings


def load_table() -> dict[str, Any]:
    """Return the table of the planner as `PlanSettings` takes it, empty where there is none.

    Raises:
        ShellError: Something in it is wrong; the error names the line and what to do.
    """
    path = config_path()
    text = read_text(path)
    document = parse_document(text, path)
    found = next(mistakes(document, path.parent), None)
    if found is not None:
        raise config_error(path, line_of(text, found.keys), found.message)
    table = dict(document.get(TABLE, {}))
    for name in (*_FILES, *_FOLDERS):
        if name in table:
            table[name] = _path(path.parent, table[name])
    if "price_token_file" in table:
        table["price_token_file"] = secret_path(table["price_token_file"], path.parent)
    if "peaks" in table:
        table["peaks"] = tuple(MadePeak(**each) for each in table["peaks"])
    return table


def mistakes(document: Mapping[str, Any], folder: Path) -> Iterator[Mistake]:
    """Yield everything that is wrong with the table of the planner.

    Args:
        document: The document of the file.
        folder: The folder of the file, where files that it names are looked for.
    """
    table = document.get(TABLE, {})
    keys = (TABLE,)
    if not isinstance(table, dict):
        yield Mistake(keys, f"{TABLE} must be a table. Write [{TABLE}].")
        return
    yield from unknown_keys(keys, table, FIELDS)
    unusable = [*unusable_values(keys, TABLE, table, FIELDS)]
    yield from unusable
    unusable_keys = {mistake.keys[-1] for mistake in unusable}
    usable = {name: value for name, value in table.items() if name not in unusable_keys}
    yield from _contradictions(usable, {*table}, folder)
    yield from _missing_files(usable, folder)
    yield from _unknown_names(usable)
    yield from _mistakes_of_parts(usable)


def _path(folder: Path, name: str) -> Path:
    """Return the path of a file that the configuration file names."""
    return folder / expanduser(name)  # noqa: PTH111 - the method fails where there is no home


def _mistakes_of_parts(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong with the panels and the peaks."""
    parts = [("solar", table["solar"], SOLAR)] if "solar" in table else []
    parts += [("supplier", table["supplier"], SUPPLIER)] if "supplier" in table else []
    parts += [("peaks", each, PEAK) for each in table.get("peaks", ())]
    for name, part, fields in parts:
        keys = (TABLE, name)
        # Peaks are in a list, in which a key has no place of its own.
        inner = keys if name == "peaks" else None
        yield from (Mistake(inner or at, says) for at, says in unknown_keys(keys, part, fields))
        for key in fields:
            if key not in part and key not in _OPTIONAL:
                yield Mistake(keys, f"{name} has no {key}. Add {fields[key].example}.")
        found = unusable_values(keys, name, part, fields)
        yield from (Mistake(inner or at, says) for at, says in found)


def _missing_files(table: Mapping[str, Any], folder: Path) -> Iterator[Mistake]:
    """Yield the files that are named and not there."""
    for name in _FILES:
        if name not in table:
            continue
        path = _path(folder, table[name])
        if not isfile(path):  # noqa: PTH113 - the method fails where a folder cannot be read
            yield Mistake((TABLE, name), f"there is no file {path}. Correct {name}.")


def _unknown_names(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the zone and the source of prices that there are not."""
    from homevolt.planning.prices.table import find_source  # noqa: PLC0415 - loads every source

    for name, find in (("zone", find_zone), ("price_source", find_source)):
        if name in table:
            try:
                find(table[name])
            except HomevoltValueError as error:
                yield Mistake((TABLE, name), f"{str(error).removesuffix('.')}. Correct {name}.")


def _contradictions(
    table: Mapping[str, Any], names: Container[str], folder: Path
) -> Iterator[Mistake]:
    """Yield what is wrong with values that can be used each by itself.

    Args:
        table: These values.
        names: Every key of the table, also of values that cannot be used.
        folder: As for `mistakes`.
    """
    for alternatives in EXCLUSIVE:
        first, *others = [name for name in alternatives if name in table] or [""]
        for name in others:
            yield Mistake((TABLE, name), f"{name} and {first} exclude each other. Remove one.")
    if "price_token_file" in table:
        try:
            read_secret(secret_path(table["price_token_file"], folder))
        except SecretError as error:
            yield Mistake((TABLE, "price_token_file"), str(error))
        if "price_source" not in names:
            at = (TABLE, "price_token_file")
            yield Mistake(at, "price_token_file has no source. Add price_source.")
    if table.get("purchase_price") and "cycles" not in names:
        yield Mistake((TABLE, "purchase_price"), "purchase_price has no cycles. Add cycles = 6000.")
    low = table.get("min_soc", 0) + table.get("reserve", _RESERVE)
    if low >= table.get("max_soc", _PERCENT):
        kept = "reserve" if "reserve" in names else f"the default reserve of {_RESERVE:g} %"
        name = next(each for each in ("min_soc", "reserve", "max_soc") if each in table)
        yield Mistake(
            (TABLE, name),
            f"the limits of the state of charge cross: min_soc and {kept} make {low:g} %, "
            f"max_soc is {table.get('max_soc', _PERCENT):g} %. Lower min_soc or reserve.",
        )


def _number(low: float, high: float = _HIGHEST, *, above: bool = False) -> Any:
    """Return what tells whether a value is a number between two others; `above` leaves out low."""

    def is_valid(value: Any) -> bool:
        is_number = type(value) in (int, float) and math.isfinite(value)
        return is_number and low <= value <= high and not (above and value == low)

    return is_valid


def _is_peaks(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


_IS_SHARE = _number(0, 1, above=True)
FIELDS: dict[str, Field] = {
    "zone": Field(is_text, 'zone = "SE3", the bidding zone'),
    "prices": Field(is_text, 'prices = "spot.csv", a file with prices'),
    "price_source": Field(is_text, 'price_source = "entsoe.eu", the source to ask first'),
    "price_token_file": Field(is_text, 'price_token_file = "token", the file that holds a token'),
    "cache": Field(is_text, 'cache = "prices", a folder in which published prices are kept'),
    "tariff": Field(is_text, 'tariff = "tariff.toml", a file with your tariff'),
    "tariff_product": Field(is_text, 'tariff_product = "...", one of an Eltariff document'),
    "supplier": Field(
        lambda value: isinstance(value, dict), "a table [planner.supplier] with markup_per_kwh"
    ),
    "eur_rate": Field(_number(0, above=True), "eur_rate = 11.2, what 1 EUR costs in your currency"),
    "load_w": Field(_number(0), "load_w = 800, W that the house needs all the time"),
    "load_file": Field(is_text, 'load_file = "load.csv", a file with the expected load'),
    "load_history": Field(is_text, 'load_history = "load.csv", a file with the load of weeks'),
    "solar": Field(
        lambda value: isinstance(value, dict), "a table [planner.solar] with peak_kw and others"
    ),
    "solar_file": Field(is_text, 'solar_file = "sun.csv", a file with the expected production'),
    "fuse_a": Field(_number(0, above=True), "fuse_a = 20, A of the main fuse of each phase"),
    "min_soc": Field(_number(0, _PERCENT), "min_soc = 10, percent from 0 to 100"),
    "max_soc": Field(_number(0, _PERCENT), "max_soc = 95, percent from 0 to 100"),
    "reserve": Field(_number(0, _PERCENT), "reserve = 5, percent from 0 to 100"),
    "charge_efficiency": Field(_IS_SHARE, "charge_efficiency = 0.94, more than 0 and at most 1"),
    "discharge_efficiency": Field(
        _IS_SHARE, "discharge_efficiency = 0.94, more than 0 and at most 1"
    ),
    "standby_w": Field(_number(0), "standby_w = 5, W that the battery loses all the time"),
    "purchase_price": Field(_number(0), "purchase_price = 60000, or 0 to count no wear"),
    "cycles": Field(_number(0, above=True), "cycles = 6000, full cycles that the battery lasts"),
    "peaks": Field(_is_peaks, "peaks = [{ day = 2026-11-03, power_kw = 4.2 }], those of the month"),
    "end_value": Field(lambda value: isinstance(value, bool), "end_value = true or false"),
    "threshold": Field(_number(0), "threshold = 0.5, what a new plan has to be worth more"),
}
"""The keys of the table."""
SUPPLIER: dict[str, Field] = {
    "markup_per_kwh": Field(_number(0), "markup_per_kwh = 0.08, without VAT"),
    "tax_per_kwh": Field(_number(0), "tax_per_kwh = 0.36, without VAT"),
    "monthly_fee": Field(_number(0), "monthly_fee = 39, without VAT"),
}
"""The keys of [planner.supplier]; all of them are optional."""
SOLAR: dict[str, Field] = {
    "peak_kw": Field(_number(0, 1e6), "peak_kw = 8, kWp of the panels"),
    "tilt": Field(_number(0, 90), "tilt = 35, degrees from 0 (flat) to 90"),
    "azimuth": Field(_number(-180, 180), "azimuth = 0, degrees: 0 is south, -90 east, 90 west"),
    "latitude": Field(_number(-90, 90), "latitude = 59.33, degrees north"),
    "longitude": Field(_number(-180, 180), "longitude = 18.07, degrees east"),
    "performance_ratio": Field(_IS_SHARE, "performance_ratio = 0.85, what losses leave"),
    "max_power_w": Field(_number(0), "max_power_w = 8000, what their inverter gives at most"),
    "url": Field(is_text, 'url = "https://api.open-meteo.com", an address of Open-Meteo'),
}
"""The keys of [planner.solar]."""
PEAK: dict[str, Field] = {
    "day": Field(lambda value: type(value) is dt.date, "day = 2026-11-03, a date of local time"),
    "power_kw": Field(_number(0), "power_kw = 4.2, the mean of the hour after its weight"),
}
"""The keys of each peak."""
_OPTIONAL = ("performance_ratio", "max_power_w", "url", *SUPPLIER)
