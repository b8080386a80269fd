"""The write side: every change of a device goes through the one write path in here.

Nothing is imported here, so that a program that only reads does not load it.
"""
