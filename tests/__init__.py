"""The test suite; a package, so that two rooms may each have a `test_console.py`."""
