"""Bridges: readings of configured devices for other programs, and commands from them.

`feed` reads one device, `feeds` holds all of them, `output` is what an output promises, and
`service` runs everything. Each output is an extra and a folder of its own.
"""
