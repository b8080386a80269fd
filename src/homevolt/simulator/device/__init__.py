"""The simulated device, free of any network: its parameters, log, memory and cloud."""
