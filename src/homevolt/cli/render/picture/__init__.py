"""Prices and plans as a picture: one model of it, drawn for a terminal and as SVG."""
