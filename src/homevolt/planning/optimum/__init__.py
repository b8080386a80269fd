"""The optimum: what to do with the battery in each slot, exactly, and what it costs."""
