"""Prices and plans as a chart: one model of it, drawn for a terminal and as SVG."""
