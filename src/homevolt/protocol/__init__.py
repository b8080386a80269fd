"""The device's documents and console: typed structs, decoding, command lines and replies."""
