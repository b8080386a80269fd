"""Tests of the optimum."""
