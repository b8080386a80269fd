"""The console of the simulated device: from the text of a command to the text of its reply."""
