"""Tests of the endpoints of the simulated device."""
