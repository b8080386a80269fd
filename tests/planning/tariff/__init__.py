"""Tests of tariffs and bills."""
