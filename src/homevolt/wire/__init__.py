"""The JSON of each endpoint as typed structs, in the device's own units."""
