"""Tests of the devices that have a name."""
