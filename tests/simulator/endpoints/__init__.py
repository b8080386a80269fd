"""Tests of what its addresses answer."""
