"""MQTT: readings, Home Assistant's discovery, and commands."""
