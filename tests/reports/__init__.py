"""What a device reports about itself."""
