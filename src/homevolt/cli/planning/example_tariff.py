"""The tariff that is used where none is given: Swedish energy tax and VAT, a grid fee, no peaks."""

from __future__ import annotations

from typing import Final

EXAMPLE: Final = """\
name = "Swedish example"
currency = "SEK"
time_zone = "Europe/Stockholm"
vat = 0.25

[supplier]
markup_per_kwh = 0.05
tax_per_kwh = 0.36

[grid]
[[grid.fees]]
name = "transfer"
per_kwh = 0.25

[export]
spot_share = 1
[[export.compensation]]
per_kwh = 0.08
"""
