"""The simulated device without a network: parameters, log, history, radio nodes and cloud."""
