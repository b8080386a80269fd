"""The web server of the device: password, journal, faults, connections."""
