"""Tests of its console."""
