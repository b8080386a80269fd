"""Finding devices on the local network."""
