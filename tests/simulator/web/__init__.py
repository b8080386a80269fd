"""Tests of its web server."""
