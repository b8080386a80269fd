"""Published days never change: they are kept on disk for good, a small JSON file each."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from homevolt.exceptions import HomevoltError
from homevolt.planning.series import PriceSeries

_MINUTE = timedelta(minutes=1)
_RATE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Kept:
    """A day that was kept.

    Attributes:
        prices: Its prices.
        per_euro: What a EUR cost then, None if the source did not say.
    """

    prices: PriceSeries
    per_euro: float | None = None


_UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError),
    HomevoltError,
)
"""What a file raises that is not one of a published day."""


class PriceCache:
    """A folder of published days.

    A file that cannot be read counts as missing, and a folder that cannot be written to keeps
    nothing: prices can be fetched again.

    Args:
        folder: Where they are kept; None keeps them as long as the program runs.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, str, date], Kept] = {}

    def get(self, zone: str, currency: str, day: date) -> Kept | None:
        """Return a day, or None where it was not kept."""
        key = (zone, currency, day)
        if key not in self._kept and self._folder is not None:
            with suppress(*_UNREADABLE):
                found = _read(self._path(*key).read_text("utf-8"))
                if (found.prices.zone, found.prices.currency) == (zone, currency):
                    self._kept[key] = found
        return self._kept.get(key)

    def put(self, day: date, kept: Kept) -> None:
        """Keep a day."""
        key = (kept.prices.zone, kept.prices.currency, day)
        self._kept[key] = kept
        if self._folder is not None:
            with suppress(OSError):
                _write(self._path(*key), _text(kept))

    def last_rate(self, zone: str, currency: str, day: date) -> tuple[float, date] | None:
        """Return what a EUR cost, and of which day that is: the nearest of the two weeks before."""
        for n in range(_RATE_DAYS):
            before = day - timedelta(days=n)
            kept = self.get(zone, currency, before)
            if kept is not None and kept.per_euro:
                return kept.per_euro, before
        return None

    def _path(self, zone: str, currency: str, day: date) -> Path:
        folder = self._folder or Path()
        return folder / f"{zone}-{currency}" / f"{day.isoformat()}.json"


def _text(kept: Kept) -> str:
    prices = kept.prices
    return json.dumps(
        {
            "zone": prices.zone,
            "currency": prices.currency,
            "source": prices.source,
            "fetched_at": prices.fetched_at.isoformat(),
            "start": prices.start.isoformat(),
            "resolution_min": prices.resolution // _MINUTE,
            "per_euro": kept.per_euro,
            "values": prices.values,
        }
    )


def _read(text: str) -> Kept:
    data = json.loads(text)
    prices = PriceSeries(
        start=datetime.fromisoformat(data["start"]),
        resolution=data["resolution_min"] * _MINUTE,
        values=tuple(data["values"]),
        currency=data["currency"],
        zone=data["zone"],
        source=data["source"],
        fetched_at=datetime.fromisoformat(data["fetched_at"]),
    )
    return Kept(prices, data.get("per_euro"))


def _write(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
