"""What to do with the battery, and what it is worth: prices, tariffs, forecasts and the plan."""
