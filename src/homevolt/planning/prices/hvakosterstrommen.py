"""hvakosterstrommen.no: Norway, NOK and EUR, no token.

Facts (its API page): the format of elprisetjustnu.se with `NOK_per_kWh`, at
`GET /api/v1/prices/YYYY/MM-DD_NO5.json`; without VAT.
"""

from __future__ import annotations

from .daily_file import daily_file_source

SOURCE = daily_file_source(
    name="hvakosterstrommen.no",
    base_url="https://www.hvakosterstrommen.no",
    zones=frozenset({"NO1", "NO2", "NO3", "NO4", "NO5"}),
    currency="NOK",
)
