"""From the optimum to the plan: few entries in the modes of the device, and the reasons."""
