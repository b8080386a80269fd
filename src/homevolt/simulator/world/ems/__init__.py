"""Energy management of the battery: from the schedule to the power that the units have to give."""
