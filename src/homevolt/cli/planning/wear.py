"""What the battery cost and how long it lasts: asked once, and kept in the configuration file."""

from __future__ import annotations

import math

from homevolt.cli.errors import ShellError
from homevolt.cli.output import can_ask, one_line, print_err
from homevolt.cli.planning.settings import TABLE, PlanSettings
from homevolt.cli.writing.asking import typed_text

USUAL_CYCLES = 6000.0
_TRIES = 3


def asked_once(settings: PlanSettings, currency: str) -> PlanSettings:
    """Ask what the wear depends on where nobody has said so yet and a person can answer.

    Without an answer no wear is counted, and that is kept too, so that it is asked once.

    Args:
        settings: What a plan is made with.
        currency: That of the tariff.

    Returns:
        The same with the answers.
    """
    if settings.purchase_price is not None or not can_ask():
        return settings
    print_err("Each kWh out of the battery wears it. This is asked once, and kept as [planner].")
    price = _number(f"What did the battery cost, in {currency}? [Enter: count no wear] ", 0.0)
    if not price:
        _keep({"purchase_price": 0})
        return settings._replace(purchase_price=0.0)
    question = f"How many full cycles does its warranty give? [Enter: {USUAL_CYCLES:g}] "
    cycles = _number(question, USUAL_CYCLES) or USUAL_CYCLES
    _keep({"purchase_price": price, "cycles": cycles})
    return settings._replace(purchase_price=price, cycles=cycles)


def _keep(answers: dict[str, float]) -> None:
    """Put answers into the configuration file; where that cannot be done, say so and go on."""
    from homevolt.cli.devices import store  # noqa: PLC0415 - loads tomlkit, for an answer alone

    try:
        store.put_values(TABLE, answers)
    except ShellError as error:
        print_err(one_line(f"{error} The answer counts for this plan alone."))


def _number(question: str, otherwise: float) -> float:
    """Ask for a number until it is one; no answer, or three that are none, is `otherwise`."""
    for _ in range(_TRIES):
        text = typed_text(question).replace(",", ".").replace(" ", "")
        try:
            number = float(text) if text else otherwise
        except ValueError:
            number = math.nan
        if 0.0 <= number < math.inf:
            return number
        print_err(f"{text!r} is not a number of 0 or more.")
    return otherwise
