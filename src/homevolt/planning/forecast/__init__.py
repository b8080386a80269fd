"""Forecasts of the load and of solar production; each says what it rests on."""
