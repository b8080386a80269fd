"""Metrics for Prometheus: names from the catalogue, values from what was read last."""
