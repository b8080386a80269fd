"""The schedule: modes, entries, their options and times, and how plans are compared."""
