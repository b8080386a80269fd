"""`homevolt backtest`: what plans would have saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from homevolt.cli.output import print_json, print_text
from homevolt.cli.shared_options import Number, WholeNumber, json_option

MOST = 1e6
"""More kWh, kW or units of a currency than anybody has."""
FILE: Any = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    "backtest",
    epilog="Example: homevolt backtest SE3-2023.csv --eur-rate 11.5 --capacity 13.2 --power 6",
)
@click.argument("files", type=FILE, nargs=-1)
@click.option("--zone", metavar="NAME", default="SE3", show_default=True, help="Bidding zone.")
@click.option(
    "--days",
    type=WholeNumber(2, 366),
    metavar="N",
    default=90,
    show_default=True,
    help="Days of made-up prices, without FILE.",
)
@click.option("--tariff", type=FILE, help="Tariff (TOML); without it, a Swedish example.")
@click.option(
    "--eur-rate",
    type=Number("", MOST, above=True),
    metavar="RATE",
    help="Exchange rate: what 1 EUR costs in the currency of the tariff.",
)
@click.option(
    "--capacity",
    type=Number(" of kWh", MOST, above=True),
    metavar="KWH",
    default=13.2,
    show_default=True,
    help="Capacity in kWh.",
)
@click.option(
    "--power",
    type=Number(" of kW", MOST, above=True),
    metavar="KW",
    default=6.0,
    show_default=True,
    help="Charging and discharge power in kW.",
)
@click.option(
    "--known", is_flag=True, help="Assume perfect forecasts of load and solar production."
)
@click.option(
    "--sun-error",
    type=Number("", 10),
    metavar="SHARE",
    default=0.3,
    show_default=True,
    help="Standard deviation of the error of the solar forecast, 0.3 for 30 %.",
)
@click.option(
    "--seed",
    type=WholeNumber(0),
    metavar="N",
    default=1,
    show_default=True,
    help="Seed of the simulated house.",
)
@json_option
def command(*, files: tuple[Path, ...], as_json: bool, **given: Any) -> None:
    """Show what plans would have saved in the past.

    Each plan knows only what was published at its time. Each file holds spot prices;
    without one, they are made up. The house and its sun are those of the simulator.
    """
    from homevolt.cli.planning import backtest_work  # noqa: PLC0415 - takes long to load

    given["capacity_kwh"], given["power_kw"] = given.pop("capacity"), given.pop("power")
    settings = backtest_work.Settings(**given)
    found = [backtest_work.run_backtest(file, settings) for file in files or (None,)]
    if as_json:
        print_json(backtest_work.document(found, settings))
    else:
        print_text(backtest_work.table(found))
