"""The simulated world: house, sun, grid and battery, moved through simulated time."""
