"""The simulated world: house, solar plant, grid and battery, moved through simulated time."""
