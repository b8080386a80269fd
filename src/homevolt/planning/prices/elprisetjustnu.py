"""elprisetjustnu.se: Sweden, SEK and EUR, no token.

Facts (its API page and answers of it): `GET /api/v1/prices/YYYY/MM-DD_SE3.json`, a list of
`{SEK_per_kWh, EUR_per_kWh, EXR, time_start, time_end}` with offsets; 404 for a day that is not
published. Hours until 2025-09-30, quarters since.
"""

from __future__ import annotations

from .daily_file import daily_file_source

SOURCE = daily_file_source(
    name="elprisetjustnu.se",
    base_url="https://www.elprisetjustnu.se",
    zones=frozenset({"SE1", "SE2", "SE3", "SE4"}),
    currency="SEK",
)
