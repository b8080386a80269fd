"""The energy management of the battery: from the plan to what the units are asked to give."""
