"""Bridges: what is read from configured devices, handed on to other programs by one process.

`feed` reads one device, `feeds` holds all of them, `output` is what an output promises, and
`service` runs everything. Each output is an extra and a folder of its own.
"""
