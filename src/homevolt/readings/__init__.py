"""What a device measures: the catalogue of readings, and the values of one moment."""
