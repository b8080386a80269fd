"""Read, control and simulate a Homevolt home battery over the local network."""
