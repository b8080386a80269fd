"""The sources of prices: one row each, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homevolt._common import short_repr
from homevolt.exceptions import HomevoltValueError

from . import (
    elprisetjustnu,
    energidataservice,
    energy_charts,
    entsoe,
    hvakosterstrommen,
    tibber,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from .source import Source
    from .zones import Zone

SOURCES: dict[str, Source] = {
    module.SOURCE.name: module.SOURCE
    for module in (
        elprisetjustnu,
        hvakosterstrommen,
        energidataservice,
        energy_charts,
        entsoe,
        tibber,
    )
}
"""Every source by its name; where several have a zone, the first are asked first."""


def sources_for(
    zone: Zone, currency: str, *, tokens: Container[str] = (), first: str | None = None
) -> tuple[Source, ...]:
    """Return the source to ask and one to fall back to.

    A source that has these prices in EUR only is a fallback too: they are converted at the rate at
    which the last prices were made.

    Args:
        zone: The bidding zone.
        currency: The currency of the prices.
        tokens: The names of the sources for which there is a token.
        first: The name of the source to ask first.

    Raises:
        HomevoltValueError: There is no such source, it does not have these prices, or none does.
    """
    usable = [
        each
        for wanted in dict.fromkeys((currency, "EUR"))
        for each in SOURCES.values()
        if each.has(zone, wanted) and (not each.needs_token or each.name in tokens)
    ]
    usable = list(dict.fromkeys(usable))
    if first is not None:
        chosen = find_source(first)
        if not chosen.has(zone, currency) and not chosen.has(zone, "EUR"):
            raise HomevoltValueError(f"{chosen.name} has no prices of {zone.name} in {currency}.")
        if chosen not in usable:
            raise HomevoltValueError(f"{chosen.name} needs a token, and none is configured.")
        usable = [chosen, *(each for each in usable if each is not chosen)]
    if not usable:
        raise HomevoltValueError(
            f"No source has prices of {zone.name} in {currency} without a token."
        )
    return tuple(usable[:2])


def find_source(name: str) -> Source:
    """Return a source by its name, or by the beginning of it.

    Raises:
        HomevoltValueError: There is none; the nearest names are in the message.
    """
    found = [each for each in SOURCES.values() if each.name.startswith(name.strip().lower())]
    if name and len(found) == 1:
        return found[0]
    from difflib import get_close_matches  # noqa: PLC0415 - for a mistake alone

    near = get_close_matches(name, list(SOURCES), n=3, cutoff=0.3) or list(SOURCES)
    raise HomevoltValueError(
        f"There is no source of prices {short_repr(name)}. Nearest: {', '.join(near)}."
    )
