"""What is checked against real programs that are too heavy for every run of the tests."""
